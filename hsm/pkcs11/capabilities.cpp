#include "hsm/pkcs11/capabilities.h"

#include <algorithm>
#include <array>

#include "hsm/pkcs11/key_operations.h"
#include "hsm/pkcs11/templates.h"

namespace strongroom::hsm::pkcs11 {
namespace {

struct Need {
  CK_MECHANISM_TYPE type;
  std::string_view name;
  CK_FLAGS flags;
};

constexpr std::array kNeeds = std::to_array<Need>({
    {CKM_AES_KEY_GEN, "CKM_AES_KEY_GEN", CKF_GENERATE},
    {CKM_GENERIC_SECRET_KEY_GEN, "CKM_GENERIC_SECRET_KEY_GEN", CKF_GENERATE},
    {CKM_AES_KEY_WRAP, "CKM_AES_KEY_WRAP", CKF_WRAP | CKF_UNWRAP},
    {CKM_SHA256_HMAC, "CKM_SHA256_HMAC", CKF_SIGN},
});

std::vector<CK_MECHANISM_TYPE> mechanismsOf(Module& module, CK_SLOT_ID slot) {
  CK_ULONG count = 0;
  module.invoke(kGetMechanismList, slot, static_cast<CK_MECHANISM_TYPE*>(nullptr), &count);
  std::vector<CK_MECHANISM_TYPE> list(count);
  module.invoke(kGetMechanismList, slot, list.data(), &count);
  list.resize(count);
  return list;
}

}  // namespace

void requireMechanisms(Module& module, CK_SLOT_ID slot) {
  const std::vector<CK_MECHANISM_TYPE> list = mechanismsOf(module, slot);
  std::string missing;
  for (const Need& need : kNeeds) {
    bool usable = std::ranges::find(list, need.type) != list.end();
    if (usable) {
      CK_MECHANISM_INFO info{};  // zeroed: SoftHSM only adds flags to what is there
      module.invoke(kGetMechanismInfo, slot, need.type, &info);
      usable = (info.flags & need.flags) == need.flags;
    }
    if (!usable) missing += (missing.empty() ? "" : ", ") + std::string(need.name);
  }
  if (missing.empty()) return;
  throw Error(ErrorCode::kUnsupported,
              "the token lacks what Strongroom needs: " + missing +
                  "; allow it in the token's configuration or use another token");
}

TrialResult tryWrapping(Lease& lease, const Profile& profile) {
  TrialResult result{.allowedMechanisms = true};
  Template attributes = trialWrappingKeyTemplate();
  const std::array mechanisms{CK_MECHANISM_TYPE{CKM_AES_KEY_WRAP}};
  attributes.mechanisms(CKA_ALLOWED_MECHANISMS, mechanisms);
  CK_MECHANISM generation{CKM_AES_KEY_GEN, nullptr, 0};
  CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
  const CK_RV value =
      lease.call(kGenerateKey, &generation, attributes.data(), attributes.size(), &handle);
  if (value == CKR_ATTRIBUTE_TYPE_INVALID || value == CKR_TEMPLATE_INCONSISTENT) {
    result.allowedMechanisms = false;
    attributes = trialWrappingKeyTemplate();
    lease.invoke(kGenerateKey, &generation, attributes.data(), attributes.size(), &handle);
  } else {
    check(value, kGenerateKey.name());
  }
  SessionObject wrapping(lease, handle);
  tryWrapAndUnwrap(lease, profile, wrapping.handle());
  wrapping.destroy();
  return result;
}

}  // namespace strongroom::hsm::pkcs11
