#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "hsm/examination.h"
#include "service/config/config.h"
#include "tokens/commands.h"
#include "tokens/doctor_output.h"
#include "tokens/exit_status.h"
#include "tokens/failure.h"
#include "tokens/pin_options.h"

namespace strongroom::tokens {
namespace {

/// Not those of a refusal or of wrong usage: a script tells a token that it should not use from one
/// that could not be looked at.
constexpr int kDangerous = 3;
constexpr int kUnfit = 4;

struct Options {
  hsm::TokenOptions token;
  std::filesystem::path config;
  PinOptions pin{"pin", "PIN"};
  bool json = false;
  bool markdown = false;
  bool quick = false;
  unsigned patience = 30;
};

/// One line on a terminal that says what is being tried; nothing where nobody looks.
class Progress {
 public:
  ~Progress() {
    if (visible_) std::cerr << "\r\033[K" << std::flush;
  }
  void show(std::string_view part) const {
    if (visible_)
      std::cerr << "\r\033[K"
                << "Trying: " << part << std::flush;
  }

 private:
  const bool visible_ = ::isatty(STDERR_FILENO) == 1;
};

hsm::Examination examine(const Options& options, const hsm::TokenOptions& token,
                         const SecretBytes& pin) {
  const Progress progress;
  return hsm::examineToken(
      token, pin,
      {.speed = !options.quick,
       .patience = std::chrono::seconds(options.patience),
       .progress = [&progress](std::string_view part) { progress.show(part); }});
}

int exitCodeFor(const hsm::Examination& examination) {
  if (hsm::verdictOf(examination) == hsm::Verdict::kUnfit) return kUnfit;
  return hsm::dangersOf(examination).empty() ? 0 : kDangerous;
}

void run(const Options& options) {
  hsm::TokenOptions token = options.token;
  hsm::PinSource configuredPin;
  if (!options.config.empty()) {
    const config::Config config = config::load(options.config);
    token = config.token;
    configuredPin = config.pin;
  } else if (token.module.empty()) {
    throw Failure("No token was named.",
                  "Give --config FILE, or --module PATH with --label, --serial or --uri.");
  }
  const SecretBytes pin = options.pin.read(configuredPin);
  const hsm::Examination examination = examine(options, token, pin);
  if (options.json) {
    printExaminationAsJson(std::cout, examination);
  } else if (options.markdown) {
    printExaminationAsMarkdown(std::cout, examination);
  } else {
    printExamination(std::cout, examination);
  }
  std::cout.flush();
  if (const int code = exitCodeFor(examination); code != 0) throw ExitStatus{code};
}

void addTokenSelection(CLI::App& command, Options& options) {
  auto* config =
      command.add_option("--config", options.config, "strongroomd's configuration: its token")
          ->type_name("FILE");
  command.add_option("--module", options.token.module, "The PKCS#11 module (.so)")
      ->type_name("PATH")
      ->excludes(config);
  command.add_option("--label", options.token.token.label, "The token's label")->excludes(config);
  command.add_option("--serial", options.token.token.serial, "The token's serial number")
      ->excludes(config);
  command.add_option("--uri", options.token.token.uri, "The token as an RFC 7512 URI")
      ->excludes(config);
}

}  // namespace

void addTokenDoctor(CLI::App& parent) {
  auto options = std::make_shared<Options>();
  CLI::App* command = parent.add_subcommand(
      "doctor",
      "Find out whether a token is fit for Strongroom, and what is dangerous about it.\n"
      "Makes throw-away keys, does with them what the service does, attacks them, measures, and\n"
      "destroys them; other keys are only looked at. Any module may be tried: it runs in a "
      "process\n"
      "of its own, and may crash or hang there. Logs in with the PIN once. Run one at a time.");
  addTokenSelection(*command, *options);
  options->pin.addTo(*command);
  auto* json = command->add_flag("--json", options->json,
                                 "Print everything as JSON: what a report on a new HSM contains");
  command->add_flag("--markdown", options->markdown, "Print a table for the documentation")
      ->excludes(json);
  command->add_flag("--quick", options->quick, "Measure no speed");
  command
      ->add_option("--patience", options->patience,
                   "Seconds after which a call that does not return counts as hung")
      ->type_name("SECONDS")
      ->check(CLI::Range(1U, 3600U))
      ->capture_default_str();
  command->footer(
      "Exit codes: 0 fit, 3 fit but there are dangers, 4 not fit; 1 and 2 as ever.\n"
      "Example:\n"
      "  strongroom token doctor --module /usr/lib/softhsm/libsofthsm2.so --label strongroom");
  command->callback([options] { run(*options); });
}

}  // namespace strongroom::tokens
