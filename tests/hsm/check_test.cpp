#include "hsm/pkcs11/check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "hsm/pkcs11/functions.h"
#include "hsm/pkcs11/profile.h"
#include "hsm/pkcs11/templates.h"
#include "tests/support/hsm_assertions.h"

namespace strongroom::testing {
namespace {

using hsm::ErrorCode;
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
  EXPECT_EQ(recoveries.size(), 4U);
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

TEST(ProfileTest, TheLastRowAndNoOtherMatchesEveryToken) {
  const auto rows = hsm::pkcs11::profiles();
  for (const auto& row : rows) EXPECT_EQ(row.manufacturer.empty(), &row == &rows.back());
  EXPECT_EQ(&hsm::pkcs11::profileFor("somebody else"), &rows.back());
  EXPECT_EQ(hsm::pkcs11::profileFor("SoftHSM project").manufacturer, "SoftHSM project");
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
