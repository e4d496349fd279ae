#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "hsm/error.h"
#include "hsm/open_token.h"
#include "tokens/commands.h"
#include "tokens/failure.h"
#include "tokens/json.h"
#include "tokens/pin_change.h"
#include "tokens/pin_options.h"

namespace strongroom::tokens {
namespace {

struct Options {
  std::filesystem::path module;
  std::string moduleArgument;
  std::string label;
  std::optional<std::uint64_t> slot;
  bool adopt = false;
  std::string serial;  ///< of the token to adopt; "" where the label says enough
  PinOptions soPin{"so-pin", "new SO PIN"};
  PinOptions pin{"pin", "new PIN"};
  bool json = false;
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
  for (const hsm::TokenInfo& token : hsm::listTokens(options.module, options.moduleArgument)) {
    if (token.initialised && token.description.label == options.label) {
      throw Failure("A token labelled '" + options.label + "' exists already: serial " +
                        token.description.serial + ". It was not touched.",
                    "Choose another --label, or point [token] of strongroomd.toml at that one.");
    }
  }
}

/// What C_InitToken began and a later step did not finish is no token of ours, and this command
/// will not touch it again.
void refuseHalfMade(const Options& options, const hsm::Error& error) {
  // Refused before anything was written: a token of that label is somebody else's.
  if (error.code() == hsm::ErrorCode::kTokenNotFound) return;
  for (const hsm::TokenInfo& token : hsm::listTokens(options.module, options.moduleArgument)) {
    if (!token.initialised || token.description.label != options.label) continue;
    throw Failure("The token '" + options.label + "', serial " + token.description.serial +
                      ", was begun and not finished: " + error.what(),
                  "Unless somebody else made it meanwhile, it holds no CMK: remove it by the "
                  "vendor's tool (SoftHSM: softhsm2-util "
                  "--delete-token --serial " +
                      token.description.serial + "), mend the cause, and run the command again.",
                  rowFor(error.code()).exitCode);
  }
}

hsm::TokenDescription initialise(const Options& options) {
  requireFreeLabel(options);
  const SecretBytes soPin = options.soPin.readNew();
  const SecretBytes pin = options.pin.readNew();
  if (soPin == pin) {
    throw Failure("The SO PIN and the PIN are the same.",
                  "Choose two: whoever has the SO PIN can reset the other one.",
                  ExitCode::kPinRefused);
  }
  try {
    return hsm::initialiseToken(options.module, options.label, soPin, pin, options.slot,
                                options.moduleArgument);
  } catch (const hsm::Error& error) {
    refuseHalfMade(options, error);
    throw;
  }
}

hsm::TokenDescription adopt(Options& options) {
  const hsm::TokenOptions token{
      .module = options.module,
      .token = {.label = options.label, .serial = options.serial, .uri = {}},
      .sessions = 1,
      .moduleArgument = options.moduleArgument};
  requireTriesLeft(token, hsm::PinOwner::kUser);
  options.pin.rename("PIN");  // it is not a new one
  return hsm::adoptToken(token, options.pin.read({}));
}

void printText(const hsm::TokenDescription& token, const std::string& module) {
  std::cout << "Token '" << token.label << "' is ready: serial " << token.serial << ", "
            << token.manufacturer << ' ' << token.model << ".\n"
            << "It holds the binding key and no CMK yet.\n\n"
            << "Now point [token] of strongroomd.toml at it:\n\n"
            << "  [token]\n"
            << "  module = \"" << module << "\"\n"
            << "  label = \"" << token.label << "\"\n"
            << "  serial = \"" << token.serial << "\"\n"
            << "  pin_file = \"FILE\"    # with the PIN; chmod 600\n\n"
            << "and make its first access key:\n\n"
            << "  strongroom identity add NAME --role administrator --config strongroomd.toml\n";
}

void printJson(const hsm::TokenDescription& token, const std::string& module) {
  Json::object({{"module", module},
                {"label", token.label},
                {"serial", token.serial},
                {"manufacturer", token.manufacturer},
                {"model", token.model},
                {"firmware", token.firmware}})
      .print(std::cout);
}

void run(Options& options) {
  const hsm::TokenDescription token = options.adopt ? adopt(options) : initialise(options);
  const std::string module = std::filesystem::absolute(options.module).string();
  options.json ? printJson(token, module) : printText(token, module);
}

}  // namespace

void addTokenInit(CLI::App& parent) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      parent.add_subcommand("init",
                            "Bring an empty token into service\n\n"
                            "Sets its label and both PINs, and makes the binding key. A token that "
                            "is initialised already\n"
                            "is never touched, but with --adopt: then only the binding key is made "
                            "in it, under the PIN\n"
                            "that it has. PINs that no option gives are asked for.");
  command->add_option("--module", options->module, "The PKCS#11 module (.so)")
      ->required()
      ->type_name("PATH");
  command
      ->add_option("--module-argument", options->moduleArgument,
                   "What the module is initialised with, where it wants that (NSS)")
      ->type_name("TEXT");
  command->add_option("--label", options->label, "The token's new label, 1 to 32 bytes")
      ->required()
      ->check(CLI::Validator(checkLabel, "LABEL"));
  command
      ->add_option("--slot", options->slot,
                   "The slot of the empty token, where the module has several")
      ->type_name("N");
  options->soPin.addTo(*command);
  options->pin.addTo(*command);
  CLI::Option* adopt =
      command->add_flag("--adopt", options->adopt,
                        "Take over the token of that label, which the vendor's tool initialised");
  for (const char* ofAnEmptyOne : {"--slot", "--so-pin-file", "--so-pin-descriptor"}) {
    adopt->excludes(command->get_option(ofAnEmptyOne));
  }
  command
      ->add_option("--serial", options->serial,
                   "Its serial number, where several tokens have the label")
      ->type_name("TEXT")
      ->needs(adopt);
  command->add_flag("--json", options->json, "Print JSON in place of text");
  command->footer(
      "Examples:\n"
      "  strongroom token init --module /usr/lib/softhsm/libsofthsm2.so --label strongroom \\\n"
      "    --so-pin-file pins/so --pin-file pins/user\n"
      "  strongroom token init --adopt --module /opt/vendor/lib/pkcs11.so --label strongroom \\\n"
      "    --pin-file pins/user");
  command->callback([options] { run(*options); });
}

}  // namespace strongroom::tokens
