#include "tests/faults/backend.h"

#include <array>

#include "hsm/open_token.h"

namespace strongroom::testing {
namespace {

constexpr std::array kBackends{
    Backend{.name = "InProcess",
            .isolated = false,
            .open =
                [](const TestToken& token, const hsm::TokenOptions& options) {
                  return hsm::openToken(options, token.pin());
                }},
};

}  // namespace

std::span<const Backend> backends() {
  return kBackends;
}

}  // namespace strongroom::testing
