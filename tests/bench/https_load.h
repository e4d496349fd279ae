#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>

#include "tests/bench/load.h"

namespace strongroom::bench {

/// Where the service is and what to ask of it.
struct HttpsTarget {
  std::uint16_t port = 0;           ///< on 127.0.0.1
  std::filesystem::path authority;  ///< the certificate authority to trust, PEM
  std::filesystem::path
      requests;  ///< a folder of signed requests, "GenerateDataKey.http" and so on (presign.py)
  pid_t process = 0;  ///< whose CPU time is charged; 0: not measured
};

/// Each operation over `connections` kept-alive HTTPS connections, a thread each.
std::vector<Measurement> measureHttps(const HttpsTarget& target, unsigned connections,
                                      const Bounds& bounds);

}  // namespace strongroom::bench
