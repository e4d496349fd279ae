#include "hsm/pkcs11/session.h"

namespace strongroom::hsm::pkcs11 {

Session::Session(Module& module, CK_SLOT_ID slot) : module_(&module) {
  constexpr CK_FLAGS kReadWrite = CKF_SERIAL_SESSION | CKF_RW_SESSION;
  module.invoke(kOpenSession, slot, kReadWrite, static_cast<void*>(nullptr),
                static_cast<CK_NOTIFY>(nullptr), &handle_);
}

Session& Session::operator=(Session&& other) noexcept {
  if (this != &other) {
    close();
    module_ = other.module_;
    handle_ = std::exchange(other.handle_, CK_INVALID_HANDLE);
  }
  return *this;
}

CK_RV Session::tryClose() noexcept {
  if (isOpen()) {
    const CK_RV value = call(kCloseSession);
    if (value != CKR_OK && isOpen()) return value;
    abandon();
  }
  return CKR_OK;
}

void Session::close() noexcept {
  // When it fails there is nobody left to mend it; the counters show the error.
  static_cast<void>(tryClose());
  abandon();
}

}  // namespace strongroom::hsm::pkcs11
