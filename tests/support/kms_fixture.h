#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

#include "service/keys/sqlite_store.h"
#include "service/operations/context.h"
#include "service/operations/error.h"
#include "tests/support/fake_hsm.h"
#include "tests/support/manual_clock.h"
#include "tests/support/one_token.h"

namespace strongroom::testing {

/// How an operation refused.
struct Refusal {
  operations::ErrorCode code;
  std::string text;
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

std::ostream& operator<<(std::ostream& out, const Refusal& refusal);

/// Everything an operation works with: the SQLite store on a file of its own, a token in memory, a
/// clock that stands still at 1700000000.000 until it is moved. Account 000000000000 in us-east-1.
class KmsTest : public ::testing::Test {
 protected:
  KmsTest();
  ~KmsTest() override;

  /// A call by the administrator, with ten seconds of patience.
  operations::Context call();

  /// A new key in the token, enabled and with an empty description.
  KeyId newKey();
  /// A key id that names nothing.
  static KeyId unknownKey();
  keys::KeyRecord record(const KeyId& key);
  std::string arn(const KeyId& key) const { return account_.keyArn(key); }
  void setState(const KeyId& key, keys::KeyState state);
  void addAlias(const std::string& name, const KeyId& target);

  /// The refusal of `operation`. Fails the test when it does not refuse, or when store or token are
  /// not as they were before.
  Refusal refusalOf(const std::function<void()>& operation);
  /// How many PKCS#11 calls `work` makes, C_FindObjects apart.
  std::uint64_t hsmCallsDuring(const std::function<void()>& work) const;
  /// Every record of the store and every object of the token, as text.
  std::string everything();

  /// Removed after everything else is gone.
  struct Folder {
    Folder();
    ~Folder();
    std::filesystem::path path;
  };

  const keys::Account account_{"us-east-1", "000000000000"};
  const auth::Principal principal_{"arn:aws:iam::000000000000:user/alice", "SRAKALICE",
                                   keys::Role::kAdministrator};
  const std::string requestId_ = "00000000-0000-4000-8000-000000000000";
  Folder folder_;
  ManualClock clock_;
  FakeHsm hsm_;
  std::unique_ptr<keys::MetadataStore> store_;
  OneToken tokens_{hsm_, *store_};
  keys::BindingKeys bindings_{tokens_};
  keys::Envelope envelope_{tokens_, bindings_};
  keys::Lifecycle lifecycle_;
  operations::Kms kms_;
};

}  // namespace strongroom::testing
