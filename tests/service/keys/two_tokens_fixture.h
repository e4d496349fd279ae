#pragma once

#include <memory>
#include <string>
#include <vector>

#include "service/keys/binding_keys.h"
#include "service/keys/envelope.h"
#include "service/keys/lifecycle.h"
#include "tests/service/keys/store_fixture.h"
#include "tests/support/fake_hsm.h"
#include "tests/support/switch.h"

namespace strongroom::keys {

/// A store on disk and two tokens in memory behind switches; start() is a new process on them.
class TwoTokens : public StoreTest {
 protected:
  enum class NewKeysIn { kFirst, kSecond };

  TwoTokens() { start(); }
  void start(NewKeysIn newKeysIn = NewKeysIn::kFirst, StepObserver observer = {});
  /// The second one's table is no longer in the configuration.
  void startWithFirstAlone();

  static hsm::Deadline deadline() { return hsm::deadlineIn(std::chrono::seconds(5)); }
  KeyRecord create(unsigned number) {
    return lifecycle_->createKey(newKey(number, clock_.now()), {}, deadline());
  }
  void rotate(unsigned number) {
    ASSERT_TRUE(lifecycle_->rotateKey(keyId(number), RotationType::kOnDemand, deadline()));
  }
  static std::vector<KeyRef> objectsIn(hsm::Hsm& token) { return token.listKeys(deadline()); }

  testing::FakeHsm first_;
  testing::FakeHsm second_;
  testing::Switch firstSwitch_{first_};
  testing::Switch secondSwitch_{second_};
  std::unique_ptr<Tokens> tokens_;
  std::unique_ptr<BindingKeys> bindings_;
  std::unique_ptr<Envelope> envelope_;
  std::unique_ptr<Lifecycle> lifecycle_;

 private:
  void startWith(const std::vector<Tokens::Given>& given, StepObserver observer);
};

}  // namespace strongroom::keys
