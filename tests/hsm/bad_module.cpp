#include <p11-kit/pkcs11.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <dlfcn.h>

// A PKCS#11 module that is SoftHSM, but for what BAD_MODULE names: what no module of Debian does,
// and an examination has to see all the same.
//
//   crash    C_CopyObject takes the process down
//   hang     C_DeriveKey does not return
//   lenient  CMKs are made modifiable and extractable, whatever the template asks for, and say
//            otherwise

namespace {

constexpr const char* kSoftHsm = "/usr/lib/softhsm/libsofthsm2.so";

CK_FUNCTION_LIST healthy;
CK_FUNCTION_LIST functions;

bool has(CK_ATTRIBUTE* attributes, CK_ULONG count, CK_ATTRIBUTE_TYPE type, CK_BBOOL value) {
  for (CK_ULONG i = 0; i < count; ++i) {
    if (attributes[i].type == type && attributes[i].ulValueLen == sizeof value) {
      return *static_cast<CK_BBOOL*>(attributes[i].pValue) == value;
    }
  }
  return false;
}

CK_RV crash(CK_SESSION_HANDLE, CK_OBJECT_HANDLE, CK_ATTRIBUTE*, CK_ULONG, CK_OBJECT_HANDLE*) {
  std::raise(SIGSEGV);
  return CKR_OK;
}

CK_RV hang(CK_SESSION_HANDLE, CK_MECHANISM*, CK_OBJECT_HANDLE, CK_ATTRIBUTE*, CK_ULONG,
           CK_OBJECT_HANDLE*) {
  for (;;) ::pause();
}

CK_RV generateLeniently(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism,
                        CK_ATTRIBUTE* attributes, CK_ULONG count, CK_OBJECT_HANDLE* key) {
  std::vector<CK_ATTRIBUTE> changed(attributes, attributes + count);
  CK_BBOOL yes = CK_TRUE;
  if (has(attributes, count, CKA_TOKEN, CK_TRUE) && has(attributes, count, CKA_WRAP, CK_TRUE)) {
    for (CK_ATTRIBUTE& attribute : changed) {
      if (attribute.type == CKA_MODIFIABLE || attribute.type == CKA_EXTRACTABLE) {
        attribute.pValue = &yes;
      }
    }
  }
  return healthy.C_GenerateKey(session, mechanism, changed.data(), count, key);
}

CK_RV readProudly(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE* attributes,
                  CK_ULONG count) {
  const CK_RV value = healthy.C_GetAttributeValue(session, object, attributes, count);
  for (CK_ULONG i = 0; value == CKR_OK && i < count; ++i) {
    auto* flag = static_cast<CK_BBOOL*>(attributes[i].pValue);
    if (flag == nullptr || attributes[i].ulValueLen != sizeof *flag) continue;
    if (attributes[i].type == CKA_NEVER_EXTRACTABLE) *flag = CK_TRUE;
    if (attributes[i].type == CKA_EXTRACTABLE || attributes[i].type == CKA_MODIFIABLE) {
      *flag = CK_FALSE;
    }
  }
  return value;
}

}  // namespace

extern "C" CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list) {
  void* library = ::dlopen(kSoftHsm, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return CKR_GENERAL_ERROR;
  const auto getList =
      reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
  CK_FUNCTION_LIST* real = nullptr;
  if (getList == nullptr || getList(&real) != CKR_OK) return CKR_GENERAL_ERROR;
  healthy = *real;
  functions = healthy;
  functions.C_GetFunctionList = C_GetFunctionList;
  const char* badness = std::getenv("BAD_MODULE");
  const std::string_view kind = badness == nullptr ? "" : badness;
  if (kind == "crash") functions.C_CopyObject = crash;
  if (kind == "hang") functions.C_DeriveKey = hang;
  if (kind == "lenient") {
    functions.C_GenerateKey = generateLeniently;
    functions.C_GetAttributeValue = readProudly;
  }
  *list = &functions;
  return CKR_OK;
}
