#include "hsm/open_token.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "hsm/pkcs11/token_finder.h"
#include "tests/support/hsm_assertions.h"
#include "tests/support/test_token.h"

namespace strongroom::testing {
namespace {

using hsm::ErrorCode;
using hsm::TokenSelector;
using hsm::pkcs11::findToken;

const SecretBytes kPin(asBytes("pin-of-the-test"));
const SecretBytes kSoPin(asBytes("so-pin-of-the-test"));

TokenSelector byUri(std::string uri) {
  return {.label = {}, .serial = {}, .uri = std::move(uri)};
}
TokenSelector byLabel(std::string label) {
  return {.label = std::move(label), .serial = {}, .uri = {}};
}

class TokenFinderTest : public ::testing::Test {
 protected:
  /// Strongroom refuses to make two tokens of one label; other tools do not.
  static void makeTwin(const std::string& label) {
    const std::string command = "softhsm2-util --init-token --free --label " + label +
                                " --so-pin 12345678 --pin 1234 >/dev/null";
    ASSERT_EQ(::system(command.c_str()), 0);
  }

  [[noreturn]] static void refuseAsOpenTokenDoes(const TokenSelector& selector) {
    throw hsm::Error(ErrorCode::kTokenNotFound, selector.describe());
  }

  TestToken token_{"vault"};
  const std::string serial_ = token_.description().serial;
};

TEST_F(TokenFinderTest, FindsByLabelBySerialAndByUri) {
  hsm::pkcs11::Module module(token_.module());
  const TokenSelector bySerial{.label = {}, .serial = serial_, .uri = {}};
  const TokenSelector byBoth{.label = "vault", .serial = serial_, .uri = {}};
  for (const TokenSelector& selector :
       {byLabel("vault"), bySerial, byBoth, byUri("pkcs11:token=vault"),
        byUri("pkcs11:serial=" + serial_), byUri("pkcs11:token=vault;serial=" + serial_)}) {
    const auto found = findToken(module, selector);
    ASSERT_TRUE(found) << selector.describe();
    EXPECT_EQ(found->serial(), serial_);
  }
}

TEST_F(TokenFinderTest, FindsNothingWhereAFieldDiffers) {
  hsm::pkcs11::Module module(token_.module());
  const TokenSelector contradicting{.label = "vault", .serial = "0", .uri = {}};
  for (const TokenSelector& selector :
       {byLabel("Vault"), byLabel("vaul"), contradicting, byUri("pkcs11:token=other")}) {
    EXPECT_FALSE(findToken(module, selector)) << selector.describe();
  }
}

TEST_F(TokenFinderTest, RefusesTwoTokensOfOneLabelAndTellsThemApartBySerial) {
  makeTwin("vault");
  hsm::pkcs11::Module module(token_.module());
  for (const TokenSelector& selector : {byLabel("vault"), byUri("pkcs11:token=vault")}) {
    const auto error = errorOf([&] { findToken(module, selector); });
    ASSERT_TRUE(error) << selector.describe();
    EXPECT_EQ(error->code(), ErrorCode::kTokenNotFound);
    EXPECT_NE(std::string(error->what()).find(serial_), std::string::npos) << error->what();
  }
  EXPECT_TRUE(findToken(module, {.label = {}, .serial = serial_, .uri = {}}));
  EXPECT_TRUE(findToken(module, byUri("pkcs11:token=vault;serial=" + serial_)));
}

TEST_F(TokenFinderTest, RefusesSelectorsThatAreEmptyAmbiguousOrNoUri) {
  hsm::pkcs11::Module module(token_.module());
  TokenSelector both = byLabel("vault");
  both.uri = "pkcs11:token=vault";
  for (const TokenSelector& selector :
       {TokenSelector{}, both, byUri("http://vault"), byUri("pkcs11:token=%zz"),
        byUri("pkcs11:token=vault;colour=red"), byUri("pkcs11:token=vault;object=key"),
        byUri("pkcs11:token=vault;slot-id=0"), byUri("pkcs11:token=vault?module-path=/x.so"),
        byUri("pkcs11:token=vault?pin-source=file:/x")}) {
    EXPECT_EQ(codeOf([&] { findToken(module, selector); }), ErrorCode::kTokenNotFound)
        << selector.describe();
  }
}

TEST_F(TokenFinderTest, DoesNotRepeatAPinThatSomebodyPutIntoTheUri) {
  hsm::pkcs11::Module module(token_.module());
  for (const std::string uri :
       {"pkcs11:token=vault?pin-value=canary", "pkcs11:token=vault;pin-value=canary",
        "pkcs11:pin-value=canary;token=vault", "pkcs11:token=vault&pin-value=canary",
        "pkcs11:token=vault;PIN%2Dvalue=canary", "canary"}) {
    const auto error = errorOf([&] {
      if (!findToken(module, byUri(uri))) refuseAsOpenTokenDoes(byUri(uri));
    });
    ASSERT_TRUE(error) << uri;
    EXPECT_EQ(std::string(error->what()).find("canary"), std::string::npos) << error->what();
  }
  EXPECT_EQ(byUri("pkcs11:token=vault;serial=12;pin-value=canary?x").describe(),
            "URI 'pkcs11:token=vault;serial=12'");
}

class OpenTokenTest : public TokenFinderTest {};

TEST_F(OpenTokenTest, AWrongPinIsRefusedAndNotRepeated) {
  EXPECT_EQ(codeOf([&] { hsm::openToken(token_.options(), SecretBytes(asBytes("wrong-pin"))); }),
            ErrorCode::kPinRefused);
  EXPECT_NO_THROW(token_.open());
}

TEST_F(OpenTokenTest, ATokenWithoutBindingKeyIsRefusedWithWhatToDo) {
  makeTwin("bare");
  hsm::TokenOptions options = token_.options();
  options.token = byLabel("bare");
  const auto error = errorOf([&] { hsm::openToken(options, SecretBytes(asBytes("1234"))); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ErrorCode::kKeyNotFound);
  EXPECT_NE(std::string(error->what()).find("strongroom token init"), std::string::npos);
}

TEST_F(OpenTokenTest, AnAbsentTokenIsNotFound) {
  hsm::TokenOptions options = token_.options();
  options.token = byLabel("absent");
  EXPECT_EQ(codeOf([&] { hsm::openToken(options, kPin); }), ErrorCode::kTokenNotFound);
}

TEST_F(OpenTokenTest, AModuleThatCannotBeLoadedIsNamed) {
  hsm::TokenOptions options = token_.options();
  options.module = "/nonexistent/module.so";
  const auto error = errorOf([&] { hsm::openToken(options, kPin); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ErrorCode::kUnsupported);
  EXPECT_NE(std::string(error->what()).find("/nonexistent/module.so"), std::string::npos);
}

TEST_F(OpenTokenTest, KeysAndBindingOutliveTheProcessesSessions) {
  const auto soon = hsm::deadlineIn(std::chrono::seconds(30));
  KeyRef ref;
  ref.key.bytes[3] = std::byte{9};
  auto hsm = token_.open();
  hsm->generateKey(ref, soon);
  const auto key = hsm->generateDataKey(ref, 32, hsm::Plaintext::kReturn, soon);
  const SecretBytes mac = hsm->bindingMac(asBytes("m"), soon);
  hsm.reset();
  hsm = token_.open();
  EXPECT_EQ(hsm->listKeys(soon), std::vector{ref});
  EXPECT_TRUE(hsm->unwrapDataKey(ref, key.method, key.wrapped, soon) == key.plaintext);
  EXPECT_TRUE(hsm->bindingMac(asBytes("m"), soon) == mac);
}

TEST_F(OpenTokenTest, ProvisioningNeverTouchesALabelThatExists) {
  EXPECT_EQ(codeOf([&] { hsm::initialiseToken(token_.module(), "vault", kSoPin, kPin); }),
            ErrorCode::kTokenNotFound);
  EXPECT_EQ(
      codeOf([&] { hsm::initialiseToken(token_.module(), std::string(33, 'x'), kSoPin, kPin); }),
      ErrorCode::kTokenNotFound);
  const auto tokens = hsm::listTokens(token_.module());
  ASSERT_EQ(tokens.size(), 2U) << "ours and SoftHSM's empty one";
  EXPECT_EQ(
      std::count_if(tokens.begin(), tokens.end(), [](const auto& t) { return t.initialised; }), 1);
}

TEST(LimitedTokenTest, AMissingMechanismIsNamedBeforeAnythingIsWritten) {
  const SoftHsmFolder folder(std::filesystem::path(STRONGROOM_SOFTHSM_CONFIG_DIR) /
                             "limited.conf.in");
  const auto error = errorOf([] { hsm::initialiseToken(kSoftHsmModule, "limited", kSoPin, kPin); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ErrorCode::kUnsupported);
  EXPECT_NE(std::string(error->what()).find("CKM_AES_KEY_WRAP"), std::string::npos)
      << error->what();
  EXPECT_TRUE(std::filesystem::is_empty(folder.tokens()));
}

TEST(LimitedTokenTest, ATokenWhoseModuleLostAMechanismIsNotOpened) {
  const TestToken token;
  // The same token under a weaker configuration.
  const SoftHsmFolder limited(std::filesystem::path(STRONGROOM_SOFTHSM_CONFIG_DIR) /
                              "limited.conf.in");
  std::filesystem::remove(limited.tokens());
  std::filesystem::create_directory_symlink(token.folder().tokens(), limited.tokens());
  const auto error = errorOf([&] { token.open(); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ErrorCode::kUnsupported);
  EXPECT_NE(std::string(error->what()).find("CKM_AES_KEY_WRAP"), std::string::npos)
      << error->what();
}

}  // namespace
}  // namespace strongroom::testing
