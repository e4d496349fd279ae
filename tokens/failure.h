#pragma once

#include <stdexcept>
#include <string>

#include "tokens/exit_codes.h"

namespace strongroom::tokens {

/// A command could not do its work: what happened and why, and what to do next. Ends the program.
class Failure : public std::runtime_error {
 public:
  Failure(const std::string& what, std::string nextStep, ExitCode exitCode = ExitCode::kRefused)
      : std::runtime_error(what), nextStep_(std::move(nextStep)), exitCode_(exitCode) {}
  const std::string& nextStep() const { return nextStep_; }
  ExitCode exitCode() const { return exitCode_; }

 private:
  std::string nextStep_;
  ExitCode exitCode_;
};

/// A command did its work and has printed what it found, which the exit code tells too.
struct Findings {
  ExitCode exitCode = ExitCode::kFindings;
};

}  // namespace strongroom::tokens
