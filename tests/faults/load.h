#pragma once

#include <thread>
#include <vector>

#include "hsm/hsm.h"
#include "tests/faults/tally.h"

namespace strongroom::testing {

/// What became of one key that a client made.
struct Attempt {
  enum class Outcome { kNotTried, kDone, kFailed };

  KeyRef ref;
  Outcome made = Outcome::kNotTried;
  Outcome destroyed = Outcome::kNotTried;
};

/// Sixteen clients of one token: fifteen that make data keys, unwrap them and ones made before, and
/// ask for MACs, and compare everything with what it has to be; and one that makes, verifies and
/// destroys CMKs. They go on through every error until stop().
class Load {
 public:
  static constexpr unsigned kClients = 16;

  /// Makes the CMKs that are used, and what is compared with.
  Load(hsm::Hsm& hsm, std::chrono::milliseconds patience);
  ~Load() { stop(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void start();
  void stop();

  /// After stop(): unwraps data keys made during the whole load once more, and counts those that
  /// are unreadable or others than they were.
  std::uint64_t countLostDataKeys();

  /// Of those who use keys.
  const Tally& data() const { return data_; }
  /// Of the one who makes and destroys them.
  const Tally& keys() const { return keys_; }
  /// After stop().
  const std::vector<Attempt>& attempts() const { return attempts_; }
  /// The CMKs of the data keys, which live from the beginning to the end.
  const std::vector<KeyRef>& cmks() const { return cmks_; }

 private:
  /// A data key and the CMK that it is wrapped under.
  struct Known {
    KeyRef ref;
    hsm::DataKey key;
  };

  void useKeys(const std::stop_token& stop, unsigned client);
  void makeKeys(const std::stop_token& stop);
  void makeDataKey(const KeyRef& ref, std::vector<Known>& own);
  void unwrap(const Known& known);
  void askForMac();
  hsm::Deadline deadline() const { return hsm::deadlineIn(patience_); }

  hsm::Hsm& hsm_;
  const std::chrono::milliseconds patience_;
  std::vector<KeyRef> cmks_;
  std::vector<Known> known_;  ///< made before the fault
  SecretBytes mac_;
  Tally data_;
  Tally keys_;
  std::vector<Attempt> attempts_;
  std::vector<std::vector<Known>> made_;  ///< a sample of each client's
  std::vector<std::jthread> threads_;
};

}  // namespace strongroom::testing
