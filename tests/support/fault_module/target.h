#pragma once

#include <p11-kit/pkcs11.h>

#include <atomic>
#include <shared_mutex>

#include "tests/support/fault_channel.h"

namespace strongroom::testing {

/// The module that is really called, and what can be done to it behind its caller's back. The
/// caller sees other handles than the module's own, each smaller by a base: moving the bases makes
/// old handles name nothing, or something else, as tokens do that restart.
class Target {
 public:
  /// Loads the module that kFaultTargetVariable names. Throws std::runtime_error.
  explicit Target(FaultProcess& process);

  /// Held by every call that is on its way into the module; what changes sessions or handles waits
  /// until all are out. Modules crash when a session is closed under a call.
  class Passage {
   public:
    explicit Passage(Target& target);
    ~Passage() { target_.gate_.unlock_shared(); }
    Passage(const Passage&) = delete;
    Passage& operator=(const Passage&) = delete;

   private:
    Target& target_;
  };

  const CK_FUNCTION_LIST& functions() const { return *functions_; }

  // Under a Passage.
  CK_ULONG realSession(CK_ULONG shown) const { return shown == 0 ? 0 : shown + sessionBase_; }
  CK_ULONG realObject(CK_ULONG shown) const { return shown == 0 ? 0 : shown + objectBase_; }
  CK_ULONG shownSession(CK_ULONG real) { return seen(real) - sessionBase_; }
  CK_ULONG shownObject(CK_ULONG real) { return seen(real) - objectBase_; }
  void countSessions(std::int64_t more) { process_.sessions += more; }
  void countNoSessions() { process_.sessions = 0; }

  // Without one.
  void loseSession(CK_ULONG shown);
  void dropSessions();
  void logOut();
  void invalidateHandles();
  void shiftHandles();
  void reboot();

 private:
  class Exclusion;
  CK_ULONG seen(CK_ULONG real);
  void closeAllSessions();

  FaultProcess& process_;
  CK_FUNCTION_LIST* functions_ = nullptr;
  std::shared_mutex gate_;
  std::atomic<int> excluding_{0};
  CK_ULONG sessionBase_ = 0;
  CK_ULONG objectBase_ = 0;
  std::atomic<CK_ULONG> greatest_{0};  ///< of the handles that the module gave
};

}  // namespace strongroom::testing
