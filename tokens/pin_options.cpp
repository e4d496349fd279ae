#include "tokens/pin_options.h"

#include "tokens/failure.h"
#include "tokens/terminal.h"

namespace strongroom::tokens {
namespace {

SecretBytes readFrom(const hsm::PinSource& source, const std::string& name) {
  try {
    return hsm::readPin(source);
  } catch (const std::runtime_error& error) {
    throw Failure("The " + name + " could not be read: " + error.what(),
                  "Correct that and run the command again.", ExitCode::kPinRefused);
  }
}

}  // namespace

void PinOptions::addTo(CLI::App& command) {
  CLI::Option* file = command
                          .add_option("--" + option_ + "-file", source_.file,
                                      "Read the " + name_ + " from FILE (mode 0600 or less)")
                          ->type_name("FILE");
  command
      .add_option("--" + option_ + "-descriptor", source_.descriptor,
                  "Read the " + name_ + " from an inherited file descriptor")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber)
      ->excludes(file);
}

SecretBytes PinOptions::readNew() const {
  return source_.given() ? readFrom(source_, name_) : promptForNewSecret(name_);
}

SecretBytes PinOptions::read(const hsm::PinSource& configured) const {
  if (source_.given()) return readFrom(source_, name_);
  // A descriptor or a systemd credential is given to the service alone; here only a file can be
  // meant.
  if (!configured.file.empty()) return readFrom(configured, name_);
  return promptForSecret(capitalised(name_) + ": ");
}

}  // namespace strongroom::tokens
