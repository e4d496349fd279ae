#include "tests/support/fault_module/target.h"

#include <dlfcn.h>
#include <sched.h>

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace strongroom::testing {
namespace {

constexpr const char* kSoftHsm = "/usr/lib/softhsm/libsofthsm2.so";

/// Farther than any module counts.
constexpr CK_ULONG kFarAway = CK_ULONG{1} << 40;

}  // namespace

/// Nothing is inside the module while it lives.
class Target::Exclusion {
 public:
  explicit Exclusion(Target& target) : target_(target) {
    ++target_.excluding_;  // or those who come and go would never let it in
    target_.gate_.lock();
  }
  ~Exclusion() {
    target_.gate_.unlock();
    --target_.excluding_;
  }
  Exclusion(const Exclusion&) = delete;
  Exclusion& operator=(const Exclusion&) = delete;

 private:
  Target& target_;
};

Target::Passage::Passage(Target& target) : target_(target) {
  while (target_.excluding_ > 0) ::sched_yield();
  target_.gate_.lock_shared();
}

Target::Target(FaultProcess& process) : process_(process) {
  const char* named = std::getenv(kFaultTargetVariable);
  void* library = ::dlopen(named == nullptr ? kSoftHsm : named, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(::dlerror());
  const auto getFunctionList =
      reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
  if (getFunctionList == nullptr || getFunctionList(&functions_) != CKR_OK) {
    throw std::runtime_error("not a PKCS#11 module");
  }
}

CK_ULONG Target::seen(CK_ULONG real) {
  CK_ULONG greatest = greatest_.load();
  while (real > greatest && !greatest_.compare_exchange_weak(greatest, real)) {
  }
  return real;
}

void Target::closeAllSessions() {
  std::array<CK_SLOT_ID, 64> slots;
  CK_ULONG count = slots.size();
  if (functions_->C_GetSlotList(CK_TRUE, slots.data(), &count) != CKR_OK) return;
  for (CK_ULONG i = 0; i < count; ++i) functions_->C_CloseAllSessions(slots[i]);
  process_.sessions = 0;
}

void Target::dropSessions() {
  const Exclusion alone(*this);
  closeAllSessions();
}

void Target::loseSession(CK_ULONG shown) {
  const Exclusion alone(*this);
  if (functions_->C_CloseSession(realSession(shown)) == CKR_OK) countSessions(-1);
}

void Target::logOut() {
  const Exclusion alone(*this);
  std::array<CK_SLOT_ID, 64> slots;
  CK_ULONG count = slots.size();
  if (functions_->C_GetSlotList(CK_TRUE, slots.data(), &count) != CKR_OK) return;
  for (CK_ULONG i = 0; i < count; ++i) {
    CK_SESSION_HANDLE session = 0;
    if (functions_->C_OpenSession(slots[i], CKF_SERIAL_SESSION, nullptr, nullptr, &session) !=
        CKR_OK) {
      continue;
    }
    functions_->C_Logout(session);
    functions_->C_CloseSession(session);
  }
}

void Target::invalidateHandles() {
  const Exclusion alone(*this);
  objectBase_ -= kFarAway;
}

void Target::shiftHandles() {
  const Exclusion alone(*this);
  ++objectBase_;
}

void Target::reboot() {
  const Exclusion alone(*this);
  closeAllSessions();
  sessionBase_ = objectBase_ = greatest_;
}

}  // namespace strongroom::testing
