#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>

#include "hsm/open_token.h"
#include "hsm/pin_source.h"
#include "service/config/config.h"
#include "tokens/exit_codes.h"

namespace strongroom::tokens {

/// The options by which a command is told which token it is about: --config, or --module with
/// --label, --serial or both, or --uri.
class TokenOptions {
 public:
  /// Adds the options; this object must outlive the parsing.
  void addTo(CLI::App& command);
  /// The options of a command that needs the configuration: --config and --token.
  void addConfigurationTo(CLI::App& command);

  /// What the options say, with the configuration read where one is given. Throws
  /// CLI::ParseError for a selection that says too little, Failure for a token that the
  /// configuration does not have, config::Error.
  void resolve();

  const hsm::TokenOptions& token() const { return token_; }
  /// Where the configuration says that the user PIN is; nothing without one.
  const hsm::PinSource& configuredPin() const { return pin_; }
  const std::optional<config::Config>& config() const { return config_; }
  /// The options again, for a command line that a message proposes.
  std::string asArguments() const;

 private:
  CLI::Option* addConfiguration(CLI::App& command);
  void selectConfigured();

  std::filesystem::path configFile_;
  std::string table_;  ///< NAME of [token.NAME]; "" for [token]
  hsm::PinSource pin_;
  hsm::TokenOptions token_;
  std::optional<config::Config> config_;
};

/// `text` as one word of a shell's command line.
std::string quotedForShell(const std::string& text);

}  // namespace strongroom::tokens
