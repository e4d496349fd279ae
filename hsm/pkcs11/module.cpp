#include "hsm/pkcs11/module.h"

#include <p11-kit/p11-kit.h>

namespace strongroom::hsm::pkcs11 {
namespace {

// Unmanaged: p11-kit finds and loads the module, but puts no layer of its own between us and it.
// That layer costs time in every call, and it is where `log-calls: yes` would print every PIN:
// without it, it cannot.
constexpr int kFlags = P11_KIT_MODULE_UNMANAGED | P11_KIT_MODULE_CRITICAL;

/// NSS's own structure has a member more than the standard's, and it may read that one.
struct InitialisationArguments {
  CK_C_INITIALIZE_ARGS standard;
  void* beyond;
};

/// Above what any module has. A count beyond it is a mistake, and asking for memory of that size
/// would end in another exception than ours.
constexpr CK_ULONG kMaxEntries = 65'536;

/// Reads a list in the way of PKCS#11, by `ask(entries, count)`: its length first, then the entries
/// into room for so many.
template <class Entry, class Ask>
std::vector<Entry> readList(std::string_view name, Ask&& ask) {
  constexpr int kTries = 10;
  const auto refuseExcess = [name](CK_ULONG count, CK_ULONG most) {
    if (count <= most) return;
    throw Error(
        ErrorCode::kFault,
        std::string(name) + " answered " + std::to_string(count) + " entries, which cannot be",
        name);
  };
  for (int tries = 1;; ++tries) {
    CK_ULONG count = 0;
    check(ask(nullptr, &count), name);
    if (count == 0) return {};  // without room, the next call would ask for the length again
    refuseExcess(count, kMaxEntries);
    std::vector<Entry> entries(count);
    const CK_RV value = ask(entries.data(), &count);
    // The list may grow between the two calls.
    if (value == CKR_BUFFER_TOO_SMALL && tries < kTries) continue;
    check(value, name);
    refuseExcess(count, entries.size());
    entries.resize(count);
    return entries;
  }
}

}  // namespace

Module::Module(const std::filesystem::path& path, const std::string& argument) : loaded_(true) {
  p11_kit_be_quiet();  // it writes to stderr otherwise; the message is in our exception
  functions_ = p11_kit_module_load(path.c_str(), kFlags);
  if (functions_ == nullptr) {
    const char* message = p11_kit_message();
    throw Error(ErrorCode::kUnsupported, "cannot load the PKCS#11 module " + path.string() + ": " +
                                             (message == nullptr ? "unknown reason" : message));
  }
  // Not p11_kit_module_initialize(): for unmanaged modules that is C_Initialize(NULL), which
  // promises the module that one thread uses it. SoftHSM then takes no locks and corrupts its
  // memory.
  InitialisationArguments arguments{};
  arguments.standard.flags = CKF_OS_LOCKING_OK;
  // PKCS#11 takes no const where it only reads.
  if (!argument.empty()) arguments.standard.pReserved = const_cast<char*>(argument.c_str());
  const CK_RV value = functions_->C_Initialize(&arguments);
  finalises_ = value == CKR_OK;
  if (value != CKR_OK && value != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
    p11_kit_module_release(functions_);
    check(value, "C_Initialize");
  }
}

Module::Module(CK_FUNCTION_LIST& functions) : functions_(&functions), loaded_(false) {}

Module::~Module() {
  // Nobody is left to tell when finalising fails, and there is nothing to mend.
  if (finalises_) static_cast<void>(functions_->C_Finalize(nullptr));
  if (loaded_) p11_kit_module_release(functions_);
}

std::string Module::describe() {
  CK_INFO info{};
  invoke(kGetInfo, &info);
  return unpadded(info.libraryDescription, sizeof info.libraryDescription) + " " +
         std::to_string(info.libraryVersion.major) + "." +
         std::to_string(info.libraryVersion.minor);
}

std::string Module::manufacturer() {
  CK_INFO info{};
  invoke(kGetInfo, &info);
  return unpadded(info.manufacturerID, sizeof info.manufacturerID);
}

std::vector<CK_SLOT_ID> Module::slots(CK_BBOOL withToken) {
  return readList<CK_SLOT_ID>(kGetSlotList.name(), [&](CK_SLOT_ID* entries, CK_ULONG* count) {
    return call(kGetSlotList, withToken, entries, count);
  });
}

std::vector<CK_MECHANISM_TYPE> Module::mechanisms(CK_SLOT_ID slot) {
  return readList<CK_MECHANISM_TYPE>(kGetMechanismList.name(),
                                     [&](CK_MECHANISM_TYPE* entries, CK_ULONG* count) {
                                       return call(kGetMechanismList, slot, entries, count);
                                     });
}

CK_TOKEN_INFO Module::tokenInfo(CK_SLOT_ID slot) {
  CK_TOKEN_INFO info{};
  invoke(kGetTokenInfo, slot, &info);
  return info;
}

std::string unpadded(const CK_UTF8CHAR* field, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(field), size);
  text.erase(text.find_last_not_of(std::string_view(" \0", 2)) + 1);
  return text;
}

}  // namespace strongroom::hsm::pkcs11
