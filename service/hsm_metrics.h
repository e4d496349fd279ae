#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "hsm/hsm.h"

namespace strongroom::service {

/// A token's counters under its name.
struct TokenStatistics {
  std::string token;
  hsm::Statistics statistics;
};

/// The HSM layer's counters as Prometheus families, labelled by token.
std::vector<prometheus::MetricFamily> describe(const std::vector<TokenStatistics>& tokens);

}  // namespace strongroom::service
