#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>

namespace strongroom::service {

/// Counts requests and their latency by operation and error. Series are looked up under a shared
/// lock and never removed, so that requests do not wait for each other. Thread-safe.
class RequestMetrics {
 public:
  explicit RequestMetrics(prometheus::Registry& registry);

  /// `operation` and `error` come from fixed sets (http::Response); empty ones are counted as
  /// "none".
  void observe(std::string_view operation, std::string_view error, double seconds);

 private:
  struct Operation {
    prometheus::Histogram* seconds = nullptr;
    std::map<std::string, prometheus::Counter*, std::less<>> requests;  ///< by error
  };

  prometheus::Counter* find(std::string_view operation, std::string_view error,
                            prometheus::Histogram*& seconds) const;
  prometheus::Counter* add(std::string_view operation, std::string_view error,
                           prometheus::Histogram*& seconds);

  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& seconds_;
  mutable std::shared_mutex mutex_;
  std::map<std::string, Operation, std::less<>> operations_;
  std::size_t series_ = 0;
};

}  // namespace strongroom::service
