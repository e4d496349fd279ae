#pragma once

#include "tokens/pin_options.h"
#include "tokens/token_options.h"

namespace strongroom::tokens {

/// The options of a command that logs in to one token as its user: which token, and the PIN. The
/// options of the command itself are built upon it.
struct LoginOptions {
  TokenOptions token;
  PinOptions pin{"pin", "PIN"};

  /// Adds the options; this object must outlive the parsing.
  void addTo(CLI::App& command) {
    token.addTo(command);
    pin.addTo(command);
  }
  /// The same for a command that needs the configuration.
  void addConfigurationTo(CLI::App& command) {
    token.addConfigurationTo(command);
    pin.addTo(command);
  }

  /// Once the token is resolved: the PIN from where an option or the configuration says, else asked
  /// for.
  SecretBytes readPin() const { return pin.read(token.configuredPin()); }
};

}  // namespace strongroom::tokens
