#pragma once

#include <p11-kit/pkcs11.h>

#include <functional>
#include <memory>

#include "hsm/pkcs11/module.h"

namespace strongroom::testing {

/// A return value that the next calls of one function answer with; CKR_OK asks the token.
class Fault {
 public:
  Fault() = default;
  Fault(CK_RV value, int times = 1) : value_(value), times_(times) {}  // NOLINT: "= CKR_..."

  /// What this call answers.
  CK_RV take() { return times_-- > 0 ? value_ : CKR_OK; }

 private:
  CK_RV value_ = CKR_OK;
  int times_ = 0;
};

/// What the next calls of a FaultyModule answer instead of asking the token. One FaultyModule lives
/// at a time, since PKCS#11 functions carry no state of their own.
struct Faults {
  Fault wrapKey;
  Fault generateKey;
  Fault destroyObject;
  Fault getSessionInfo;
  Fault closeSession;
  CK_RV login = CKR_OK;                  ///< answered by every C_Login
  std::function<void()> onCloseSession;  ///< called before every C_CloseSession
};

inline Faults faults;
inline CK_FUNCTION_LIST healthy;

/// A module whose functions are those of `real`, but for the faults; `real` outlives it.
class FaultyModule {
 public:
  explicit FaultyModule(const hsm::pkcs11::Module& real) {
    faults = {};
    healthy = real.functions();
    functions_ = healthy;
    functions_.C_WrapKey = [](CK_SESSION_HANDLE session, CK_MECHANISM* mechanism,
                              CK_OBJECT_HANDLE wrapping, CK_OBJECT_HANDLE key, CK_BYTE* out,
                              CK_ULONG* size) -> CK_RV {
      if (const CK_RV fault = faults.wrapKey.take(); fault != CKR_OK) return fault;
      return healthy.C_WrapKey(session, mechanism, wrapping, key, out, size);
    };
    functions_.C_GenerateKey = [](CK_SESSION_HANDLE session, CK_MECHANISM* mechanism,
                                  CK_ATTRIBUTE* attributes, CK_ULONG count,
                                  CK_OBJECT_HANDLE* key) -> CK_RV {
      if (const CK_RV fault = faults.generateKey.take(); fault != CKR_OK) return fault;
      return healthy.C_GenerateKey(session, mechanism, attributes, count, key);
    };
    functions_.C_DestroyObject = [](CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) -> CK_RV {
      if (const CK_RV fault = faults.destroyObject.take(); fault != CKR_OK) return fault;
      return healthy.C_DestroyObject(session, object);
    };
    functions_.C_GetSessionInfo = [](CK_SESSION_HANDLE session, CK_SESSION_INFO* info) -> CK_RV {
      if (const CK_RV fault = faults.getSessionInfo.take(); fault != CKR_OK) return fault;
      return healthy.C_GetSessionInfo(session, info);
    };
    functions_.C_CloseSession = [](CK_SESSION_HANDLE session) -> CK_RV {
      if (faults.onCloseSession) faults.onCloseSession();
      if (const CK_RV fault = faults.closeSession.take(); fault != CKR_OK) return fault;
      return healthy.C_CloseSession(session);
    };
    functions_.C_Login = [](CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR* pin,
                            CK_ULONG size) -> CK_RV {
      if (faults.login != CKR_OK) return faults.login;
      return healthy.C_Login(session, user, pin, size);
    };
  }

  /// To be handed to what is tested; it uses this object's list.
  std::unique_ptr<hsm::pkcs11::Module> adopt() {
    return std::make_unique<hsm::pkcs11::Module>(functions_);
  }

 private:
  CK_FUNCTION_LIST functions_{};
};

}  // namespace strongroom::testing
