#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "hsm/pkcs11/capabilities.h"
#include "hsm/pkcs11/key_operations.h"
#include "hsm/pkcs11/token_connection.h"
#include "hsm/pkcs11/token_finder.h"
#include "tests/support/hsm_assertions.h"
#include "tests/support/key_wrap.h"
#include "tests/support/module_token.h"

namespace strongroom::testing {
namespace {

using namespace hsm::pkcs11;  // NOLINT: this test is about the insides
using hsm::WrapMethod;

/// What docs/hsm-profiles.md says of each module that Debian has.
struct Expected {
  std::string_view kind;
  std::string_view profile;
  WrapMethod wrap;
  UnwrapTemplate unwrap;
  AllowedMechanisms allowedMechanisms;
  std::size_t longestDataKey;
  bool wrapsUnextractableKeys;
};

constexpr std::array kExpected = std::to_array<Expected>({
    {"softhsm", "SoftHSM", WrapMethod::kAesKeyWrap, {}, AllowedMechanisms::kEnforced, 1024, false},
    {"opencryptoki",
     "openCryptoki soft token",
     WrapMethod::kAesCbcPad,
     {.notPrivate = false, .notSensitive = false, .extractable = false},
     AllowedMechanisms::kRefused,
     256,
     false},
    {"nss", "NSS softoken", WrapMethod::kAesKeyWrap, {}, AllowedMechanisms::kIgnored, 256, true},
});

/// The module that this process was started beside.
class ModuleTrialTest : public ::testing::Test {
 protected:
  ModuleTrialTest() : expected_(*std::ranges::find(kExpected, token_.kind(), &Expected::kind)) {
    token_.provision();
  }
  static hsm::Deadline soon() { return hsm::deadlineIn(std::chrono::seconds(30)); }

  ModuleToken token_;
  const Expected& expected_;
};

TEST_F(ModuleTrialTest, ShowsWhatTheDocumentationSays) {
  Module module(token_.options().module, token_.options().moduleArgument);
  const Token token = *findToken(module, token_.options().token);
  TokenConnection connection(module, token, token_.pin().clone(), 1);
  EXPECT_EQ(connection.profile().name, expected_.profile);
  const WrapMechanism wrap = requireMechanisms(module, token.slot, connection.profile());
  const TrialResult trial =
      connection.once(soon(), [wrap](Lease& lease) { return tryToken(lease, wrap); });
  EXPECT_EQ(trial.wrap.method, expected_.wrap);
  EXPECT_EQ(trial.unwrap, expected_.unwrap) << trial.unwrap.notPrivate << trial.unwrap.notSensitive
                                            << trial.unwrap.extractable << trial.unwrap.length;
  EXPECT_EQ(trial.allowedMechanisms, expected_.allowedMechanisms);
  EXPECT_EQ(trial.longestDataKey, expected_.longestDataKey);
  EXPECT_EQ(trial.wrapsUnextractableKeys, expected_.wrapsUnextractableKeys);
}

TEST_F(ModuleTrialTest, ItsWrappingIsWhatTheMethodSays) {
  Module module(token_.options().module, token_.options().moduleArgument);
  const Token token = *findToken(module, token_.options().token);
  TokenConnection connection(module, token, token_.pin().clone(), 1);
  const WrapMechanism wrap = requireMechanisms(module, token.slot, connection.profile());
  Template open;
  open.ulong(CKA_VALUE_LEN, 32).boolean(CKA_TOKEN, false).boolean(CKA_SENSITIVE, false);
  open.boolean(CKA_EXTRACTABLE, true).boolean(CKA_WRAP, true).boolean(CKA_UNWRAP, true);
  connection.once(soon(), [&](Lease& lease) {
    SessionObject wrapping = generateSessionKey(lease, open, 32);
    const SecretBytes wrappingValue = readValue(lease, wrapping.handle(), 32);
    for (const std::size_t bytes : {std::size_t{16}, std::size_t{24}, std::size_t{32},
                                    std::size_t{40}, expected_.longestDataKey}) {
      SCOPED_TRACE(bytes);
      SessionObject key =
          generateSessionKey(lease, dataKeyTemplate(bytes, hsm::Plaintext::kReturn), bytes);
      const SecretBytes value = readValue(lease, key.handle(), bytes);
      const Bytes wrapped = wrapKey(lease, wrap, wrapping.handle(), key.handle(), bytes);
      EXPECT_EQ(wrapped, wrapInSoftware(wrappingValue, expected_.wrap, value.expose()));
      EXPECT_TRUE(unwrapInSoftware(wrappingValue, expected_.wrap, wrapped) == value);
    }
  });
}

TEST_F(ModuleTrialTest, AModuleThatGivesKeysAwayIsOpenedOnlyWhenAllowed) {
  const auto error = errorOf([&] { hsm::openToken(token_.options(), token_.pin()); });
  EXPECT_EQ(error.has_value(), expected_.wrapsUnextractableKeys);
  if (error) {
    EXPECT_EQ(error->code(), hsm::ErrorCode::kUnsupported);
    for (const char* part : {"marked unextractable", "allow_unsafe_module"}) {
      EXPECT_NE(std::string(error->what()).find(part), std::string::npos) << error->what();
    }
  }
  const auto allowed = hsm::openToken(token_.options(2, true), token_.pin());
  EXPECT_EQ(allowed->describe().dangers.size(), expected_.wrapsUnextractableKeys ? 1U : 0U);
  EXPECT_EQ(allowed->describe().longestDataKey, expected_.longestDataKey);
}

TEST_F(ModuleTrialTest, ATokenIsMadeReadyOnce) {
  const auto again = [&] { hsm::adoptToken(token_.options(1, true), token_.pin()); };
  EXPECT_EQ(codeOf(again), hsm::ErrorCode::kKeyUnusable);
}

}  // namespace
}  // namespace strongroom::testing
