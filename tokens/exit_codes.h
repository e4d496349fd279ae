#pragma once

#include <array>
#include <string_view>

#include "hsm/error.h"

namespace strongroom::tokens {

/// How the program ends. The numbers are those of sysexits.h where it has one that fits, and a
/// promise to scripts: docs/operations.md and strongroom(1) list them.
enum class ExitCode : int {
  kDone = 0,
  kFindings = 1,        ///< the work was done, and what it found needs somebody
  kUnfit = 2,           ///< the same, and it cannot be mended
  kUsage = 64,          ///< EX_USAGE
  kRefused = 65,        ///< EX_DATAERR
  kNotFound = 66,       ///< EX_NOINPUT
  kUnavailable = 69,    ///< EX_UNAVAILABLE
  kFault = 70,          ///< EX_SOFTWARE
  kOutput = 74,         ///< EX_IOERR
  kBusy = 75,           ///< EX_TEMPFAIL
  kPinRefused = 77,     ///< EX_NOPERM
  kConfiguration = 78,  ///< EX_CONFIG
};

struct ExitCodeRow {
  ExitCode code;
  std::string_view meaning;  ///< as the documentation says it
};

/// Every code, ascending.
inline constexpr std::array kExitCodes = std::to_array<ExitCodeRow>({
    {ExitCode::kDone, "done"},
    {ExitCode::kFindings, "done, and something was found that needs your attention"},
    {ExitCode::kUnfit, "done, and the token is not fit for Strongroom"},
    {ExitCode::kUsage, "wrong usage: an unknown command or option, or one that is missing"},
    {ExitCode::kRefused, "refused by a rule of Strongroom; nothing was changed"},
    {ExitCode::kNotFound, "there is no such token, key or access key"},
    {ExitCode::kUnavailable, "the module cannot be used, or the token does not answer"},
    {ExitCode::kFault, "a fault of the module or of this program"},
    {ExitCode::kOutput, "the result could not be written to standard output"},
    {ExitCode::kBusy, "the token is busy: try again"},
    {ExitCode::kPinRefused, "a PIN is wrong, locked, unreadable or was not given"},
    {ExitCode::kConfiguration, "the configuration or the store has to be mended"},
});

/// What an error of the token is to the shell, and what an administrator does about it.
struct TokenErrorRow {
  hsm::ErrorCode error;
  ExitCode exitCode;
  std::string_view nextStep;
};

inline constexpr std::array kTokenErrors = std::to_array<TokenErrorRow>({
    {hsm::ErrorCode::kBusy, ExitCode::kBusy,
     "The token is busy: try again, or stop what else uses it."},
    {hsm::ErrorCode::kTokenUnavailable, ExitCode::kUnavailable,
     "Check that the token is there: strongroom token list"},
    {hsm::ErrorCode::kPinRefused, ExitCode::kPinRefused,
     "Check the PIN before you try again: tokens lock after a few wrong ones. The SO PIN sets a "
     "new "
     "one: strongroom token unlock --help"},
    {hsm::ErrorCode::kTokenNotFound, ExitCode::kNotFound,
     "See which tokens there are: strongroom token list"},
    {hsm::ErrorCode::kKeyNotFound, ExitCode::kNotFound,
     "The token was not made by 'strongroom token init': use one that was, or take this one over: "
     "strongroom token init --help"},
    {hsm::ErrorCode::kKeyUnusable, ExitCode::kRefused,
     "See what is wrong in the token: strongroom token objects --help"},
    {hsm::ErrorCode::kTokenFull, ExitCode::kRefused, "Make room in the token, or use another."},
    {hsm::ErrorCode::kUnsupported, ExitCode::kUnavailable,
     "Check the path, and that the module there is a PKCS#11 module that can wrap keys by AES."},
    {hsm::ErrorCode::kFault, ExitCode::kFault, "Check the module's own configuration and log."},
});

/// The row of `error`; every hsm::ErrorCode has one.
constexpr const TokenErrorRow& rowFor(hsm::ErrorCode error) {
  for (const TokenErrorRow& row : kTokenErrors) {
    if (row.error == error) return row;
  }
  return kTokenErrors.back();
}

}  // namespace strongroom::tokens
