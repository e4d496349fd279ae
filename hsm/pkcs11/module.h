#pragma once

#include <p11-kit/pkcs11.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "hsm/pkcs11/check.h"
#include "hsm/pkcs11/function_counters.h"
#include "hsm/pkcs11/functions.h"

namespace strongroom::hsm::pkcs11 {

/// A PKCS#11 module: the one owner of loading, initialising and finalising it. Every session ends
/// before it, and it ends before main() returns: finalising from a static destructor crashes
/// modules whose own statics are gone by then. Thread-safe. Built after any fork.
class Module {
 public:
  /// Loads `path` and initialises it for use by several threads, with `argument` for pReserved when
  /// it is not empty. Throws kUnsupported when it cannot be loaded. A second one in a process
  /// shares the initialisation of the first, and ends before it.
  explicit Module(const std::filesystem::path& path, const std::string& argument = {});

  /// Uses `functions`, which the caller loaded, initialised and finalises: the seam for fault
  /// tests.
  explicit Module(CK_FUNCTION_LIST& functions);

  ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  /// Calls one function, counts and times it. A function that the module lacks is
  /// CKR_FUNCTION_NOT_SUPPORTED.
  template <class Pointer, class... Arguments>
  CK_RV call(const Function<Pointer>& function, Arguments... arguments) {
    const Pointer pointer = functions_->*(function.member);
    if (pointer == nullptr) return CKR_FUNCTION_NOT_SUPPORTED;
    const auto start = std::chrono::steady_clock::now();
    const CK_RV value = pointer(arguments...);
    counters_.add(function.row, value != CKR_OK, std::chrono::steady_clock::now() - start);
    return value;
  }

  /// call(), and an Error for anything but CKR_OK.
  template <class Pointer, class... Arguments>
  void invoke(const Function<Pointer>& function, Arguments... arguments) {
    check(call(function, arguments...), function.name());
  }

  /// The library's own description and version, for messages.
  std::string describe();

  /// Who made the library, which may be another than the token's manufacturer.
  std::string manufacturer();

  /// The slots; only those that hold a token. Throws kFault for a list that cannot be.
  std::vector<CK_SLOT_ID> slotsWithToken() { return slots(CK_TRUE); }
  std::vector<CK_SLOT_ID> allSlots() { return slots(CK_FALSE); }

  /// What the token in `slot` can do. Throws kFault for a list that cannot be.
  std::vector<CK_MECHANISM_TYPE> mechanisms(CK_SLOT_ID slot);

  CK_TOKEN_INFO tokenInfo(CK_SLOT_ID slot);

  const FunctionCounters& counters() const { return counters_; }

  /// The raw list: to see what is in it, and for tests that copy it and replace entries.
  const CK_FUNCTION_LIST& functions() const { return *functions_; }

 private:
  std::vector<CK_SLOT_ID> slots(CK_BBOOL withToken);

  CK_FUNCTION_LIST* functions_;
  bool loaded_;
  bool finalises_ = false;
  FunctionCounters counters_;
};

/// The text of a fixed-size PKCS#11 field without its padding (blanks; some modules pad with NUL).
std::string unpadded(const CK_UTF8CHAR* field, std::size_t size);

}  // namespace strongroom::hsm::pkcs11
