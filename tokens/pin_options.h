#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "hsm/pin_source.h"
#include "hsm/secret_bytes.h"

namespace strongroom::tokens {

/// The options by which a command takes one PIN: --NAME-file and --NAME-descriptor. There is none
/// that takes the PIN itself, since arguments are visible to every user of the machine.
class PinOptions {
 public:
  /// `option` is "pin" or "so-pin"; `name` says what it is in help, messages and prompts ("SO PIN",
  /// "new PIN").
  PinOptions(std::string option, std::string name)
      : option_(std::move(option)), name_(std::move(name)) {}

  /// Adds the options; this object must outlive the parsing.
  void addTo(CLI::App& command);

  /// Another name, for messages and prompts, once it is known whose PIN it is.
  void rename(std::string name) { name_ = std::move(name); }

  /// A PIN that is being set: from where the options say, or asked for twice.
  SecretBytes readNew() const;
  /// A PIN that is set: from where the options say, else from `configured`, else asked for.
  SecretBytes read(const hsm::PinSource& configured) const;

 private:
  std::string option_;
  std::string name_;
  hsm::PinSource source_;
};

}  // namespace strongroom::tokens
