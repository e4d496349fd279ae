#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "service/http/server.h"

namespace strongroom::service {

/// The front door's counters as Prometheus families.
std::vector<prometheus::MetricFamily> describe(const http::ServerStatistics& statistics);

}  // namespace strongroom::service
