#include "tests/bench/https_load.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/bench/https_client.h"

namespace strongroom::bench {
namespace {

std::string readRequest(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (text.empty()) throw std::runtime_error("no request in " + file.string());
  return text;
}

}  // namespace

std::vector<Measurement> measureHttps(const HttpsTarget& target, unsigned connections,
                                      const Bounds& bounds) {
  const TlsContext tls(target.authority);
  std::vector<Measurement> results;
  for (const char* operation : {"GenerateDataKey", "Decrypt", "Encrypt"}) {
    const std::string request = readRequest(target.requests / (std::string(operation) + ".http"));
    const MakeOperation connect = [&](unsigned) -> Operation {
      return [client = std::make_shared<HttpsClient>(tls, target.port), &request] {
        client->exchange(request);
      };
    };
    results.push_back(
        measure(operation, connections, bounds, connect, CpuTime::of(target.process)));
  }
  return results;
}

}  // namespace strongroom::bench
