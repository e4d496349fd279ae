#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "hsm/hsm.h"
#include "tests/support/test_token.h"

namespace strongroom::testing {

/// One way to have the keys of a token: the scenarios run on each.
struct Backend {
  std::string_view name;
  bool isolated;  ///< the module is in processes of its own, which can be replaced
  std::unique_ptr<hsm::Hsm> (*open)(const TestToken& token, const hsm::TokenOptions& options);
};

std::span<const Backend> backends();

}  // namespace strongroom::testing
