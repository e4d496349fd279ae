#pragma once

namespace strongroom::tokens {

/// Thrown by a command that has done its work and printed its result, and whose exit code is part
/// of the result.
struct ExitStatus {
  int code;
};

}  // namespace strongroom::tokens
