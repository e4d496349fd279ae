#pragma once

#include <utility>

#include "hsm/pkcs11/session_pool.h"

namespace strongroom::hsm::pkcs11 {

/// A session object, used and destroyed inside the lease that made it: its handle dies with the
/// session, and SoftHSM keeps 8 KB for each object that is left to the session's end.
class SessionObject {
 public:
  SessionObject(Lease& lease, CK_OBJECT_HANDLE handle) : lease_(&lease), handle_(handle) {}
  /// Destroys what an error left behind. Failing here is no news: the lease is discarded, and the
  /// object with it.
  ~SessionObject() {
    if (handle_ != CK_INVALID_HANDLE) {
      static_cast<void>(lease_->callEvenLate(kDestroyObject, handle_));
    }
  }
  SessionObject(SessionObject&& other) noexcept
      : lease_(other.lease_), handle_(std::exchange(other.handle_, CK_INVALID_HANDLE)) {}
  SessionObject& operator=(SessionObject&&) = delete;

  CK_OBJECT_HANDLE handle() const { return handle_; }

  /// The ordinary end, which reports its failure. The deadline does not matter: the object has to
  /// go.
  void destroy() {
    check(lease_->callEvenLate(kDestroyObject, std::exchange(handle_, CK_INVALID_HANDLE)),
          kDestroyObject.name());
  }

 private:
  Lease* lease_;
  CK_OBJECT_HANDLE handle_;
};

}  // namespace strongroom::hsm::pkcs11
