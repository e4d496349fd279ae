#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <string>

#include "hsm/error.h"
#include "hsm/process_hardening.h"
#include "service/config/config.h"
#include "service/keys/metadata_store.h"
#include "tokens/command_line.h"
#include "tokens/exit_codes.h"
#include "tokens/failure.h"

namespace strongroom::tokens {
namespace {

ExitCode refuse(ExitCode code, const std::string& what, std::string_view nextStep) {
  std::cerr << "strongroom: " << what << '\n';
  if (!nextStep.empty()) std::cerr << "  " << nextStep << '\n';
  return code;
}

/// A module that does not start says little, and seldom why; what keeps it from that is outside of
/// it.
constexpr TokenErrorRow kModuleDoesNotStart{
    hsm::ErrorCode::kFault, ExitCode::kUnavailable,
    "The module does not start: check its own configuration and environment, and where it keeps "
    "its "
    "tokens (SoftHSM: SOFTHSM2_CONF, and the folder that it names)."};

const TokenErrorRow& rowFor(const hsm::Error& error) {
  return error.call() == "C_Initialize" ? kModuleDoesNotStart : tokens::rowFor(error.code());
}

/// A result that nobody could read is none.
ExitCode requireWritten(ExitCode code) {
  std::cout.flush();
  if (std::cout) return code;
  return refuse(ExitCode::kOutput, "The result could not be written to standard output.",
                "What the command changed stays changed; see it by the matching list command.");
}

ExitCode run(int argc, char** argv) {
  CLI::App app;
  describeCommandLine(app, STRONGROOM_VERSION);
  try {
    app.parse(argc, argv);
    return requireWritten(ExitCode::kDone);
  } catch (const CLI::ParseError& error) {
    // Help and version come this way too.
    return app.exit(error) == 0 ? requireWritten(ExitCode::kDone) : ExitCode::kUsage;
  } catch (const Findings& findings) {
    return requireWritten(findings.exitCode);
  } catch (const Failure& failure) {
    return refuse(failure.exitCode(), failure.what(), failure.nextStep());
  } catch (const hsm::Error& error) {
    const TokenErrorRow& row = rowFor(error);
    return refuse(row.exitCode, error.what(), row.nextStep);
  } catch (const config::Error& error) {
    return refuse(ExitCode::kConfiguration, error.what(),
                  "docs/configuration.md explains every key.");
  } catch (const keys::StoreError& error) {
    return refuse(ExitCode::kConfiguration, error.what(),
                  "Check [store] path of the configuration, its permissions and the disk.");
  } catch (const std::exception& error) {
    return refuse(ExitCode::kFault, error.what(), "");
  }
}

}  // namespace
}  // namespace strongroom::tokens

int main(int argc, char** argv) {
  strongroom::hsm::hardenProcess();
  // A reader that went away must not end us between adding an identity and taking it back.
  std::signal(SIGPIPE, SIG_IGN);
  return static_cast<int>(strongroom::tokens::run(argc, argv));
}
