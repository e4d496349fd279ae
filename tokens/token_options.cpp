#include "tokens/token_options.h"

#include "tokens/failure.h"

namespace strongroom::tokens {

CLI::Option* TokenOptions::addConfiguration(CLI::App& command) {
  CLI::Option* config = command
                            .add_option("--config", configFile_,
                                        "strongroomd's configuration, for the token that it names")
                            ->type_name("FILE");
  command
      .add_option("--token", table_,
                  "Which one where it has several: NAME of [token.NAME]; [token] unless given")
      ->type_name("NAME")
      ->needs(config);
  return config;
}

void TokenOptions::addConfigurationTo(CLI::App& command) {
  addConfiguration(command)->required();
}

void TokenOptions::addTo(CLI::App& command) {
  CLI::Option* config = addConfiguration(command);
  CLI::Option* module =
      command.add_option("--module", token_.module, "The PKCS#11 module (.so), without --config")
          ->type_name("PATH")
          ->excludes(config);
  command
      .add_option("--module-argument", token_.moduleArgument,
                  "What the module is initialised with, where it wants that (NSS)")
      ->type_name("TEXT")
      ->needs(module)
      ->excludes(config);
  CLI::Option* uri =
      command.add_option("--uri", token_.token.uri, "The token as an RFC 7512 URI (pkcs11:...)")
          ->type_name("URI")
          ->needs(module)
          ->excludes(config);
  for (const auto& [name, target, text] :
       {std::tuple{"--label", &token_.token.label, "The token's label"},
        std::tuple{"--serial", &token_.token.serial, "The token's serial number"}}) {
    command.add_option(name, *target, text)
        ->type_name("TEXT")
        ->needs(module)
        ->excludes(config)
        ->excludes(uri);
  }
}

void TokenOptions::resolve() {
  if (!configFile_.empty()) {
    config_ = config::load(configFile_);
    selectConfigured();
    return;
  }
  const bool selected =
      !token_.token.label.empty() || !token_.token.serial.empty() || !token_.token.uri.empty();
  if (token_.module.empty() || !selected) {
    throw CLI::RequiredError(
        "Say which token: --config FILE, or --module PATH and one of --label, --serial and --uri.",
        CLI::ExitCodes::RequiredError);
  }
}

void TokenOptions::selectConfigured() {
  if (table_.empty()) {
    token_ = config_->token;
    pin_ = config_->pin;
    return;
  }
  std::string names;
  for (const config::FurtherToken& further : config_->furtherTokens) {
    if (further.name == "token." + table_) {
      token_ = further.token;
      pin_ = further.pin;
      return;
    }
    names += " [" + further.name + "]";
  }
  throw Failure("The configuration has no [token." + table_ + "].",
                "It has [token]" + (names.empty() ? " alone" : " and" + names) + ".",
                ExitCode::kNotFound);
}

std::string TokenOptions::asArguments() const {
  if (config_) {
    return "--config " + quotedForShell(configFile_.string()) +
           (table_.empty() ? "" : " --token " + quotedForShell(table_));
  }
  std::string arguments = "--module " + quotedForShell(token_.module.string());
  for (const auto& [name, value] :
       {std::pair{" --module-argument ", &token_.moduleArgument},
        std::pair{" --label ", &token_.token.label}, std::pair{" --serial ", &token_.token.serial},
        std::pair{" --uri ", &token_.token.uri}}) {
    if (!value->empty()) arguments += name + quotedForShell(*value);
  }
  return arguments;
}

std::string quotedForShell(const std::string& text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:=,+@%";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace strongroom::tokens
