#pragma once

#include <utility>

#include "hsm/pkcs11/module.h"

namespace strongroom::hsm::pkcs11 {

/// One open session, closed at its end. It never logs out: C_Logout ends the login of every session
/// of the token. Move-only; used by one thread at a time.
class Session {
 public:
  /// Opens a read-write session: creating keys needs one, and some modules refuse any other. Throws
  /// hsm::Error.
  Session(Module& module, CK_SLOT_ID slot);
  ~Session() { close(); }
  Session(Session&& other) noexcept
      : module_(other.module_), handle_(std::exchange(other.handle_, CK_INVALID_HANDLE)) {}
  Session& operator=(Session&& other) noexcept;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  CK_SESSION_HANDLE handle() const { return handle_; }

  /// Calls a function that takes a session as its first argument. A session that the module knows
  /// no longer is abandoned.
  template <class Pointer, class... Arguments>
  CK_RV call(const Function<Pointer>& function, Arguments... arguments) {
    const CK_RV value = module_->call(function, handle_, arguments...);
    if (value == CKR_SESSION_HANDLE_INVALID || value == CKR_SESSION_CLOSED) abandon();
    return value;
  }

  /// Whether there still is a session, as far as calls on it have shown.
  bool isOpen() const { return handle_ != CK_INVALID_HANDLE; }

  /// Gives up a session that is gone, without C_CloseSession: modules use numbers again, and it
  /// could close another thread's session.
  void abandon() noexcept { handle_ = CK_INVALID_HANDLE; }

  /// Ends it before its time. CKR_OK when it has ended, now or before; otherwise it is open as it
  /// was, and why.
  CK_RV tryClose() noexcept;

  /// tryClose(), but the session is given up whatever comes of it.
  void close() noexcept;

  /// call(), and an Error for anything but CKR_OK.
  template <class Pointer, class... Arguments>
  void invoke(const Function<Pointer>& function, Arguments... arguments) {
    check(call(function, arguments...), function.name());
  }

 private:
  Module* module_;
  CK_SESSION_HANDLE handle_ = CK_INVALID_HANDLE;
};

}  // namespace strongroom::hsm::pkcs11
