#pragma once

#include <stdexcept>
#include <string>

namespace strongroom::tokens {

/// A command could not do its work: what happened and why, and what to do next. Ends the program
/// with exit code 1.
class Failure : public std::runtime_error {
 public:
  Failure(const std::string& what, std::string nextStep)
      : std::runtime_error(what), nextStep_(std::move(nextStep)) {}
  const std::string& nextStep() const { return nextStep_; }

 private:
  std::string nextStep_;
};

}  // namespace strongroom::tokens
