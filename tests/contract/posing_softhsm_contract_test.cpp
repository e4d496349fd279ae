#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "hsm/pkcs11/pkcs11_hsm.h"
#include "hsm/pkcs11/token_finder.h"
#include "tests/contract/hsm_contract.h"
#include "tests/support/test_token.h"

namespace strongroom::testing {
namespace {

using namespace hsm::pkcs11;  // NOLINT: the pose is one of PKCS#11

constexpr CK_MECHANISM_TYPE kVendorsKeyWrap = CKM_VENDOR_DEFINED | CKM_AES_KEY_WRAP;
constexpr CK_ULONG kLongestSecret = 64;
constexpr CK_ULONG kSessions = 3;

/// SoftHSM's own functions, which those of the pose call. PKCS#11 functions carry no state.
CK_FUNCTION_LIST real;

const CK_ATTRIBUTE* find(const CK_ATTRIBUTE* attributes, CK_ULONG count, CK_ATTRIBUTE_TYPE type) {
  const auto* found = std::find_if(attributes, attributes + count,
                                   [type](const CK_ATTRIBUTE& a) { return a.type == type; });
  return found == attributes + count ? nullptr : found;
}

CK_MECHANISM translated(const CK_MECHANISM& mechanism) {
  CK_MECHANISM result = mechanism;
  if (mechanism.mechanism == kVendorsKeyWrap) {
    result.mechanism = CKM_AES_KEY_WRAP;
  } else if (mechanism.mechanism == CKM_AES_KEY_WRAP) {
    result.mechanism = CKM_VENDOR_DEFINED;  // which SoftHSM refuses
  }
  return result;
}

CK_RV getTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
  const CK_RV value = real.C_GetTokenInfo(slot, info);
  constexpr std::string_view kManufacturer = "Marvell Semiconductors, Inc.";
  std::fill(std::begin(info->manufacturerID), std::end(info->manufacturerID), ' ');
  std::copy(kManufacturer.begin(), kManufacturer.end(), info->manufacturerID);
  info->ulMaxRwSessionCount = kSessions;
  return value;
}

CK_RV getMechanismList(CK_SLOT_ID slot, CK_MECHANISM_TYPE* list, CK_ULONG* count) {
  const CK_RV value = real.C_GetMechanismList(slot, list, count);
  if (value == CKR_OK && list != nullptr) {
    std::replace(list, list + *count, CK_MECHANISM_TYPE{CKM_AES_KEY_WRAP}, kVendorsKeyWrap);
  }
  return value;
}

CK_RV getMechanismInfo(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO* info) {
  return real.C_GetMechanismInfo(slot, type == kVendorsKeyWrap ? CKM_AES_KEY_WRAP : type, info);
}

/// Knows no CKA_ALLOWED_MECHANISMS and no long secrets.
CK_RV generateKey(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_ATTRIBUTE* attributes,
                  CK_ULONG count, CK_OBJECT_HANDLE* key) {
  if (find(attributes, count, CKA_ALLOWED_MECHANISMS) != nullptr) return CKR_ATTRIBUTE_TYPE_INVALID;
  const CK_ATTRIBUTE* length = find(attributes, count, CKA_VALUE_LEN);
  if (length != nullptr && *static_cast<const CK_ULONG*>(length->pValue) > kLongestSecret) {
    return CKR_KEY_SIZE_RANGE;
  }
  return real.C_GenerateKey(session, mechanism, attributes, count, key);
}

CK_RV wrapKey(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE wrapping,
              CK_OBJECT_HANDLE key, CK_BYTE* out, CK_ULONG* size) {
  CK_MECHANISM ours = translated(*mechanism);
  return real.C_WrapKey(session, &ours, wrapping, key, out, size);
}

/// Insists on CKA_VALUE_LEN, which SoftHSM itself refuses, and on its being right.
CK_RV unwrapKey(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE wrapping,
                CK_BYTE* wrapped, CK_ULONG size, CK_ATTRIBUTE* attributes, CK_ULONG count,
                CK_OBJECT_HANDLE* key) {
  const CK_ATTRIBUTE* length = find(attributes, count, CKA_VALUE_LEN);
  if (length == nullptr) return CKR_TEMPLATE_INCOMPLETE;
  if (*static_cast<const CK_ULONG*>(length->pValue) + 8 != size) return CKR_TEMPLATE_INCONSISTENT;
  std::vector<CK_ATTRIBUTE> others;
  std::copy_if(attributes, attributes + count, std::back_inserter(others),
               [](const CK_ATTRIBUTE& a) { return a.type != CKA_VALUE_LEN; });
  CK_MECHANISM ours = translated(*mechanism);
  return real.C_UnwrapKey(session, &ours, wrapping, wrapped, size, others.data(), others.size(),
                          key);
}

/// SoftHSM as a module that has an answer of its own wherever the layer has an alternative but
/// CBC, which SoftHSM cannot wrap by.
class PosingSoftHsm final : public HsmUnderTest {
 public:
  PosingSoftHsm() : module_(token_.module()) {
    real = module_.functions();
    pose_ = real;
    pose_.C_GetTokenInfo = getTokenInfo;
    pose_.C_GetMechanismList = getMechanismList;
    pose_.C_GetMechanismInfo = getMechanismInfo;
    pose_.C_GenerateKey = generateKey;
    pose_.C_WrapKey = wrapKey;
    pose_.C_UnwrapKey = unwrapKey;
    auto posing = std::make_unique<Module>(pose_);
    const Token token = *findToken(*posing, token_.options().token);
    hsm_ = std::make_unique<Pkcs11Hsm>(std::move(posing), token, token_.pin().clone(), 8);
  }
  hsm::Hsm& hsm() override { return *hsm_; }

 private:
  TestToken token_;
  Module module_;
  CK_FUNCTION_LIST pose_{};
  std::unique_ptr<hsm::Hsm> hsm_;
};

INSTANTIATE_TEST_SUITE_P(PosingSoftHsm, HsmContract,
                         ::testing::Values(+[]() -> std::unique_ptr<HsmUnderTest> {
                           return std::make_unique<PosingSoftHsm>();
                         }));

TEST(PosingSoftHsmTest, IsMetByWhatTheTrialShowed) {
  PosingSoftHsm posing;
  EXPECT_EQ(posing.hsm().describe().longestDataKey, kLongestSecret);
  EXPECT_EQ(posing.hsm().describe().manufacturer, "Marvell Semiconductors, Inc.");
  EXPECT_EQ(posing.hsm().statistics().sessionLimit, kSessions - 1) << "one is the anchor's";
}

}  // namespace
}  // namespace strongroom::testing
