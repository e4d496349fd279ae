#pragma once

#include <chrono>

#include "service/api/aws/endpoint.h"
#include "service/health.h"
#include "service/http/route.h"
#include "service/metrics.h"

namespace strongroom::service {

/// Every path that the service answers. `patience`: a request's deadline. The arguments outlive the
/// routes.
http::Routes makeRoutes(const api::aws::Endpoint& aws, const Health& health, const Metrics& metrics,
                        std::chrono::milliseconds patience);

}  // namespace strongroom::service
