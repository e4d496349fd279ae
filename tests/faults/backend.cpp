#include "tests/faults/backend.h"

#include <array>

#include "hsm/open_isolated_token.h"
#include "hsm/open_token.h"

namespace strongroom::testing {
namespace {

std::unique_ptr<hsm::Hsm> openInProcess(const TestToken& token, const hsm::TokenOptions& options) {
  return hsm::openToken(options, token.pin());
}

std::unique_ptr<hsm::Hsm> openIsolated(const TestToken& token, const hsm::TokenOptions& options) {
  return hsm::openIsolatedToken(options, token.pinSource(), {.workers = 2});
}

constexpr std::array kBackends{
    Backend{.name = "InProcess", .isolated = false, .open = openInProcess},
    Backend{.name = "Isolated", .isolated = true, .open = openIsolated},
};

}  // namespace

std::span<const Backend> backends() {
  return kBackends;
}

}  // namespace strongroom::testing
