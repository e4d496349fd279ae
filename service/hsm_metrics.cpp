#include "service/hsm_metrics.h"

#include <string>

namespace strongroom::service {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

ClientMetric sample(MetricType type, double value) {
  ClientMetric metric;
  (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return metric;
}

MetricFamily single(const char* name, const char* help, MetricType type, double value) {
  return {name, help, type, {sample(type, value)}};
}

/// One sample per PKCS#11 function.
template <class Value>
MetricFamily byFunction(const char* name, const char* help,
                        const std::vector<hsm::CallCount>& calls, Value value) {
  MetricFamily family{name, help, MetricType::Counter, {}};
  for (const hsm::CallCount& call : calls) {
    ClientMetric metric = sample(MetricType::Counter, static_cast<double>(value(call)));
    metric.label.push_back({"function", call.function});
    family.metric.push_back(std::move(metric));
  }
  return family;
}

MetricFamily sessions(const hsm::Statistics& statistics) {
  MetricFamily family{
      "strongroom_hsm_sessions", "PKCS#11 sessions of the pool.", MetricType::Gauge, {}};
  const std::pair<const char*, std::uint64_t> states[] = {{"open", statistics.sessionsOpen},
                                                          {"leased", statistics.sessionsLeased},
                                                          {"limit", statistics.sessionLimit}};
  for (const auto& [state, count] : states) {
    ClientMetric metric = sample(MetricType::Gauge, static_cast<double>(count));
    metric.label.push_back({"state", state});
    family.metric.push_back(std::move(metric));
  }
  return family;
}

}  // namespace

std::vector<MetricFamily> describe(const hsm::Statistics& s) {
  const auto count = [](std::uint64_t value) { return static_cast<double>(value); };
  constexpr MetricType kCounter = MetricType::Counter;
  return {
      byFunction("strongroom_hsm_calls_total", "PKCS#11 calls, by function.", s.calls,
                 [](const hsm::CallCount& call) { return call.calls; }),
      byFunction("strongroom_hsm_call_errors_total", "PKCS#11 calls that did not return CKR_OK.",
                 s.calls, [](const hsm::CallCount& call) { return call.errors; }),
      byFunction("strongroom_hsm_call_seconds_total",
                 "Time spent inside PKCS#11 calls, over all threads.", s.calls,
                 [](const hsm::CallCount& call) { return call.seconds; }),
      sessions(s),
      single("strongroom_hsm_sessions_discarded_total",
             "Sessions closed because a call on them failed unexpectedly.", kCounter,
             count(s.sessionsDiscarded)),
      single("strongroom_hsm_lease_waits_total", "Session leases that had to wait.", kCounter,
             count(s.leaseWaits)),
      single("strongroom_hsm_lease_timeouts_total", "Session leases given up at their deadline.",
             kCounter, count(s.leaseTimeouts)),
      single("strongroom_hsm_lease_wait_seconds_total",
             "Time spent waiting for a session, over all threads.", kCounter, s.leaseWaitSeconds),
      single("strongroom_hsm_logins_total",
             "C_Login calls; more than one means that the login was lost.", kCounter,
             count(s.logins)),
      single("strongroom_keys_cached", "Key versions whose handle is known.", MetricType::Gauge,
             count(s.keysCached)),
  };
}

}  // namespace strongroom::service
