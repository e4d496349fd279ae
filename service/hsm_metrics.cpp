#include "service/hsm_metrics.h"

#include <functional>
#include <utility>

namespace strongroom::service {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

using Tokens = std::vector<TokenStatistics>;

ClientMetric sample(MetricType type, double value, const std::string& token) {
  ClientMetric metric;
  (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  metric.label.push_back({"token", token});
  return metric;
}

ClientMetric sample(MetricType type, double value, const std::string& token,
                    const ClientMetric::Label& label) {
  ClientMetric metric = sample(type, value, token);
  metric.label.insert(metric.label.begin(), label);
  return metric;
}

/// One sample per token.
template <class Value>
MetricFamily byToken(const char* name, const char* help, MetricType type, const Tokens& tokens,
                     Value value) {
  MetricFamily family{name, help, type, {}};
  for (const TokenStatistics& each : tokens) {
    family.metric.push_back(
        sample(type, static_cast<double>(std::invoke(value, each.statistics)), each.token));
  }
  return family;
}

/// One sample per token and PKCS#11 function.
template <class Value>
MetricFamily byFunction(const char* name, const char* help, const Tokens& tokens, Value value) {
  MetricFamily family{name, help, MetricType::Counter, {}};
  for (const TokenStatistics& each : tokens) {
    for (const hsm::CallCount& call : each.statistics.calls) {
      family.metric.push_back(sample(MetricType::Counter,
                                     static_cast<double>(std::invoke(value, call)), each.token,
                                     {"function", call.function}));
    }
  }
  return family;
}

MetricFamily sessions(const Tokens& tokens) {
  MetricFamily family{
      "strongroom_hsm_sessions", "PKCS#11 sessions of the pool.", MetricType::Gauge, {}};
  for (const auto& [token, statistics] : tokens) {
    const std::pair<const char*, std::uint64_t> states[] = {{"open", statistics.sessionsOpen},
                                                            {"leased", statistics.sessionsLeased},
                                                            {"limit", statistics.sessionLimit}};
    for (const auto& [state, count] : states) {
      family.metric.push_back(
          sample(MetricType::Gauge, static_cast<double>(count), token, {"state", state}));
    }
  }
  return family;
}

/// How many worker processes there are, and how many there should be.
MetricFamily workers(const Tokens& tokens) {
  MetricFamily family{
      "strongroom_hsm_workers", "Processes that hold the token's module.", MetricType::Gauge, {}};
  for (const auto& [token, statistics] : tokens) {
    const std::pair<const char*, std::uint64_t> states[] = {
        {"wanted", statistics.workers.wanted}, {"serving", statistics.workers.serving}};
    for (const auto& [state, count] : states) {
      family.metric.push_back(
          sample(MetricType::Gauge, static_cast<double>(count), token, {"state", state}));
    }
  }
  return family;
}

MetricFamily workersEnded(const Tokens& tokens) {
  MetricFamily family{"strongroom_hsm_workers_ended_total",
                      "Worker processes that were given up, by reason.",
                      MetricType::Counter,
                      {}};
  for (const auto& [token, statistics] : tokens) {
    for (const auto& [reason, count] : statistics.workers.ended) {
      family.metric.push_back(
          sample(MetricType::Counter, static_cast<double>(count), token, {"reason", reason}));
    }
  }
  return family;
}

}  // namespace

std::vector<MetricFamily> describe(const Tokens& tokens) {
  using hsm::CallCount;
  using hsm::Statistics;
  constexpr MetricType kCounter = MetricType::Counter;
  return {
      byFunction("strongroom_hsm_calls_total", "PKCS#11 calls, by function.", tokens,
                 &CallCount::calls),
      byFunction("strongroom_hsm_call_errors_total", "PKCS#11 calls that did not return CKR_OK.",
                 tokens, &CallCount::errors),
      byFunction("strongroom_hsm_call_seconds_total",
                 "Time spent inside PKCS#11 calls, over all threads.", tokens, &CallCount::seconds),
      sessions(tokens),
      byToken("strongroom_hsm_sessions_discarded_total",
              "Sessions closed because a call on them failed unexpectedly.", kCounter, tokens,
              &Statistics::sessionsDiscarded),
      byToken("strongroom_hsm_lease_waits_total", "Session leases that had to wait.", kCounter,
              tokens, &Statistics::leaseWaits),
      byToken("strongroom_hsm_lease_timeouts_total", "Session leases given up at their deadline.",
              kCounter, tokens, &Statistics::leaseTimeouts),
      byToken("strongroom_hsm_lease_wait_seconds_total",
              "Time spent waiting for a session, over all threads.", kCounter, tokens,
              &Statistics::leaseWaitSeconds),
      byToken("strongroom_hsm_logins_total",
              "C_Login calls; more than one means that the login was lost.", kCounter, tokens,
              &Statistics::logins),
      byToken("strongroom_keys_cached", "Key versions whose handle is known.", MetricType::Gauge,
              tokens, &Statistics::keysCached),
      workers(tokens),
      workersEnded(tokens),
      byToken("strongroom_hsm_workers_resident_bytes", "Memory of the worker processes.",
              MetricType::Gauge, tokens,
              [](const Statistics& s) { return s.workers.residentBytes; }),
  };
}

}  // namespace strongroom::service
