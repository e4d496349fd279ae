#pragma once

#include <memory>
#include <string>

#include "hsm/open_token.h"

namespace strongroom::testing {

/// The token that tests/support/modules/with brought up for this process, as its environment
/// describes it. Throws std::runtime_error where there is none: a test program of a module that did
/// not start fails, and skips nothing.
class ModuleToken {
 public:
  ModuleToken();

  /// "softhsm", "opencryptoki", "nss", "tpm2".
  const std::string& kind() const { return kind_; }

  /// What openToken() takes; an unsafe module is allowed only where a test says so.
  hsm::TokenOptions options(std::uint32_t sessions = 8, bool allowUnsafeModule = false) const;
  const SecretBytes& pin() const { return pin_; }

  /// Makes the token ready for Strongroom in the way that its kind wants, once for a process.
  void provision() const;

 private:
  std::string kind_;
  hsm::TokenOptions options_;
  SecretBytes pin_;
};

}  // namespace strongroom::testing
