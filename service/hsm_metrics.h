#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "hsm/hsm.h"

namespace strongroom::service {

/// The HSM layer's counters as Prometheus families.
std::vector<prometheus::MetricFamily> describe(const hsm::Statistics& statistics);

}  // namespace strongroom::service
