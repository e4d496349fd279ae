#include <iostream>
#include <memory>

#include "tokens/commands.h"
#include "tokens/failure.h"
#include "tokens/pin_change.h"
#include "tokens/pin_options.h"
#include "tokens/service_pin.h"
#include "tokens/token_options.h"

namespace strongroom::tokens {
namespace {

struct Options {
  TokenOptions token;
  bool securityOfficer = false;
  PinOptions pin{"pin", "present PIN"};
  PinOptions newPin{"new-pin", "new PIN"};
};

void run(Options& options) {
  options.token.resolve();
  const auto owner =
      options.securityOfficer ? hsm::PinOwner::kSecurityOfficer : hsm::PinOwner::kUser;
  requireTriesLeft(options.token.token(), owner);

  // The configuration knows the user's PIN, and never the SO's.
  const hsm::PinSource configured =
      options.securityOfficer ? hsm::PinSource{} : options.token.configuredPin();
  if (options.securityOfficer) {
    options.pin.rename("present SO PIN");
    options.newPin.rename("new SO PIN");
  }
  const SecretBytes pin = options.pin.read(configured);
  const SecretBytes newPin = options.newPin.readNew();
  if (pin == newPin) {
    throw Failure("The new PIN is the present one.", "Choose another. Nothing was changed.");
  }

  hsm::TokenDescription token;
  changeOnce(options.token.token(), owner,
             [&] { token = hsm::changePin(options.token.token(), owner, pin, newPin); });
  std::cout << "The " << (options.securityOfficer ? "SO PIN" : "PIN") << " of token '"
            << token.label << "', serial " << token.serial << ", is changed.\n";
  if (options.securityOfficer) {
    std::cout
        << "The service never uses it. Keep it apart from the user's PIN and from the token.\n";
  } else {
    printPinChores(std::cout, options.token);
  }
}

}  // namespace

void addTokenSetPin(CLI::App& parent) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      parent.add_subcommand("set-pin",
                            "Change a token's user PIN, or its SO PIN, when you know it\n\n"
                            "The present PIN is tried once. With --config it comes from [token] "
                            "pin_file, unless an option\n"
                            "gives it. PINs that nothing gives are asked for.");
  options->token.addTo(*command);
  command->add_flag("--so", options->securityOfficer, "Change the SO PIN in place of the user's");
  options->pin.addTo(*command);
  options->newPin.addTo(*command);
  command->footer(
      "Examples:\n"
      "  strongroom token set-pin --config strongroomd.toml --new-pin-file pins/user.new\n"
      "  strongroom token set-pin --so --module /usr/lib/softhsm/libsofthsm2.so --label "
      "strongroom");
  command->callback([options] { run(*options); });
}

}  // namespace strongroom::tokens
