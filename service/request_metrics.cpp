#include "service/request_metrics.h"

namespace strongroom::service {

namespace {

/// Far more than operations times errors. A defect that let a client choose a label must not let it
/// fill our memory.
constexpr std::size_t kMaxSeries = 4'096;
constexpr std::string_view kNone = "none";
constexpr std::string_view kOther = "other";

/// Seconds: from a data key on SoftHSM to one on a network HSM that is busy.
const prometheus::Histogram::BucketBoundaries kBuckets{
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5};

}  // namespace

RequestMetrics::RequestMetrics(prometheus::Registry& registry)
    : requests_(prometheus::BuildCounter()
                    .Name("strongroom_requests_total")
                    .Help("Requests answered, by operation and error.")
                    .Register(registry)),
      seconds_(prometheus::BuildHistogram()
                   .Name("strongroom_request_seconds")
                   .Help("Time from a request's last byte to its answer's, by operation.")
                   .Register(registry)) {}

void RequestMetrics::observe(std::string_view operation, std::string_view error, double seconds) {
  if (operation.empty()) operation = kNone;
  if (error.empty()) error = kNone;
  prometheus::Histogram* histogram = nullptr;
  prometheus::Counter* counter = find(operation, error, histogram);
  if (!counter) counter = add(operation, error, histogram);
  counter->Increment();
  histogram->Observe(seconds);
}

prometheus::Counter* RequestMetrics::find(std::string_view operation, std::string_view error,
                                          prometheus::Histogram*& seconds) const {
  const std::shared_lock lock(mutex_);
  const auto known = operations_.find(operation);
  if (known == operations_.end()) return nullptr;
  const auto counter = known->second.requests.find(error);
  if (counter == known->second.requests.end()) return nullptr;
  seconds = known->second.seconds;
  return counter->second;
}

prometheus::Counter* RequestMetrics::add(std::string_view operation, std::string_view error,
                                         prometheus::Histogram*& seconds) {
  const std::unique_lock lock(mutex_);
  if (series_ >= kMaxSeries) operation = error = kOther;
  Operation& entry = operations_[std::string(operation)];
  if (!entry.seconds)
    entry.seconds = &seconds_.Add({{"operation", std::string(operation)}}, kBuckets);
  seconds = entry.seconds;
  prometheus::Counter*& counter = entry.requests[std::string(error)];
  if (!counter) {
    counter =
        &requests_.Add({{"operation", std::string(operation)}, {"error", std::string(error)}});
    ++series_;
  }
  return counter;
}

}  // namespace strongroom::service
