// A PKCS#11 module that does what no module should, built once as each kind.
#include <p11-kit/pkcs11.h>
#include <unistd.h>

#include <csignal>

extern "C" CK_RV C_GetFunctionList(CK_FUNCTION_LIST**) {
#ifdef STRONGROOM_HANGS
  while (true) ::pause();
#else
  std::raise(SIGSEGV);
  return CKR_GENERAL_ERROR;
#endif
}
