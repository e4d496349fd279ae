#pragma once

#include <chrono>
#include <csignal>

namespace strongroom::service {

/// Ends the process with `code`, without unwinding, unless it has ended by itself within
/// `patience`: a PKCS#11 call that hangs can be neither cancelled nor waited for, and the module
/// must not be finalised around it.
void endWithin(std::chrono::milliseconds patience, int code);

/// The signals that the service acts upon. Blocked from construction on, in every thread made
/// later; taken by wait().
class Signals {
 public:
  Signals();
  /// The next of SIGTERM, SIGINT and SIGHUP.
  int wait() const;

 private:
  sigset_t set_;
};

}  // namespace strongroom::service
