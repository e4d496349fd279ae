#include <iostream>
#include <memory>
#include <string>

#include "hsm/examination.h"
#include "tokens/commands.h"
#include "tokens/doctor_output.h"
#include "tokens/failure.h"
#include "tokens/login_options.h"
#include "tokens/progress.h"

namespace strongroom::tokens {
namespace {

struct Options : LoginOptions {
  bool json = false;
  bool markdown = false;
  bool quick = false;
  unsigned patience = 30;
};

hsm::Examination examine(const Options& options, const SecretBytes& pin) {
  Progress progress;
  return hsm::examineToken(options.token.token(), pin,
                           {.speed = !options.quick,
                            .patience = std::chrono::seconds(options.patience),
                            .progress = [&progress](std::string_view part) {
                              progress.show("Trying: " + std::string(part));
                            }});
}

void print(const Options& options, const hsm::Examination& examination) {
  if (options.json) {
    printExaminationAsJson(std::cout, examination);
  } else if (options.markdown) {
    printExaminationAsMarkdown(std::cout, examination);
  } else {
    printExamination(std::cout, examination);
  }
}

void run(Options& options) {
  options.token.resolve();
  const SecretBytes pin = options.readPin();
  const hsm::Examination examination = examine(options, pin);
  print(options, examination);
  if (hsm::verdictOf(examination) == hsm::Verdict::kUnfit) throw Findings{ExitCode::kUnfit};
  if (!hsm::dangersOf(examination).empty()) throw Findings{};
}

}  // namespace

void addTokenDoctor(CLI::App& parent) {
  auto options = std::make_shared<Options>();
  CLI::App* command = parent.add_subcommand(
      "doctor",
      "Find out whether a token is fit for Strongroom, and how dangerous\n\n"
      "Makes throw-away keys, does with them what the service does, attacks them, measures, and\n"
      "destroys them; other keys are only looked at. Any module may be tried: it runs in a "
      "process\n"
      "of its own, and may crash or hang there. Logs in with the PIN once. Run one at a time.");
  options->addTo(*command);
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
      "Exit codes: 0 fit, 1 fit but there are dangers, 2 not fit.\n"
      "Example:\n"
      "  strongroom token doctor --module /usr/lib/softhsm/libsofthsm2.so --label strongroom");
  command->callback([options] { run(*options); });
}

}  // namespace strongroom::tokens
