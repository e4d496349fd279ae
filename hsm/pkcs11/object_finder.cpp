#include "hsm/pkcs11/object_finder.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "hsm/pkcs11/object_names.h"
#include "hsm/pkcs11/templates.h"

namespace strongroom::hsm::pkcs11 {

ObjectName nameOf(Lease& lease, CK_OBJECT_HANDLE object) {
  std::array<std::byte, 64> label;
  std::array<std::byte, 32> id;
  std::array<CK_ATTRIBUTE, 2> attributes{
      {{CKA_LABEL, label.data(), label.size()}, {CKA_ID, id.data(), id.size()}}};
  const CK_RV value = lease.call(kGetAttributeValue, object, attributes.data(),
                                 static_cast<CK_ULONG>(attributes.size()));
  // Longer than any of our names, or an attribute is missing: its length then says so, and the
  // others are still filled. A half-written object (CKR_GENERAL_ERROR) and one destroyed meanwhile
  // have no name.
  const Meaning& meaning = meaningOf(value);
  const bool objectIsTheProblem =
      meaning.code == ErrorCode::kFault || meaning.recovery == Recovery::kFindHandle;
  if (value != CKR_OK && !objectIsTheProblem) check(value, kGetAttributeValue.name());
  const auto filled = [](const CK_ATTRIBUTE& attribute, std::size_t room) {
    const std::size_t size = attribute.ulValueLen > room ? 0 : attribute.ulValueLen;
    return ByteView(static_cast<const std::byte*>(attribute.pValue), size);
  };
  if (value == CKR_GENERAL_ERROR || meaning.recovery == Recovery::kFindHandle) return {};
  return {.readable = true,
          .ref = keyNamedBy(asText(filled(attributes[0], label.size())),
                            filled(attributes[1], id.size()))};
}

std::vector<CK_OBJECT_HANDLE> findObjects(Lease& lease, Template& search, std::size_t batch,
                                          std::size_t atMost) {
  lease.invoke(kFindObjectsInit, search.data(), search.size());
  std::vector<CK_OBJECT_HANDLE> found;
  while (found.size() < atMost) {
    const std::size_t before = found.size();
    const std::size_t room = std::min(batch, atMost - before);
    found.resize(before + room);
    CK_ULONG count = 0;
    lease.invoke(kFindObjects, found.data() + before, static_cast<CK_ULONG>(room), &count);
    found.resize(before + std::min<std::size_t>(count, room));
    if (count == 0) break;
  }
  lease.invoke(kFindObjectsFinal);
  return found;
}

Handles findOurObjects(Lease& lease, std::size_t batch) {
  Template search = searchAllTemplate();
  Handles handles;
  for (CK_OBJECT_HANDLE object :
       findObjects(lease, search, batch, std::numeric_limits<std::size_t>::max())) {
    const std::optional<KeyRef> ref = nameOf(lease, object).ref;
    if (!ref) continue;
    const auto [entry, isNew] = handles.emplace(*ref, object);
    if (!isNew) entry->second = kAmbiguous;
  }
  return handles;
}

}  // namespace strongroom::hsm::pkcs11
