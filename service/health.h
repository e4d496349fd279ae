#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "hsm/hsm.h"
#include "service/keys/clock.h"
#include "service/keys/metadata_store.h"

namespace strongroom::service {

/// How often, and for how long a result counts.
struct HealthOptions {
  std::chrono::milliseconds interval{5'000};
  std::chrono::milliseconds probePatience{3'000};
  std::chrono::milliseconds staleAfter{30'000};
};

/// Whether the service can do its work: a thread tries the token (a real wrap and unwrap) and the
/// store (a real write) again and again. The first try is over when the constructor returns.
/// Thread-safe; ends its thread when destroyed.
class Health {
 public:
  Health(hsm::Hsm& hsm, keys::MetadataStore& store, const keys::Clock& clock,
         HealthOptions options = {});
  ~Health();
  Health(const Health&) = delete;
  Health& operator=(const Health&) = delete;

  struct Report {
    bool ready = false;
    std::string
        text;  ///< "ready", or a line for every failing check in fixed words; for anyone to read
  };
  Report report() const;

 private:
  using Clock = std::chrono::steady_clock;

  /// The latest of one check.
  struct Result {
    Clock::time_point at;
    std::string_view problem;  ///< fixed words; empty when all is well
    std::optional<Clock::time_point> failingSince;
  };

  void check();
  void checkToken();
  void checkStore();
  void record(Result& result, std::string_view problem);
  std::string describe(std::string_view name, const Result& result, Clock::time_point now) const;
  void run(const std::stop_token& stop);

  hsm::Hsm& hsm_;
  keys::MetadataStore& store_;
  const keys::Clock& clock_;
  const HealthOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  Result token_;
  Result storeResult_;
  std::jthread thread_;  ///< last: it starts when everything above stands
};

}  // namespace strongroom::service
