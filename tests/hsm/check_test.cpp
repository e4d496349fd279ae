#include "hsm/pkcs11/check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "hsm/pkcs11/functions.h"
#include "hsm/pkcs11/templates.h"
#include "hsm/reinitialisation.h"
#include "tests/support/hsm_assertions.h"

namespace strongroom::testing {
namespace {

using hsm::ErrorCode;
using hsm::Reinitialisation;
using hsm::pkcs11::check;
using hsm::pkcs11::Meaning;
using hsm::pkcs11::meaningOf;
using hsm::pkcs11::meanings;
using hsm::pkcs11::Recovery;

TEST(CheckTest, ValuesAndNamesAreUnique) {
  std::set<CK_RV> values;
  std::set<std::string_view> names;
  for (const Meaning& row : meanings()) {
    EXPECT_TRUE(values.insert(row.value).second) << row.name;
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(row.name.starts_with("CKR_")) << row.name;
  }
  EXPECT_FALSE(values.contains(CKR_OK));
}

TEST(CheckTest, EveryCodeThatAModuleCanCauseAndEveryRecoveryIsUsed) {
  std::set<ErrorCode> codes;
  std::set<Recovery> recoveries;
  for (const Meaning& row : meanings()) {
    codes.insert(row.code);
    recoveries.insert(row.recovery);
  }
  EXPECT_EQ(recoveries.size(), 5U);
  // kTokenNotFound, kKeyNotFound and kTokenFull are our own verdicts; no return value gives them.
  for (const ErrorCode code :
       {ErrorCode::kBusy, ErrorCode::kTokenUnavailable, ErrorCode::kPinRefused,
        ErrorCode::kKeyUnusable, ErrorCode::kUnsupported, ErrorCode::kFault}) {
    EXPECT_TRUE(codes.contains(code)) << toString(code);
  }
  EXPECT_EQ(codes.size(), 6U);
}

TEST(CheckTest, ARefusedPinIsNeverRecoveredFrom) {
  for (const Meaning& row : meanings()) {
    if (row.code == ErrorCode::kPinRefused) {
      EXPECT_EQ(row.recovery, Recovery::kNone) << row.name;
    }
    if (row.name.find("PIN_") != std::string_view::npos) {
      EXPECT_EQ(row.code, ErrorCode::kPinRefused) << row.name;
    }
  }
}

TEST(CheckTest, OnlyAnUnavailableTokenIsRecoveredFrom) {
  for (const Meaning& row : meanings()) {
    if (row.recovery == Recovery::kNone) continue;
    EXPECT_EQ(row.code, ErrorCode::kTokenUnavailable) << row.name;
  }
}

TEST(CheckTest, AStaleHandleIsWhatTheNamesOfHandlesSay) {
  for (const Meaning& row : meanings()) {
    const bool isHandle = row.name.ends_with("_HANDLE_INVALID");
    const bool isSession = row.value == CKR_SESSION_HANDLE_INVALID;
    EXPECT_EQ(row.recovery == Recovery::kFindHandle, isHandle && !isSession) << row.name;
  }
}

/// Of the standard, but never an answer to a function of ours (hsm/pkcs11/functions.h) as we call
/// it: should a module give one all the same, it is a fault like any other.
constexpr std::array kDeliberatelyUnknown = std::to_array<std::string_view>({
    "CKR_NO_EVENT",               // C_WaitForSlotEvent
    "CKR_FUNCTION_NOT_PARALLEL",  // C_GetFunctionStatus, C_CancelFunction
    "CKR_KEY_NOT_NEEDED",         // C_SetOperationState, and the next four
    "CKR_KEY_CHANGED",
    "CKR_KEY_NEEDED",
    "CKR_SAVED_STATE_INVALID",
    "CKR_STATE_UNSAVEABLE",                // C_GetOperationState
    "CKR_KEY_INDIGESTIBLE",                // C_DigestKey
    "CKR_SESSION_PARALLEL_NOT_SUPPORTED",  // C_OpenSession without CKF_SERIAL_SESSION
    "CKR_SESSION_EXISTS",                  // C_InitToken beside a session; we open none before it
    "CKR_SESSION_READ_ONLY_EXISTS",        // C_Login of the SO beside a read-only session
    "CKR_SIGNATURE_INVALID",               // C_Verify, and the next
    "CKR_SIGNATURE_LEN_RANGE",
    "CKR_RANDOM_SEED_NOT_SUPPORTED",  // C_SeedRandom
    "CKR_DOMAIN_PARAMS_INVALID",      // asymmetric keys, and the next two
    "CKR_CURVE_NOT_SUPPORTED",
    "CKR_PUBLIC_KEY_INVALID",
    "CKR_INFORMATION_SENSITIVE",  // C_DigestKey and friends of vendors
    "CKR_NEW_PIN_MODE",           // one-time passwords, and the next
    "CKR_NEXT_OTP",
    "CKR_EXCEEDED_MAX_ITERATIONS",  // generating domain parameters
    "CKR_VENDOR_DEFINED",           // where vendors' own values begin
});

/// Every return value that the standard's header defines, but CKR_OK.
std::vector<std::string> valuesOfTheStandard() {
  std::ifstream header(STRONGROOM_PKCS11_HEADER);
  std::vector<std::string> names;
  for (std::string word; header >> word;) {
    if (word != "#define" || !(header >> word) || !word.starts_with("CKR_")) continue;
    if (word != "CKR_OK") names.push_back(word);
  }
  return names;
}

TEST(CheckTest, EveryValueOfTheStandardHasARowOrIsDeliberatelyUnknown) {
  const std::vector<std::string> names = valuesOfTheStandard();
  ASSERT_GT(names.size(), 80U) << STRONGROOM_PKCS11_HEADER;
  for (const std::string& name : names) {
    const bool hasRow = std::ranges::count(meanings(), name, &Meaning::name) == 1;
    const bool isUnknown = std::ranges::count(kDeliberatelyUnknown, name) == 1;
    EXPECT_NE(hasRow, isUnknown) << name;
  }
  EXPECT_EQ(meanings().size() + kDeliberatelyUnknown.size(), names.size());
}

TEST(ReinitialisationTest, OnlyALostModuleNeedsItNowAndAnUnavailableTokenWhenItLasts) {
  const auto needOf = [](CK_RV value) {
    return hsm::reinitialisationFor(*errorOf([value] { check(value, "C_Sign"); }));
  };
  for (const Meaning& row : meanings()) {
    if (row.recovery == Recovery::kReinitialise) {
      EXPECT_EQ(needOf(row.value), Reinitialisation::kNow) << row.name;
    } else if (row.code == ErrorCode::kTokenUnavailable || row.value == CKR_GENERAL_ERROR) {
      EXPECT_EQ(needOf(row.value), Reinitialisation::kWhenItLasts) << row.name;
    } else {
      EXPECT_EQ(needOf(row.value), Reinitialisation::kNotNeeded) << row.name;
    }
  }
  EXPECT_EQ(needOf(CKR_VENDOR_DEFINED | 0x1234), Reinitialisation::kNotNeeded);
  EXPECT_EQ(hsm::reinitialisationFor({ErrorCode::kBusy, "no session"}),
            Reinitialisation::kNotNeeded);
}

TEST(CheckTest, OnlyOkPasses) {
  EXPECT_NO_THROW(check(CKR_OK, "C_Sign"));
  for (const Meaning& row : meanings()) {
    EXPECT_EQ(codeOf([&] { check(row.value, "C_Sign"); }), row.code) << row.name;
  }
}

TEST(CheckTest, AnUnknownValueIsAFaultWithNothingToMend) {
  constexpr CK_RV kVendors = CKR_VENDOR_DEFINED | 0x1234;
  EXPECT_EQ(meaningOf(kVendors).recovery, Recovery::kNone);
  const auto error = errorOf([] { check(kVendors, "C_Sign"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ErrorCode::kFault);
  EXPECT_EQ(error->call(), "C_Sign");
  EXPECT_EQ(error->returnValue(), kVendors);
  EXPECT_NE(std::string(error->what()).find("0x80001234"), std::string::npos) << error->what();
}

TEST(FunctionsTest, NamesAreUnique) {
  const auto& names = hsm::pkcs11::kFunctionNames;
  EXPECT_EQ(std::set(names.begin(), names.end()).size(), names.size());
  EXPECT_EQ(hsm::pkcs11::kGenerateRandom.name(), "C_GenerateRandom");
  EXPECT_EQ(hsm::pkcs11::kGetInfo.name(), "C_GetInfo");
}

TEST(PromisesTest, NoKeyCanBothWrapAndDecryptAndNoneCanBeExtracted) {
  for (const auto promises : {hsm::pkcs11::cmkPromises(), hsm::pkcs11::bindingKeyPromises()}) {
    const auto valueOf = [&](CK_ATTRIBUTE_TYPE type) {
      const auto row = std::ranges::find(promises, type, &hsm::pkcs11::Promise::type);
      return row == promises.end() ? ~CK_ULONG{0} : row->value;
    };
    for (const CK_ATTRIBUTE_TYPE never :
         {CKA_ENCRYPT, CKA_DECRYPT, CKA_DERIVE, CKA_EXTRACTABLE, CKA_MODIFIABLE}) {
      EXPECT_EQ(valueOf(never), CK_FALSE) << never;
    }
    for (const CK_ATTRIBUTE_TYPE always :
         {CKA_TOKEN, CKA_PRIVATE, CKA_SENSITIVE, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE}) {
      EXPECT_EQ(valueOf(always), CK_TRUE) << always;
    }
  }
}

}  // namespace
}  // namespace strongroom::testing
