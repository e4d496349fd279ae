#include "service/server_metrics.h"

#include <array>

namespace strongroom::service {
namespace {

using http::ServerStatistics;
using prometheus::MetricType;

struct Row {
  const char* name;
  const char* help;
  MetricType type;
  std::uint64_t ServerStatistics::*value;
};

constexpr std::array kRows = std::to_array<Row>({
    {"strongroom_connections", "Connections that are open, in handshake and farewell too.",
     MetricType::Gauge, &ServerStatistics::connectionsOpen},
    {"strongroom_connections_accepted_total", "Connections that were taken.", MetricType::Counter,
     &ServerStatistics::connectionsAccepted},
    {"strongroom_connections_refused_total",
     "Connections closed at once, or told 503, since too many were open.", MetricType::Counter,
     &ServerStatistics::connectionsRefused},
    {"strongroom_connections_evicted_total",
     "Idle connections without a proven caller, closed to make room.", MetricType::Counter,
     &ServerStatistics::connectionsEvicted},
    {"strongroom_handshakes_waiting", "TLS handshakes that wait for a thread.", MetricType::Gauge,
     &ServerStatistics::handshakesWaiting},
    {"strongroom_handshakes_refused_total",
     "TLS handshakes given up, since too many waited or for too long.", MetricType::Counter,
     &ServerStatistics::handshakesRefused},
    {"strongroom_requests_waiting", "Requests that wait for a thread.", MetricType::Gauge,
     &ServerStatistics::requestsWaiting},
    {"strongroom_requests_running", "Requests whose handler runs.", MetricType::Gauge,
     &ServerStatistics::requestsRunning},
    {"strongroom_requests_shed_total",
     "Requests answered 503, since too many waited or for too long.", MetricType::Counter,
     &ServerStatistics::requestsRefused},
});

}  // namespace

std::vector<prometheus::MetricFamily> describe(const ServerStatistics& statistics) {
  std::vector<prometheus::MetricFamily> families;
  for (const Row& row : kRows) {
    prometheus::ClientMetric metric;
    const auto value = static_cast<double>(statistics.*row.value);
    (row.type == MetricType::Gauge ? metric.gauge.value : metric.counter.value) = value;
    families.push_back({row.name, row.help, row.type, {metric}});
  }
  return families;
}

}  // namespace strongroom::service
