#include <gtest/gtest.h>

#include "hsm/pkcs11/pkcs11_hsm.h"
#include "hsm/pkcs11/token_finder.h"
#include "tests/hsm/faulty_module.h"
#include "tests/support/hsm_assertions.h"
#include "tests/support/test_token.h"

namespace strongroom::testing {
namespace {

using hsm::ErrorCode;
using hsm::Plaintext;

class RecoveryTest : public ::testing::Test {
 protected:
  RecoveryTest()
      : real_(token_.module()),
        faulty_(real_),
        hsm_(faulty_.adopt(), *hsm::pkcs11::findToken(real_, token_.options().token),
             token_.pin().clone(), 2) {
    ref_.key.bytes[0] = std::byte{1};
    hsm_.generateKey(ref_, soon());
  }

  static hsm::Deadline soon() { return hsm::deadlineIn(std::chrono::seconds(30)); }
  hsm::DataKey dataKey() { return hsm_.generateDataKey(ref_, 32, Plaintext::kReturn, soon()); }

  /// Ends the login of every session, as a token does that was restarted.
  void logOutBehindItsBack() {
    hsm::pkcs11::Session session(real_,
                                 hsm::pkcs11::findToken(real_, token_.options().token)->slot);
    session.invoke(hsm::pkcs11::kLogout);
  }

  /// Destroys the one key that has `usage`, as another program does.
  void destroyBehindItsBack(CK_ATTRIBUTE_TYPE usage) {
    hsm::pkcs11::Session session(real_,
                                 hsm::pkcs11::findToken(real_, token_.options().token)->slot);
    CK_ULONG found = 0;
    CK_OBJECT_HANDLE key = 0;
    CK_BBOOL isTrue = CK_TRUE;
    CK_ATTRIBUTE search{usage, &isTrue, sizeof isTrue};
    session.invoke(hsm::pkcs11::kFindObjectsInit, &search, CK_ULONG{1});
    session.invoke(hsm::pkcs11::kFindObjects, &key, CK_ULONG{1}, &found);
    session.invoke(hsm::pkcs11::kFindObjectsFinal);
    ASSERT_EQ(found, 1U);
    session.invoke(hsm::pkcs11::kDestroyObject, key);
  }

  TestToken token_;
  hsm::pkcs11::Module real_;
  FaultyModule faulty_;
  hsm::pkcs11::Pkcs11Hsm hsm_;
  KeyRef ref_;
};

TEST_F(RecoveryTest, ALostSessionLoginOrHandleIsMendedAndTheCallRepeatedOnce) {
  for (const CK_RV value :
       {CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED, CKR_OPERATION_ACTIVE, CKR_DEVICE_ERROR,
        CKR_USER_NOT_LOGGED_IN, CKR_KEY_HANDLE_INVALID, CKR_WRAPPING_KEY_HANDLE_INVALID}) {
    SCOPED_TRACE(hsm::pkcs11::meaningOf(value).name);
    const std::uint64_t calls = callsOf(hsm_, "C_WrapKey");
    const std::uint64_t discarded = hsm_.statistics().sessionsDiscarded;
    faults.wrapKey = value;
    EXPECT_NO_THROW(dataKey());
    EXPECT_EQ(callsOf(hsm_, "C_WrapKey"), calls + 2);
    EXPECT_EQ(hsm_.statistics().sessionsDiscarded, discarded + 1) << "the session was kept";
  }
}

TEST_F(RecoveryTest, AFaultIsNotRepeatedAndItsSessionIsClosed) {
  const std::uint64_t calls = callsOf(hsm_, "C_WrapKey");
  faults.wrapKey = CKR_GENERAL_ERROR;
  EXPECT_EQ(codeOf([&] { dataKey(); }), ErrorCode::kFault);
  EXPECT_EQ(callsOf(hsm_, "C_WrapKey"), calls + 1);
  EXPECT_EQ(hsm_.statistics().sessionsDiscarded, 1U);
  EXPECT_NO_THROW(dataKey());
}

TEST_F(RecoveryTest, GeneratingACmkIsNeverRepeated) {
  const std::uint64_t calls = callsOf(hsm_, "C_GenerateKey");
  faults.generateKey = CKR_SESSION_HANDLE_INVALID;
  KeyRef other = ref_;
  other.version = 2;
  EXPECT_EQ(codeOf([&] { hsm_.generateKey(other, soon()); }), ErrorCode::kTokenUnavailable);
  EXPECT_EQ(callsOf(hsm_, "C_GenerateKey"), calls + 1);
  EXPECT_EQ(hsm_.listKeys(soon()), std::vector{ref_});
}

TEST_F(RecoveryTest, WorkGoesOnAfterTheTokenLostTheLogin) {
  const hsm::DataKey before = dataKey();
  const SecretBytes mac = hsm_.bindingMac(asBytes("m"), soon());
  logOutBehindItsBack();
  EXPECT_TRUE(hsm_.unwrapDataKey(ref_, before.method, before.wrapped, soon()) == before.plaintext);
  EXPECT_TRUE(hsm_.bindingMac(asBytes("m"), soon()) == mac);
  EXPECT_EQ(hsm_.statistics().logins, 2U);
}

TEST_F(RecoveryTest, ALostLoginIsNeverTakenForAnEmptyToken) {
  logOutBehindItsBack();
  EXPECT_EQ(hsm_.listKeys(soon()), std::vector{ref_});
}

TEST_F(RecoveryTest, ARefusedPinIsGivenOnceAndNeverAgain) {
  const std::uint64_t logins = callsOf(hsm_, "C_Login");
  logOutBehindItsBack();
  faults.login = CKR_PIN_INCORRECT;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(codeOf([&] { dataKey(); }), ErrorCode::kPinRefused);
  EXPECT_EQ(callsOf(hsm_, "C_Login"), logins + 1);
}

TEST_F(RecoveryTest, AKeyIsDestroyedAlthoughTheLoginWasLostSinceItWasListed) {
  ASSERT_EQ(hsm_.listKeys(soon()), std::vector{ref_});
  logOutBehindItsBack();
  EXPECT_NO_THROW(hsm_.destroyKey(ref_, soon()));
  EXPECT_TRUE(hsm_.listKeys(soon()).empty());
}

TEST_F(RecoveryTest, AHandleThatIsRefusedTwiceIsNoProofThatTheKeyIsGone) {
  faults.destroyObject = {CKR_OBJECT_HANDLE_INVALID, 2};
  EXPECT_EQ(codeOf([&] { hsm_.destroyKey(ref_, soon()); }), ErrorCode::kTokenUnavailable);
  faults.wrapKey = {CKR_WRAPPING_KEY_HANDLE_INVALID, 2};
  EXPECT_EQ(codeOf([&] { dataKey(); }), ErrorCode::kTokenUnavailable);
  faults.generateKey = CKR_OBJECT_HANDLE_INVALID;
  KeyRef other = ref_;
  other.version = 2;
  EXPECT_EQ(codeOf([&] { hsm_.generateKey(other, soon()); }), ErrorCode::kTokenUnavailable);
  EXPECT_NO_THROW(dataKey());
}

TEST_F(RecoveryTest, DestroyingIsRepeatedForNothingButAStaleHandle) {
  const std::uint64_t calls = callsOf(hsm_, "C_DestroyObject");
  for (const CK_RV value : {CKR_DEVICE_ERROR, CKR_SESSION_HANDLE_INVALID, CKR_USER_NOT_LOGGED_IN}) {
    faults.destroyObject = value;
    EXPECT_EQ(codeOf([&] { hsm_.destroyKey(ref_, soon()); }), ErrorCode::kTokenUnavailable);
  }
  EXPECT_EQ(callsOf(hsm_, "C_DestroyObject"), calls + 3);
  EXPECT_NO_THROW(dataKey());
}

TEST_F(RecoveryTest, AKeyThatSomebodyElseDestroyedIsNotFound) {
  destroyBehindItsBack(CKA_WRAP);
  EXPECT_EQ(codeOf([&] { hsm_.destroyKey(ref_, soon()); }), ErrorCode::kKeyNotFound);
  EXPECT_EQ(codeOf([&] { dataKey(); }), ErrorCode::kKeyNotFound);
}

TEST_F(RecoveryTest, TheTokenIsFullOnlyWhereAKeyWasToStay) {
  faults.generateKey = CKR_DEVICE_MEMORY;
  EXPECT_EQ(codeOf([&] { dataKey(); }), ErrorCode::kBusy);
  faults.generateKey = CKR_DEVICE_MEMORY;
  KeyRef other = ref_;
  other.version = 2;
  EXPECT_EQ(codeOf([&] { hsm_.generateKey(other, soon()); }), ErrorCode::kTokenFull);
}

TEST_F(RecoveryTest, AKeyThatIsNotThereIsSearchedForOnceInAWhile) {
  KeyRef missing = ref_;
  missing.version = 2;
  const auto use = [&] { hsm_.generateDataKey(missing, 32, Plaintext::kReturn, soon()); };
  const std::uint64_t searches = callsOf(hsm_, "C_FindObjectsInit");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(codeOf(use), ErrorCode::kKeyNotFound);
  EXPECT_EQ(callsOf(hsm_, "C_FindObjectsInit"), searches + 1);
  EXPECT_EQ(codeOf([&] { hsm_.destroyKey(missing, soon()); }), ErrorCode::kKeyNotFound);
  EXPECT_EQ(callsOf(hsm_, "C_FindObjectsInit"), searches + 2) << "destroying looks for itself";
  hsm_.generateKey(missing, soon());
  EXPECT_NO_THROW(use());
}

TEST_F(RecoveryTest, ASessionThatIsGoneIsNotClosed) {
  dataKey();
  const std::uint64_t closed = callsOf(hsm_, "C_CloseSession");
  faults.wrapKey = CKR_SESSION_HANDLE_INVALID;
  dataKey();
  EXPECT_EQ(callsOf(hsm_, "C_CloseSession"), closed) << "its number may be another session's now";
  faults.wrapKey = CKR_DEVICE_ERROR;
  dataKey();
  EXPECT_EQ(callsOf(hsm_, "C_CloseSession"), closed + 1);
}

TEST_F(RecoveryTest, ALostBindingKeyFailsTheProbe) {
  hsm_.probe(soon());
  const auto deadline = soon();
  destroyBehindItsBack(CKA_SIGN);
  EXPECT_EQ(codeOf([&] { hsm_.probe(deadline); }), ErrorCode::kKeyNotFound);
}

}  // namespace
}  // namespace strongroom::testing
