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

std::vector<CK_SLOT_ID> Module::slotsWithToken() {
  std::vector<CK_SLOT_ID> slots;
  // The count may grow between the two calls: ask again then.
  CK_RV value = CKR_BUFFER_TOO_SMALL;
  while (value == CKR_BUFFER_TOO_SMALL) {
    CK_ULONG count = 0;
    invoke(kGetSlotList, static_cast<CK_BBOOL>(CK_TRUE), static_cast<CK_SLOT_ID*>(nullptr), &count);
    slots.resize(count);
    value = call(kGetSlotList, static_cast<CK_BBOOL>(CK_TRUE), slots.data(), &count);
    if (value == CKR_OK) slots.resize(count);
  }
  check(value, kGetSlotList.name());
  return slots;
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
