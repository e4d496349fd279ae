#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <iostream>
#include <string>

#include "hsm/error.h"
#include "hsm/process_hardening.h"
#include "service/config/config.h"
#include "service/keys/metadata_store.h"
#include "tokens/commands.h"
#include "tokens/exit_status.h"
#include "tokens/failure.h"

namespace strongroom::tokens {
namespace {

constexpr int kRefused = 1;
constexpr int kUsage = 2;

struct Advice {
  hsm::ErrorCode code;
  const char* text;
};

/// What an administrator does about an error of the token.
constexpr std::array kAdvice{
    Advice{hsm::ErrorCode::kBusy, "The token is busy: try again, or stop what else uses it."},
    Advice{hsm::ErrorCode::kTokenUnavailable,
           "Check that the token is there: strongroom token list --module PATH"},
    Advice{hsm::ErrorCode::kPinRefused,
           "Check the PIN before you try again: tokens lock after a few wrong ones."},
    Advice{hsm::ErrorCode::kTokenNotFound,
           "See which tokens there are: strongroom token list --module PATH"},
    Advice{hsm::ErrorCode::kKeyNotFound,
           "The token was not made by 'strongroom token init': use one that was."},
    Advice{hsm::ErrorCode::kKeyUnusable,
           "Do not use this token: its keys are not protected as they must be."},
    Advice{hsm::ErrorCode::kTokenFull, "Make room in the token, or use another."},
    Advice{
        hsm::ErrorCode::kUnsupported,
        "Check the path, and that the module there is a PKCS#11 module that can wrap keys by AES."},
    Advice{hsm::ErrorCode::kFault, "Check the module's own configuration and log."},
};

std::string adviceFor(hsm::ErrorCode code) {
  for (const Advice& advice : kAdvice) {
    if (advice.code == code) return advice.text;
  }
  return "";
}

int refuse(const std::string& what, const std::string& nextStep) {
  std::cerr << "strongroom: " << what << '\n';
  if (!nextStep.empty()) std::cerr << "  " << nextStep << '\n';
  return kRefused;
}

void describe(CLI::App& app) {
  app.require_subcommand(1);
  app.set_version_flag("--version", "strongroom " STRONGROOM_VERSION);
  app.footer(
      "Exit codes: 0 done, 1 refused or failed, 2 wrong usage.\n"
      "Example:\n  strongroom token list --module /usr/lib/softhsm/libsofthsm2.so");

  CLI::App* token =
      app.add_subcommand("token", "PKCS#11 tokens: initialise one, list them, examine one");
  token->require_subcommand(1);
  addTokenDoctor(*token);
  addTokenInit(*token);
  addTokenList(*token);

  CLI::App* identity = app.add_subcommand("identity", "Access keys: add, list, remove");
  identity->require_subcommand(1);
  addIdentityAdd(*identity);
  addIdentityList(*identity);
  addIdentityRemove(*identity);
}

int run(int argc, char** argv) {
  CLI::App app("Administers Strongroom: its tokens and who may use it.", "strongroom");
  describe(app);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;  // help and version come this way too
  } catch (const ExitStatus& status) {
    return status.code;
  } catch (const Failure& failure) {
    return refuse(failure.what(), failure.nextStep());
  } catch (const hsm::Error& error) {
    return refuse(error.what(), adviceFor(error.code()));
  } catch (const config::Error& error) {
    return refuse(error.what(), "docs/configuration.md explains every key.");
  } catch (const keys::StoreError& error) {
    return refuse(error.what(),
                  "Check [store] path of the configuration, its permissions and the disk.");
  } catch (const std::exception& error) {
    return refuse(error.what(), "");
  }
}

}  // namespace
}  // namespace strongroom::tokens

int main(int argc, char** argv) {
  strongroom::hsm::hardenProcess();
  // A reader that went away must not end us between adding an identity and taking it back.
  std::signal(SIGPIPE, SIG_IGN);
  return strongroom::tokens::run(argc, argv);
}
