#include <algorithm>
#include <iostream>
#include <memory>

#include "hsm/administration.h"
#include "hsm/error.h"
#include "service/keys/token_fingerprint.h"
#include "tokens/commands.h"
#include "tokens/existing_store.h"
#include "tokens/failure.h"
#include "tokens/login_options.h"
#include "tokens/object_output.h"
#include "tokens/pin_change.h"
#include "tokens/progress.h"
#include "tokens/token_findings.h"

namespace strongroom::tokens {
namespace {

struct Options : LoginOptions {
  bool json = false;
};

/// "" when there is no binding key that could make one, which is a finding of its own.
std::string fingerprintOf(hsm::TokenObjects& token) {
  try {
    return keys::fingerprintOf([&](ByteView message) { return token.bindingMac(message); });
  } catch (const hsm::Error& error) {
    if (error.code() == hsm::ErrorCode::kKeyNotFound ||
        error.code() == hsm::ErrorCode::kKeyUnusable) {
      return "";
    }
    throw;
  }
}

struct Result {
  hsm::TokenDescription token;
  std::vector<hsm::TokenObject> objects;
  std::vector<Finding> findings;
};

Result look(Options& options) {
  // Before the PIN is asked for: a store that is not there is seen at once.
  const auto& config = options.token.config();
  const auto store = config ? openExistingStore(config->store, keys::StoreUse::kLook) : nullptr;
  const auto token = hsm::openTokenObjects(options.token.token(), options.readPin());
  Result result{.token = token->describe(), .objects = {}, .findings = {}};
  Progress progress;
  result.objects = token->list(
      [&](std::size_t done, std::size_t all) { progress.show("Reading objects", done, all); });
  result.findings = findingsAmong(result.objects);
  if (store) {
    std::ranges::move(findingsAgainst(*store, fingerprintOf(*token), result.objects),
                      std::back_inserter(result.findings));
  }
  return result;
}

void printText(const Result& result, const TokenOptions& options) {
  std::cout << headingOf(result.token) << "\n\n";
  tableOf(result.objects).print(std::cout);
  for (const Finding& finding : result.findings) {
    std::cout << '\n'
              << finding.subject << ": " << finding.what << ".\n  " << finding.nextStep << '\n';
  }
  const auto count = [&](hsm::Owner owner) {
    return std::ranges::count(result.objects, owner, &hsm::TokenObject::owner);
  };
  std::cout << '\n'
            << count(hsm::Owner::kCmk) << " key versions, " << count(hsm::Owner::kBindingKey)
            << " binding key, " << count(hsm::Owner::kUncertain) << " uncertain, "
            << count(hsm::Owner::kForeign) << " foreign; "
            << (result.findings.empty() ? "all as promised"
                                        : std::to_string(result.findings.size()) + " findings")
            << (options.config() ? ", compared with the store.\n"
                                 : "; not compared with a store (--config does).\n");
}

void printJson(const Result& result, const TokenOptions& options) {
  Json::object({{"token", jsonOf(result.token)},
                {"objects", Json::arrayOf(result.objects,
                                          [](const hsm::TokenObject& o) { return jsonOf(o); })},
                {"comparedWithStore", options.config().has_value()},
                {"findings", Json::arrayOf(result.findings,
                                           [](const Finding& finding) {
                                             return Json::object({{"subject", finding.subject},
                                                                  {"what", finding.what},
                                                                  {"nextStep", finding.nextStep}});
                                           })}})
      .print(std::cout);
}

void run(Options& options) {
  options.token.resolve();
  requireTriesLeft(options.token.token(), hsm::PinOwner::kUser);
  const Result result = look(options);
  options.json ? printJson(result, options.token) : printText(result, options.token);
  if (!result.findings.empty()) throw Findings{};
}

}  // namespace

void addTokenObjects(CLI::App& parent) {
  auto options = std::make_shared<Options>();
  CLI::App* command = parent.add_subcommand("objects",
                                            "Show what is in a token, and what is wrong with it\n\n"
                                            "Which objects are Strongroom's and which are foreign; "
                                            "keys that are not protected as promised,\n"
                                            "names taken twice, half-made objects. With --config "
                                            "the token is compared with the store too:\n"
                                            "keys without an object, objects without a record. "
                                            "Changes nothing. Exit code 1 says that there\n"
                                            "are findings.");
  options->addTo(*command);
  command->add_flag("--json", options->json, "Print JSON in place of a table");
  command->footer("Example:\n  strongroom token objects --config strongroomd.toml");
  command->callback([options] { run(*options); });
}

}  // namespace strongroom::tokens
