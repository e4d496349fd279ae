#include "tokens/service_pin.h"

namespace strongroom::tokens {
namespace {

std::string whereThePinIs(const hsm::PinSource& pin) {
  if (!pin.file.empty()) return "into " + pin.file.string() + ", mode 0600";
  if (!pin.credential.empty()) return "into the systemd credential '" + pin.credential + "'";
  return "to whatever opens descriptor " + std::to_string(pin.descriptor) + " for strongroomd";
}

}  // namespace

void printPinChores(std::ostream& out, const TokenOptions& token) {
  out << "\nWhat is left to do, before the service needs the PIN again:\n";
  if (token.config()) {
    out << "  1. Put the new PIN " << whereThePinIs(token.configuredPin()) << ".\n";
  } else {
    out << "  1. Put the new PIN where the configuration of strongroomd says that it is "
           "(pin_file).\n";
  }
  out << "  2. Restart strongroomd. One that runs keeps its login for now, but would be refused\n"
         "     once it has to log in again.\n"
         "  3. Check it: strongroom token objects "
      << token.asArguments() << '\n';
}

}  // namespace strongroom::tokens
