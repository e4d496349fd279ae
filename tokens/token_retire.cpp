#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>

#include "hsm/administration.h"
#include "hsm/error.h"
#include "service/config/config.h"
#include "service/keys/token_fingerprint.h"
#include "tokens/commands.h"
#include "tokens/existing_store.h"
#include "tokens/failure.h"
#include "tokens/login_options.h"
#include "tokens/object_output.h"
#include "tokens/pin_change.h"
#include "tokens/progress.h"
#include "tokens/service_hold.h"
#include "tokens/terminal.h"
#include "tokens/token_findings.h"

// What an administrator fears of this command, and what makes it impossible:
// - keys that are in use: it goes by the store, which must be there, must be this token's own, and
//   must have no key version; the service cannot run meanwhile and make one;
// - keys that only an older store does not know: they go only when their number is given;
// - the wrong token: its serial number is typed;
// - somebody else's objects: an object goes only when its label and its id both say in full that it
//   is ours, read again just before;
// - an interruption: the binding key, which proves whose token it is, goes last, so that the
// command
//   can be run again.
namespace strongroom::tokens {
namespace {

struct Options : LoginOptions {
  std::string serial;
  std::size_t unrecordedKeys = 0;
  bool dryRun = false;
  bool json = false;
};

struct Plan {
  std::vector<hsm::TokenObject> ours;       ///< to be destroyed, in that order
  std::vector<hsm::TokenObject> leftAlone;  ///< foreign and uncertain
};

Plan planFor(const std::vector<hsm::TokenObject>& objects) {
  Plan plan;
  for (const hsm::TokenObject& object : objects) {
    const bool ours = object.owner == hsm::Owner::kCmk || object.owner == hsm::Owner::kBindingKey;
    (ours ? plan.ours : plan.leftAlone).push_back(object);
  }
  std::ranges::stable_sort(plan.ours, {}, &hsm::TokenObject::owner);
  static_assert(hsm::Owner::kCmk < hsm::Owner::kBindingKey, "the binding key goes last");
  return plan;
}

std::size_t keysIn(const Plan& plan) {
  return static_cast<std::size_t>(
      std::ranges::count(plan.ours, hsm::Owner::kCmk, &hsm::TokenObject::owner));
}

/// Which of the store's tokens this is: a store that does not know it proves nothing.
keys::TokenNumber requireOwnStore(keys::MetadataStore& store, hsm::TokenObjects& token) {
  const std::vector<keys::TokenRecord> known = store.tokens();
  if (known.empty()) {
    throw Failure(
        "The store was never used with a token, so it cannot tell whether keys are in use.",
        "Point [store] at the store that belongs to this token. Nothing was changed.");
  }
  std::string fingerprint;
  try {
    fingerprint = keys::fingerprintOf([&](ByteView message) { return token.bindingMac(message); });
  } catch (const hsm::Error& error) {
    throw Failure(
        std::string("It cannot be proved that the store belongs to this token: ") + error.what(),
        "Nothing was changed. If you are sure that none of its keys is needed, remove the "
        "token by the vendor's tool.",
        rowFor(error.code()).exitCode);
  }
  const auto own = std::ranges::find(known, fingerprint, &keys::TokenRecord::fingerprint);
  if (own == known.end()) {
    throw Failure("The store belongs to another token.",
                  "Point [token] and [store] at what belongs together. Nothing was changed.");
  }
  return own->number;
}

void requireNoRecords(keys::MetadataStore& store, keys::TokenNumber token) {
  const std::vector<KeyRef> versions = store.versionsIn(token);
  if (versions.empty()) return;
  std::string names;
  constexpr std::size_t kNamed = 3;
  for (std::size_t i = 0; i < std::min(kNamed, versions.size()); ++i) {
    names += (i == 0 ? "" : ", ") + versions[i].key.toString() + " version " +
             std::to_string(versions[i].version);
  }
  if (versions.size() > kNamed) names += " ...";
  throw Failure(
      "The store has " + std::to_string(versions.size()) +
          " key versions whose objects are in this token: " + names + ".",
      "Delete the keys first (ScheduleKeyDeletion), and let strongroomd destroy them when "
      "they are due. Nothing was changed.");
}

/// strongroomd starts with the store's first token, whose binding key its access keys come from.
void requireNotNeededByOthers(keys::MetadataStore& store, keys::TokenNumber token) {
  if (token != keys::kFirstToken) return;
  for (const keys::TokenRecord& other : store.tokens()) {
    if (other.number == token || store.versionsIn(other.number).empty()) continue;
    throw Failure("This is the store's first token, and the token '" + other.label +
                      "' still holds keys of the store.",
                  "Without the first one strongroomd does not start, and no access key works: keep "
                  "it for as long as the store has keys. Nothing was changed.");
  }
}

void requireMeantKeys(const Plan& plan, const Options& options) {
  const std::size_t keys = keysIn(plan);
  if (options.unrecordedKeys == keys) return;
  const std::string number = std::to_string(keys);
  throw Failure("The token holds " + number + " key versions that no record names, and " +
                    std::to_string(options.unrecordedKeys) + " were expected.",
                "Ciphertexts under them may exist: is the store older than the token? Once you are "
                "sure that nobody needs them, give --unrecorded-keys " +
                    number + ". Nothing was changed.");
}

void show(const hsm::TokenDescription& token, const Plan& plan, keys::MetadataStore& store,
          keys::TokenNumber number) {
  std::cout << headingOf(token) << "\n\nTo be destroyed, for ever:\n";
  tableOf(plan.ours).print(std::cout, 2);
  if (!plan.leftAlone.empty()) {
    std::cout << "\nLeft alone:\n";
    tableOf(plan.leftAlone).print(std::cout, 2);
  }
  std::cout << '\n';
  const std::size_t identities = store.listIdentities().size();
  if (number == keys::kFirstToken && identities > 0) {
    std::cout << identities
              << " access keys of the store stop working: their secrets come from the "
              << "binding key.\n";
  }
  std::cout << "Copies of this token, in a cluster or a backup, may keep these keys, or lose them "
               "too.\n";
  std::cout.flush();
}

void requireConfirmation(const hsm::TokenDescription& token, const Options& options) {
  const std::string given =
      !options.serial.empty()
          ? options.serial
          : promptForLine("\nType the token's serial number to destroy these objects: ");
  if (!given.empty() && given == token.serial) return;
  throw Failure("'" + given + "' is not the serial number of this token.", "Nothing was changed.");
}

void destroy(hsm::TokenObjects& token, const std::vector<hsm::TokenObject>& objects) {
  Progress progress;
  std::size_t done = 0;
  for (const hsm::TokenObject& object : objects) {
    progress.show("Destroying objects", done, objects.size());
    try {
      token.destroy(object);
    } catch (const hsm::Error& error) {
      progress.clear();
      throw Failure(subjectOf(object) + " was not destroyed: " + error.what(),
                    std::to_string(done) + " of " + std::to_string(objects.size()) +
                        " objects are destroyed, the others were not touched. Mend the cause and "
                        "run the command again.",
                    rowFor(error.code()).exitCode);
    }
    ++done;
  }
}

/// What the token lists afterwards decides, and not what each call said.
void requireGone(hsm::TokenObjects& token) {
  const Plan left = planFor(token.list({}));
  if (left.ours.empty()) return;
  throw Failure(std::to_string(left.ours.size()) + " objects of ours are in the token still: " +
                    subjectOf(left.ours.front()) + " among them.",
                "Something else makes or restores them. See: strongroom token objects",
                ExitCode::kFault);
}

void report(const hsm::TokenDescription& token, const Plan& plan, const Options& options) {
  if (options.json) {
    const auto list = [](const std::vector<hsm::TokenObject>& objects) {
      return Json::arrayOf(objects, [](const hsm::TokenObject& object) { return jsonOf(object); });
    };
    Json::object({{"token", jsonOf(token)},
                  {"dryRun", options.dryRun},
                  {options.dryRun ? "toBeDestroyed" : "destroyed", list(plan.ours)},
                  {"leftAlone", list(plan.leftAlone)}})
        .print(std::cout);
  } else if (options.dryRun) {
    std::cout << "\nNothing was changed (--dry-run).\n";
  } else if (plan.ours.empty()) {
    std::cout << headingOf(token) << ", holds no object of ours. Nothing to do.\n";
  } else {
    std::cout << "\nDestroyed " << plan.ours.size() << " objects. The token is out of service.\n"
              << "What is left of it: its PIN file, its configuration, its store (which no other "
                 "token can use), its backups.\n";
  }
}

void run(Options& options) {
  options.token.resolve();
  const config::Config& config = *options.token.config();
  const ServiceHold hold(config.server.address, config.server.port);
  const auto store = openExistingStore(
      config.store, options.dryRun ? keys::StoreUse::kLook : keys::StoreUse::kChange);
  requireTriesLeft(options.token.token(), hsm::PinOwner::kUser);

  const auto token = hsm::openTokenObjects(options.token.token(), options.readPin());
  const Plan plan = planFor(token->list({}));
  if (!plan.ours.empty()) {
    const keys::TokenNumber number = requireOwnStore(*store, *token);
    requireNoRecords(*store, number);
    requireNotNeededByOthers(*store, number);
    requireMeantKeys(plan, options);
    if (!options.json) show(token->describe(), plan, *store, number);
    if (!options.dryRun) {
      requireConfirmation(token->describe(), options);
      requireNoRecords(*store, number);  // a person may have taken their time
      requireNotNeededByOthers(*store, number);
      destroy(*token, plan.ours);
      token->makeDurable();
      requireGone(*token);
    }
  }
  report(token->describe(), plan, options);
}

}  // namespace

void addTokenRetire(CLI::App& parent) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      parent.add_subcommand("retire",
                            "Take a token out of service: destroy what is Strongroom's in it\n\n"
                            "Refused while the store has a key version, while strongroomd runs, "
                            "and when the store is not\n"
                            "this token's own. Shows what would be destroyed, wants the token's "
                            "serial number typed, and\n"
                            "leaves objects of others alone.");
  options->addConfigurationTo(*command);
  CLI::Option* dryRun =
      command->add_flag("--dry-run", options->dryRun, "Show what would be destroyed, and end");
  CLI::Option* confirm =
      command
          ->add_option("--confirm", options->serial,
                       "The token's serial number, for scripts, in place of typing it")
          ->type_name("SERIAL")
          ->excludes(dryRun);
  command
      ->add_option("--unrecorded-keys", options->unrecordedKeys,
                   "How many key versions without a record are to go too (0 unless given)")
      ->type_name("N");
  command->add_flag("--json", options->json,
                    "Print JSON in place of tables; needs --confirm or --dry-run");
  command->footer(
      "Examples:\n"
      "  strongroom token retire --config strongroomd.toml --dry-run\n"
      "  strongroom token retire --config strongroomd.toml");
  command->callback([options, confirm, dryRun] {
    if (options->json && confirm->empty() && dryRun->empty()) {
      throw CLI::RequiredError("--json needs --confirm or --dry-run.",
                               CLI::ExitCodes::RequiredError);
    }
    run(*options);
  });
}

}  // namespace strongroom::tokens
