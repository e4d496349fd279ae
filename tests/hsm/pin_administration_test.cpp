#include "hsm/pkcs11/pin_administration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hsm/pkcs11/pin_state.h"
#include "tests/support/hsm_assertions.h"
#include "tests/support/test_token.h"

namespace strongroom::testing {
namespace {

using hsm::ErrorCode;
using hsm::PinOwner;
using hsm::PinState;
using ::testing::ElementsAre;

const SecretBytes kNewPin(asBytes("another pin"));

// SoftHSM counts no wrong PINs: a module over it pretends to.

/// What the next C_GetTokenInfo adds to the token's flags, and which calls took a PIN.
CK_FLAGS addedFlags = 0;
std::vector<std::string> pinCalls;
CK_RV setPinAnswer = CKR_OK;
CK_FUNCTION_LIST real;

/// SoftHSM, pretending to count wrong PINs.
class CountingModule {
 public:
  explicit CountingModule(const hsm::pkcs11::Module& module) {
    addedFlags = 0;
    pinCalls.clear();
    setPinAnswer = CKR_OK;
    real = module.functions();
    functions_ = real;
    functions_.C_GetTokenInfo = [](CK_SLOT_ID slot, CK_TOKEN_INFO* info) -> CK_RV {
      const CK_RV value = real.C_GetTokenInfo(slot, info);
      info->flags |= addedFlags;
      return value;
    };
    functions_.C_Login = [](CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR* pin,
                            CK_ULONG size) -> CK_RV {
      pinCalls.emplace_back("C_Login");
      return real.C_Login(session, user, pin, size);
    };
    functions_.C_SetPIN = [](CK_SESSION_HANDLE session, CK_UTF8CHAR* pin, CK_ULONG size,
                             CK_UTF8CHAR* newPin, CK_ULONG newSize) -> CK_RV {
      pinCalls.emplace_back("C_SetPIN");
      if (setPinAnswer != CKR_OK) return setPinAnswer;
      return real.C_SetPIN(session, pin, size, newPin, newSize);
    };
    functions_.C_InitPIN = [](CK_SESSION_HANDLE session, CK_UTF8CHAR* pin, CK_ULONG size) -> CK_RV {
      pinCalls.emplace_back("C_InitPIN");
      return real.C_InitPIN(session, pin, size);
    };
  }
  CK_FUNCTION_LIST& functions() { return functions_; }

 private:
  CK_FUNCTION_LIST functions_{};
};

class PinTest : public ::testing::Test {
 protected:
  void change(PinOwner owner, const SecretBytes& pin) {
    hsm::pkcs11::changePin(module_, token_.options().token, owner, pin, kNewPin);
  }
  void reset() { hsm::pkcs11::resetPin(module_, token_.options().token, token_.soPin(), kNewPin); }

  TestToken token_;
  hsm::pkcs11::Module softHsm_{token_.module()};
  CountingModule counting_{softHsm_};
  hsm::pkcs11::Module module_{counting_.functions()};
};

TEST_F(PinTest, IsGivenOnceWhenItIsWrong) {
  EXPECT_EQ(codeOf([&] { change(PinOwner::kUser, token_.soPin()); }), ErrorCode::kPinRefused);
  EXPECT_THAT(pinCalls, ElementsAre("C_Login"));
}

TEST_F(PinTest, IsNotGivenToATokenThatAWrongOneWouldLock) {
  for (const CK_FLAGS flag : {CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED}) {
    addedFlags = flag;
    EXPECT_EQ(codeOf([&] { change(PinOwner::kUser, token_.pin()); }), ErrorCode::kPinRefused);
  }
  for (const CK_FLAGS flag : {CKF_SO_PIN_FINAL_TRY, CKF_SO_PIN_LOCKED}) {
    addedFlags = flag;
    EXPECT_EQ(codeOf([&] { change(PinOwner::kSecurityOfficer, token_.soPin()); }),
              ErrorCode::kPinRefused);
    EXPECT_EQ(codeOf([&] { reset(); }), ErrorCode::kPinRefused);
  }
  EXPECT_THAT(pinCalls, ElementsAre());
}

TEST_F(PinTest, OfTheUserIsResetThoughItIsLocked) {
  addedFlags = CKF_USER_PIN_LOCKED;
  reset();
  EXPECT_THAT(pinCalls, ElementsAre("C_Login", "C_InitPIN"));
}

TEST_F(PinTest, ChangeThatFailsHalfWayIsNotRepeated) {
  setPinAnswer = CKR_DEVICE_ERROR;
  EXPECT_EQ(codeOf([&] { change(PinOwner::kUser, token_.pin()); }), ErrorCode::kTokenUnavailable);
  EXPECT_THAT(pinCalls, ElementsAre("C_Login", "C_SetPIN"));
}

TEST_F(PinTest, OfTheWrongLengthCostsNoTry) {
  const SecretBytes tooShort(asBytes("123"));
  EXPECT_EQ(codeOf([&] {
              hsm::pkcs11::changePin(module_, token_.options().token, PinOwner::kUser, token_.pin(),
                                     tooShort);
            }),
            ErrorCode::kPinRefused);
  EXPECT_THAT(pinCalls, ElementsAre());
}

TEST(PinStateTest, IsTheWorstThatTheFlagsTell) {
  const CK_FLAGS ready = CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED;
  const auto user = [&](CK_FLAGS flags) {
    return hsm::pkcs11::pinStateOf(ready | flags, PinOwner::kUser);
  };
  EXPECT_EQ(user(0), PinState::kReady);
  EXPECT_EQ(user(CKF_USER_PIN_TO_BE_CHANGED), PinState::kToBeChanged);
  EXPECT_EQ(user(CKF_USER_PIN_TO_BE_CHANGED | CKF_USER_PIN_COUNT_LOW), PinState::kWrongGiven);
  EXPECT_EQ(user(CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY), PinState::kFinalTry);
  EXPECT_EQ(user(CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED), PinState::kLocked);
  EXPECT_EQ(user(CKF_SO_PIN_LOCKED), PinState::kReady) << "the SO's is the SO's";
  EXPECT_EQ(hsm::pkcs11::pinStateOf(CKF_TOKEN_INITIALIZED, PinOwner::kUser), PinState::kNotSet);
  EXPECT_EQ(hsm::pkcs11::pinStateOf(CKF_SO_PIN_LOCKED, PinOwner::kSecurityOfficer),
            PinState::kLocked);
}

}  // namespace
}  // namespace strongroom::testing
