#pragma once

#include <ostream>
#include <vector>

#include "tests/bench/load.h"

namespace strongroom::bench {

/// Prints both parts as one table. The ratio is a service's rate to that of the PKCS#11 calls that
/// it makes for the operation, with the same number of workers, in the same run.
void report(std::ostream& out, const std::vector<Measurement>& hsm,
            const std::vector<Measurement>& https);

}  // namespace strongroom::bench
