#include "tests/faults/census.h"

#include "hsm/pkcs11/object_names.h"
#include "hsm/pkcs11/session.h"
#include "hsm/pkcs11/token_finder.h"

namespace strongroom::testing {
namespace {

using hsm::pkcs11::Session;

std::string attributeOf(Session& session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  std::string value(128, '\0');
  CK_ATTRIBUTE attribute{type, value.data(), value.size()};
  if (session.call(hsm::pkcs11::kGetAttributeValue, object, &attribute, CK_ULONG{1}) != CKR_OK) {
    return {};
  }
  value.resize(attribute.ulValueLen);
  return value;
}

}  // namespace

std::map<KeyRef, int> countKeys(const TestToken& token) {
  hsm::pkcs11::Module module(token.module());
  const auto found = hsm::pkcs11::findToken(module, token.options().token);
  Session session(module, found.value().slot);
  const std::string pin(asText(token.pin().expose()));
  std::string given = pin;
  const CK_RV login = session.call(hsm::pkcs11::kLogin, static_cast<CK_USER_TYPE>(CKU_USER),
                                   reinterpret_cast<CK_UTF8CHAR*>(given.data()),
                                   static_cast<CK_ULONG>(given.size()));
  if (login != CKR_USER_ALREADY_LOGGED_IN) hsm::pkcs11::check(login, "C_Login");

  std::map<KeyRef, int> counts;
  session.invoke(hsm::pkcs11::kFindObjectsInit, static_cast<CK_ATTRIBUTE*>(nullptr), CK_ULONG{0});
  std::vector<CK_OBJECT_HANDLE> objects(4096);
  CK_ULONG count = 0;
  session.invoke(hsm::pkcs11::kFindObjects, objects.data(), static_cast<CK_ULONG>(objects.size()),
                 &count);
  session.invoke(hsm::pkcs11::kFindObjectsFinal);
  objects.resize(count);
  for (const CK_OBJECT_HANDLE object : objects) {
    const auto ref = hsm::pkcs11::keyNamedBy(attributeOf(session, object, CKA_LABEL),
                                             asBytes(attributeOf(session, object, CKA_ID)));
    if (ref && *ref != hsm::pkcs11::kBindingKeyRef) ++counts[*ref];
  }
  return counts;
}

}  // namespace strongroom::testing
