#include "hsm/pkcs11/token_keys.h"

#include <gtest/gtest.h>

#include "hsm/pkcs11/object_names.h"
#include "hsm/pkcs11/token_connection.h"
#include "hsm/pkcs11/token_finder.h"
#include "tests/support/hsm_assertions.h"
#include "tests/support/key_wrap.h"
#include "tests/support/test_token.h"

namespace strongroom::testing {
namespace {

using hsm::ErrorCode;
using namespace hsm::pkcs11;  // NOLINT: this test is about the insides

class TokenKeysTest : public ::testing::Test {
 protected:
  TokenKeysTest()
      : module_(token_.module()),
        connection_(module_, *findToken(module_, token_.options().token), token_.pin().clone(), 2) {
    ref_.key.bytes[0] = std::byte{7};
  }
  template <class Work>
  auto onLease(Work work) {
    return connection_.once(hsm::deadlineIn(std::chrono::seconds(30)), work);
  }
  CK_OBJECT_HANDLE makeKey() {
    return onLease([&](Lease& lease) { return generateTokenKey(lease, ref_, trial_); });
  }
  CK_RV setAttribute(CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type, CK_BBOOL value) {
    CK_ATTRIBUTE attribute{type, &value, sizeof value};
    const Session session(module_, connection_.token().slot);
    return module_.functions().C_SetAttributeValue(session.handle(), key, &attribute, 1);
  }

  static TrialResult trialOf(AllowedMechanisms allowed) {
    return {.wrap = {}, .unwrap = {}, .allowedMechanisms = allowed};
  }

  const TrialResult trial_ = trialOf(AllowedMechanisms::kEnforced);
  TestToken token_;
  Module module_;
  TokenConnection connection_;
  KeyRef ref_;
};

TEST_F(TokenKeysTest, ATrialShowsWhatSoftHsmDoes) {
  const TrialResult trial = onLease([](Lease& lease) { return tryToken(lease, WrapMechanism{}); });
  EXPECT_EQ(trial.allowedMechanisms, AllowedMechanisms::kEnforced);
  EXPECT_TRUE(trial.unwrap.extractable) << "else it could not be read";
  EXPECT_FALSE(trial.unwrap.length) << "SoftHSM refuses CKA_VALUE_LEN in C_UnwrapKey";
  EXPECT_FALSE(trial.wrapsUnextractableKeys);
}

TEST_F(TokenKeysTest, ANewKeyKeepsItsPromises) {
  const CK_OBJECT_HANDLE key = makeKey();
  onLease([&](Lease& lease) { verifyAttributes(lease, connection_.profile(), ref_, key, trial_); });
}

TEST_F(TokenKeysTest, AKeyThatBreaksOnePromiseIsUnusableAndTheAttributeIsNamed) {
  for (const Promise& broken : cmkPromises()) {
    const bool canBeAskedFor = broken.kind == Promise::Kind::kBoolean &&
                               broken.when == Promise::When::kAsked && broken.type != CKA_TOKEN;
    if (!canBeAskedFor) continue;
    SCOPED_TRACE(broken.name);
    std::vector<Promise> promises(cmkPromises().begin(), cmkPromises().end());
    for (Promise& promise : promises) {
      if (promise.type == broken.type)
        promise.value = promise.value == CK_TRUE ? CK_FALSE : CK_TRUE;
    }
    Template attributes = askedFor(promises);
    attributes.text(CKA_LABEL, labelOf(ref_)).bytes(CKA_ID, objectIdOf(ref_));
    const auto error = errorOf([&] {
      onLease([&](Lease& lease) {
        CK_MECHANISM mechanism{CKM_AES_KEY_GEN, nullptr, 0};
        CK_OBJECT_HANDLE key = 0;
        lease.invoke(kGenerateKey, &mechanism, attributes.data(), attributes.size(), &key);
        verifyAttributes(lease, connection_.profile(), ref_, key,
                         trialOf(AllowedMechanisms::kRefused));
      });
    });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), ErrorCode::kKeyUnusable);
    EXPECT_NE(std::string(error->what()).find(broken.name), std::string::npos) << error->what();
  }
}

TEST_F(TokenKeysTest, OnlyTheBindingKeyMayLackTheMechanismsThatItsModuleLearntLater) {
  const TrialResult before = trialOf(AllowedMechanisms::kRefused);
  onLease([&](Lease& lease) {
    const auto bindingKey = generateTokenKey(lease, kBindingKeyRef, before);
    EXPECT_NO_THROW(
        verifyAttributes(lease, connection_.profile(), kBindingKeyRef, bindingKey, trial_));
    const auto cmk = generateTokenKey(lease, ref_, before);
    EXPECT_EQ(codeOf([&] { verifyAttributes(lease, connection_.profile(), ref_, cmk, trial_); }),
              ErrorCode::kKeyUnusable);
  });
}

TEST_F(TokenKeysTest, ItsValueCannotBeRead) {
  const CK_OBJECT_HANDLE key = makeKey();
  const auto error = errorOf([&] { onLease([&](Lease& lease) { readValue(lease, key, 32); }); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->returnValue(), CKR_ATTRIBUTE_SENSITIVE);
}

TEST_F(TokenKeysTest, ItCannotBeMadeExtractableReadableOrFitToDecrypt) {
  const CK_OBJECT_HANDLE key = makeKey();
  EXPECT_NE(setAttribute(key, CKA_EXTRACTABLE, CK_TRUE), CKR_OK);
  EXPECT_NE(setAttribute(key, CKA_SENSITIVE, CK_FALSE), CKR_OK);
  EXPECT_NE(setAttribute(key, CKA_DECRYPT, CK_TRUE), CKR_OK);
  EXPECT_NE(setAttribute(key, CKA_ENCRYPT, CK_TRUE), CKR_OK);
  onLease([&](Lease& lease) { verifyAttributes(lease, connection_.profile(), ref_, key, trial_); });
}

TEST_F(TokenKeysTest, ItCannotBeWrappedByAnotherKey) {
  const CK_OBJECT_HANDLE key = makeKey();
  EXPECT_TRUE(codeOf([&] { onLease([&](Lease& lease) { wrapKey(lease, {}, key, key, 32); }); }));
}

TEST_F(TokenKeysTest, TheTokensKeyWrapIsThatOfTheRfc) {
  Template open;
  open.ulong(CKA_VALUE_LEN, 32).boolean(CKA_TOKEN, false).boolean(CKA_SENSITIVE, false);
  open.boolean(CKA_EXTRACTABLE, true).boolean(CKA_WRAP, true).boolean(CKA_UNWRAP, true);
  onLease([&](Lease& lease) {
    SessionObject wrapping = generateSessionKey(lease, open, 32);
    const SecretBytes wrappingValue = readValue(lease, wrapping.handle(), 32);
    for (const std::size_t bytes : {16U, 24U, 32U, 40U, 1024U}) {
      SessionObject key =
          generateSessionKey(lease, dataKeyTemplate(bytes, hsm::Plaintext::kReturn), bytes);
      const SecretBytes value = readValue(lease, key.handle(), bytes);
      EXPECT_EQ(wrapKey(lease, {}, wrapping.handle(), key.handle(), bytes),
                wrapInSoftware(wrappingValue, hsm::WrapMethod::kAesKeyWrap, value.expose()))
          << bytes;
      key.destroy();
    }
    wrapping.destroy();
  });
}

TEST_F(TokenKeysTest, TwoObjectsOfOneNameAreAnErrorAndNotACoinToss) {
  makeKey();
  makeKey();
  const auto use = [&] {
    connection_.repeatableWithKey(ref_, hsm::deadlineIn(std::chrono::seconds(30)),
                                  [](Lease&, CK_OBJECT_HANDLE) {});
  };
  EXPECT_EQ(codeOf(use), ErrorCode::kKeyUnusable) << "found in one pass";
  connection_.handles().forget(ref_);
  EXPECT_EQ(codeOf(use), ErrorCode::kKeyUnusable) << "found one by one";
}

}  // namespace
}  // namespace strongroom::testing
