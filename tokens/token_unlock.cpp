#include <iostream>
#include <memory>

#include "tokens/commands.h"
#include "tokens/pin_change.h"
#include "tokens/pin_options.h"
#include "tokens/service_pin.h"
#include "tokens/token_options.h"

namespace strongroom::tokens {
namespace {

struct Options {
  TokenOptions token;
  PinOptions soPin{"so-pin", "SO PIN"};
  PinOptions newPin{"new-pin", "new PIN"};
};

void run(Options& options) {
  options.token.resolve();
  requireTriesLeft(options.token.token(), hsm::PinOwner::kSecurityOfficer);
  const SecretBytes soPin = options.soPin.read({});
  const SecretBytes newPin = options.newPin.readNew();

  hsm::TokenDescription token;
  changeOnce(options.token.token(), hsm::PinOwner::kSecurityOfficer,
             [&] { token = hsm::resetPin(options.token.token(), soPin, newPin); });
  std::cout << "Token '" << token.label << "', serial " << token.serial
            << ", has a new user PIN. Its keys are as they were.\n";
  printPinChores(std::cout, options.token);
}

}  // namespace

void addTokenUnlock(CLI::App& parent) {
  auto options = std::make_shared<Options>();
  CLI::App* command = parent.add_subcommand(
      "unlock",
      "Set a new user PIN by the SO PIN: for one that is locked or lost\n\n"
      "Keys stay. The SO PIN is tried once. PINs that no option gives are asked for.");
  options->token.addTo(*command);
  options->soPin.addTo(*command);
  options->newPin.addTo(*command);
  command->footer(
      "Example:\n"
      "  strongroom token unlock --config strongroomd.toml --so-pin-file pins/so \\\n"
      "    --new-pin-file pins/user.new");
  command->callback([options] { run(*options); });
}

}  // namespace strongroom::tokens
