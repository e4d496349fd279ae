#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "service/keys/clock.h"
#include "service/keys/metadata_store.h"
#include "service/keys/tokens.h"

namespace strongroom::service {

/// How often, and for how long a result counts.
struct HealthOptions {
  std::chrono::milliseconds interval{5'000};
  std::chrono::milliseconds probePatience{3'000};
  std::chrono::milliseconds staleAfter{30'000};
};

/// Whether the service can do its work: threads try each token (a real wrap and unwrap) and the
/// store (a real write) again and again, each by itself, since one that hangs must not hide the
/// others. A token that comes only now is taken in. The first tries are over, or were waited for in
/// vain, when the constructor returns. Thread-safe; ends its threads when destroyed.
class Health {
 public:
  Health(keys::Tokens& tokens, keys::MetadataStore& store, const keys::Clock& clock,
         HealthOptions options = {});
  ~Health();
  Health(const Health&) = delete;
  Health& operator=(const Health&) = delete;

  struct TokenState {
    std::string_view name;
    bool answers = false;
  };
  struct Report {
    bool ready = false;  ///< the store can be written, and a token answers
    /// "ready", "ready in part", and a line for every failing check in fixed words; for anyone to
    /// read
    std::string text;
    std::vector<TokenState> tokens;
  };
  Report report() const;

 private:
  using Clock = std::chrono::steady_clock;

  /// One thing that is tried, and how it went the last time.
  struct Check {
    const std::string name;
    const std::function<std::string_view()> attempt;  ///< the problem in fixed words, or nothing
    const bool ofToken;

    bool tried = false;  ///< from here on guarded by mutex_
    Clock::time_point at = Clock::now();
    std::string_view problem = "no-answer";
    Clock::time_point failingSince = at;
  };

  std::string_view tryToken(keys::Token& token);
  std::string_view tryStore();
  void run(Check& check, const std::stop_token& stop);
  void record(Check& check, std::string_view problem);
  std::string describe(const Check& check, Clock::time_point now) const;

  keys::Tokens& tokens_;
  keys::MetadataStore& store_;
  const keys::Clock& clock_;
  const HealthOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Check> checks_;
  std::vector<std::jthread> threads_;  ///< last: they start when everything above stands
};

}  // namespace strongroom::service
