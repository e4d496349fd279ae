#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>

#include "hsm/administration.h"
#include "service/config/config.h"
#include "tokens/commands.h"
#include "tokens/failure.h"
#include "tokens/json.h"
#include "tokens/pin_state_text.h"
#include "tokens/progress.h"
#include "tokens/text_output.h"

namespace strongroom::tokens {
namespace {

/// Smart card modules take seconds; what takes longer hangs.
constexpr std::chrono::seconds kPatience{10};

struct Options {
  std::vector<std::filesystem::path> modules;
  std::filesystem::path config;
  bool json = false;
};

/// A module that is to be asked, and who named it.
struct Subject {
  std::string name;  ///< in p11-kit's registry; "" for one that the options name
  std::filesystem::path path;
  std::string argument = {};
};

/// What the options name, or else all that the registry knows.
std::vector<Subject> subjectsFor(const Options& options) {
  std::vector<Subject> subjects;
  for (const auto& path : options.modules) subjects.push_back({.name = "", .path = path});
  if (!options.config.empty()) {
    const config::Config config = config::load(options.config);
    const auto add = [&](const hsm::TokenOptions& token) {
      const bool named =
          std::ranges::find(subjects, token.module, &Subject::path) != subjects.end();
      if (named) return;
      subjects.push_back({.name = "", .path = token.module, .argument = token.moduleArgument});
    };
    add(config.token);
    for (const config::FurtherToken& further : config.furtherTokens) add(further.token);
  }
  if (!subjects.empty()) return subjects;
  for (auto& module : hsm::registeredModules(hsm::RegistryFolders::ofThisMachine())) {
    subjects.push_back({.name = std::move(module.name), .path = std::move(module.path)});
  }
  return subjects;
}

struct Answer {
  Subject subject;
  hsm::ModuleStatus status;
};

std::vector<Answer> ask(const std::vector<Subject>& subjects) {
  std::vector<hsm::ModuleAddress> addresses;
  for (const Subject& subject : subjects) {
    if (!subject.path.empty()) addresses.push_back({subject.path, subject.argument});
  }
  Progress progress;
  progress.show("Asking " + std::to_string(addresses.size()) + " modules ...");
  auto statuses = hsm::surveyModules(addresses, kPatience);
  std::vector<Answer> answers;
  auto next = statuses.begin();
  for (const Subject& subject : subjects) {
    Answer answer{.subject = subject, .status = {}};
    if (subject.path.empty()) {
      answer.status.failure = "its entry in p11-kit's registry names no library";
    } else {
      answer.status = std::move(*next++);
    }
    answers.push_back(std::move(answer));
  }
  return answers;
}

std::string sessionsOf(const hsm::SlotStatus& slot) {
  const auto number = [](const std::optional<std::uint64_t>& count) {
    return count ? std::to_string(*count) : std::string("?");
  };
  const bool unlimited = slot.sessionsMax == std::uint64_t{0};
  return number(slot.sessionsOpen) + " of " + (unlimited ? "any" : number(slot.sessionsMax));
}

std::vector<std::string> rowOf(const hsm::SlotStatus& slot) {
  const std::string number = std::to_string(slot.slot);
  if (!slot.tokenPresent) return {number, "-", "-", "-", "-", "-", "-", "no token"};
  const hsm::TokenDescription& token = slot.token;
  const std::string model = token.manufacturer + ", " + token.model;
  if (!slot.initialised) return {number, "-", "-", model, token.firmware, "-", "-", "empty"};
  return {number,
          token.label,
          token.serial,
          model,
          token.firmware,
          sessionsOf(slot),
          std::string(textOf(slot.userPin)),
          "initialised"};
}

void printTable(const std::vector<Answer>& answers) {
  if (answers.empty()) std::cout << "p11-kit's registry names no module. Name one by --module.\n";
  bool first = true;
  for (const auto& [subject, status] : answers) {
    if (!std::exchange(first, false)) std::cout << '\n';
    std::cout << (subject.name.empty() ? "" : subject.name + "  ")
              << (subject.path.empty() ? "" : subject.path.string())
              << (status.library.empty() ? "" : "  (" + status.library + ")") << '\n';
    if (!status.failure.empty()) {
      std::cout << "  cannot be used: " << status.failure << '\n';
    } else if (status.slots.empty()) {
      std::cout << "  has no slot\n";
    } else {
      Table table({"SLOT", "LABEL", "SERIAL", "MODEL", "FIRMWARE", "SESSIONS", "PIN", "TOKEN"});
      for (const hsm::SlotStatus& slot : status.slots) table.add(rowOf(slot));
      table.print(std::cout, 2);
    }
  }
}

Json jsonOf(const hsm::SlotStatus& slot) {
  const auto ofToken = [&](const Json& value) { return slot.tokenPresent ? value : Json(); };
  const auto ofInitialised = [&](const Json& value) { return slot.initialised ? value : Json(); };
  return Json::object({{"slot", slot.slot},
                       {"tokenPresent", slot.tokenPresent},
                       {"initialised", slot.initialised},
                       {"label", ofInitialised(slot.token.label)},
                       {"serial", ofInitialised(slot.token.serial)},
                       {"manufacturer", ofToken(slot.token.manufacturer)},
                       {"model", ofToken(slot.token.model)},
                       {"firmware", ofToken(slot.token.firmware)},
                       {"sessionsOpen", slot.sessionsOpen},
                       {"sessionsMax", slot.sessionsMax},
                       {"userPin", ofInitialised(nameOf(slot.userPin))},
                       {"soPin", ofInitialised(nameOf(slot.soPin))}});
}

void printJson(const std::vector<Answer>& answers) {
  const auto orNull = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  Json::arrayOf(answers, [&](const Answer& answer) {
    return Json::object({{"name", orNull(answer.subject.name)},
                         {"module", orNull(answer.subject.path.string())},
                         {"library", orNull(answer.status.library)},
                         {"failure", orNull(answer.status.failure)},
                         {"slots", Json::arrayOf(answer.status.slots, jsonOf)}});
  }).print(std::cout);
}

void run(const Options& options) {
  const std::vector<Answer> answers = ask(subjectsFor(options));
  options.json ? printJson(answers) : printTable(answers);
  // Among all that the registry names, one that is of no use is no surprise.
  for (const auto& [subject, status] : answers) {
    if (!subject.name.empty() || status.failure.empty()) continue;
    throw Failure("The module " + subject.path.string() + " cannot be used.",
                  "Check the path, its permissions, and what the module itself needs (its "
                  "configuration, its environment).",
                  ExitCode::kUnavailable);
  }
}

}  // namespace

void addTokenList(CLI::App& parent) {
  auto options = std::make_shared<Options>();
  CLI::App* command = parent.add_subcommand(
      "list",
      "Show modules, their slots and their tokens\n\n"
      "All that p11-kit's registry names, or those that options name. Needs no PIN and changes\n"
      "nothing. Each module is asked in a process of its own, so one that cannot be loaded,\n"
      "crashes or hangs is shown as that.");
  command
      ->add_option("--module", options->modules, "A PKCS#11 module (.so); may be given repeatedly")
      ->type_name("PATH")
      ->expected(1)
      ->take_all();
  command->add_option("--config", options->config, "strongroomd's configuration, for its modules")
      ->type_name("FILE");
  command->add_flag("--json", options->json, "Print JSON in place of tables");
  command->footer(
      "Examples:\n"
      "  strongroom token list\n"
      "  strongroom token list --module /usr/lib/softhsm/libsofthsm2.so --json");
  command->callback([options] { run(*options); });
}

}  // namespace strongroom::tokens
