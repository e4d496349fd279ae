#pragma once

#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <atomic>
#include <chrono>
#include <string>

#include "service/health.h"
#include "service/http/server.h"
#include "service/keys/lifecycle.h"
#include "service/keys/tokens.h"
#include "service/request_metrics.h"

namespace strongroom::service {

/// Everything that /metrics shows. Label values come from fixed sets only, so that no client can
/// make series. Thread-safe.
class Metrics {
 public:
  Metrics(const keys::Tokens& tokens, const Health& health);

  RequestMetrics& requests() { return requests_; }
  /// What was found at start.
  void setLeftovers(const keys::Leftovers& leftovers);
  void setCertificateNotAfter(std::chrono::system_clock::time_point end);
  /// From now on shows what `server` counts, which outlives the last render().
  void watch(const http::Server& server) { server_ = &server; }

  /// All of it in Prometheus's text format.
  std::string render() const;

 private:
  const keys::Tokens& tokens_;
  const Health& health_;
  std::atomic<const http::Server*> server_{nullptr};
  prometheus::Registry registry_;
  RequestMetrics requests_;
  prometheus::Gauge& certificateNotAfter_;
  prometheus::Family<prometheus::Gauge>& leftovers_;
};

}  // namespace strongroom::service
