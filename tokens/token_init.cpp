#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "hsm/open_token.h"
#include "tokens/commands.h"
#include "tokens/failure.h"
#include "tokens/pin_options.h"

namespace strongroom::tokens {
namespace {

struct Options {
  std::filesystem::path module;
  std::string label;
  PinOptions soPin{"so-pin", "SO PIN"};
  PinOptions pin{"pin", "PIN"};
};

/// PKCS#11 pads labels with spaces to 32 bytes, so one that ends in a space would come back as
/// another.
std::string checkLabel(const std::string& label) {
  if (label.empty() || label.size() > 32) return "a label has 1 to 32 bytes";
  if (label.front() == ' ' || label.back() == ' ')
    return "a label neither begins nor ends with a space";
  for (const char c : label) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '"')
      return "a label holds no control characters and no quotes";
  }
  return "";
}

/// Before any PIN is asked for. initialiseToken() refuses such a label too, should one appear
/// meanwhile.
void requireFreeLabel(const Options& options) {
  for (const hsm::TokenInfo& token : hsm::listTokens(options.module)) {
    if (token.initialised && token.description.label == options.label) {
      throw Failure("A token labelled '" + options.label + "' exists already: serial " +
                        token.description.serial + ". It was not touched.",
                    "Choose another --label, or point [token] of strongroomd.toml at that one.");
    }
  }
}

void run(const Options& options) {
  requireFreeLabel(options);
  const SecretBytes soPin = options.soPin.readNew();
  const SecretBytes pin = options.pin.readNew();
  const hsm::TokenDescription token =
      hsm::initialiseToken(options.module, options.label, soPin, pin);
  std::cout << "Token '" << token.label << "' is ready: serial " << token.serial << ", "
            << token.manufacturer << ' ' << token.model << ".\n"
            << "It holds the binding key and no CMK yet.\n\n"
            << "Now point [token] of strongroomd.toml at it:\n\n"
            << "  [token]\n"
            << "  module = \"" << std::filesystem::absolute(options.module).string() << "\"\n"
            << "  label = \"" << token.label << "\"\n"
            << "  serial = \"" << token.serial << "\"\n"
            << "  pin_file = \"FILE\"    # with the PIN; chmod 600\n\n"
            << "and make its first access key:\n\n"
            << "  strongroom identity add NAME --role administrator --config strongroomd.toml\n";
}

}  // namespace

void addTokenInit(CLI::App& parent) {
  auto options = std::make_shared<Options>();
  CLI::App* command = parent.add_subcommand(
      "init",
      "Initialise an empty token: set its label and both PINs and make the binding key.\n"
      "A token that is initialised already is never touched. PINs that no option gives are asked "
      "for.");
  command->add_option("--module", options->module, "The PKCS#11 module (.so)")
      ->required()
      ->type_name("PATH");
  command->add_option("--label", options->label, "The token's new label, 1 to 32 bytes")
      ->required()
      ->check(CLI::Validator(checkLabel, "LABEL"));
  options->soPin.addTo(*command);
  options->pin.addTo(*command);
  command->footer(
      "Example:\n"
      "  strongroom token init --module /usr/lib/softhsm/libsofthsm2.so --label strongroom \\\n"
      "    --so-pin-file pins/so --pin-file pins/user");
  command->callback([options] { run(*options); });
}

}  // namespace strongroom::tokens
