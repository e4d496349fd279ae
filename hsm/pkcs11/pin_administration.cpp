#include "hsm/pkcs11/pin_administration.h"

#include "hsm/pkcs11/pin_state.h"
#include "hsm/pkcs11/session.h"
#include "hsm/pkcs11/token_finder.h"

namespace strongroom::hsm {
namespace pkcs11 {
namespace {

/// PKCS#11 takes no const where it only reads.
CK_UTF8CHAR* bytesOf(const SecretBytes& pin) {
  return reinterpret_cast<CK_UTF8CHAR*>(const_cast<std::byte*>(pin.expose().data()));
}

CK_ULONG sizeOf(const SecretBytes& pin) {
  return pin.size();
}

Token requireToken(Module& module, const TokenSelector& selector) {
  if (auto token = findToken(module, selector)) return *token;
  throw Error(ErrorCode::kTokenNotFound, selector.describe() + ": no such token");
}

/// The one try.
Session logIn(Module& module, const Token& token, PinOwner owner, const SecretBytes& pin) {
  Session session(module, token.slot);
  const CK_USER_TYPE user = owner == PinOwner::kUser ? CKU_USER : CKU_SO;
  session.invoke(kLogin, user, bytesOf(pin), sizeOf(pin));
  return session;
}

}  // namespace

TokenDescription changePin(Module& module, const TokenSelector& selector, PinOwner owner,
                           const SecretBytes& pin, const SecretBytes& newPin) {
  const Token token = requireToken(module, selector);
  refuseEndangered(token, owner);
  requireFittingLength(token, newPin, "new PIN");
  // C_SetPIN would check the old PIN by itself, but only under a login is it clear whose it is, and
  // a wrong one ends here: it is not given to C_SetPIN, which would count it a second time.
  Session session = logIn(module, token, owner, pin);
  session.invoke(kSetPin, bytesOf(pin), sizeOf(pin), bytesOf(newPin), sizeOf(newPin));
  return describe(module, token);
}

TokenDescription resetPin(Module& module, const TokenSelector& selector, const SecretBytes& soPin,
                          const SecretBytes& newPin) {
  const Token token = requireToken(module, selector);
  refuseEndangered(token, PinOwner::kSecurityOfficer);
  requireFittingLength(token, newPin, "new PIN");
  Session session = logIn(module, token, PinOwner::kSecurityOfficer, soPin);
  session.invoke(kInitPin, bytesOf(newPin), sizeOf(newPin));
  return describe(module, token);
}

}  // namespace pkcs11

TokenDescription changePin(const TokenOptions& options, PinOwner owner, const SecretBytes& pin,
                           const SecretBytes& newPin) {
  pkcs11::Module module(options.module, options.moduleArgument);
  return pkcs11::changePin(module, options.token, owner, pin, newPin);
}

TokenDescription resetPin(const TokenOptions& options, const SecretBytes& soPin,
                          const SecretBytes& newPin) {
  pkcs11::Module module(options.module, options.moduleArgument);
  return pkcs11::resetPin(module, options.token, soPin, newPin);
}

}  // namespace strongroom::hsm
