#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "hsm/open_token.h"
#include "hsm/pkcs11/capabilities.h"
#include "hsm/pkcs11/object_names.h"
#include "hsm/pkcs11/pin_state.h"
#include "hsm/pkcs11/token_connection.h"
#include "hsm/pkcs11/token_finder.h"
#include "hsm/pkcs11/token_keys.h"

namespace strongroom::hsm {
namespace {

using pkcs11::Lease;
using pkcs11::Module;
using pkcs11::Token;

constexpr std::chrono::seconds kPatience{60};

using PaddedLabel = std::array<CK_UTF8CHAR, 32>;

PaddedLabel padded(const std::string& label) {
  PaddedLabel field;
  if (label.empty() || label.size() > field.size() || label.back() == ' ') {
    throw Error(ErrorCode::kTokenNotFound,
                "a token's label has 1 to 32 bytes and does not end in a blank");
  }
  field.fill(' ');
  std::ranges::copy(label, field.begin());
  return field;
}

/// PKCS#11 takes no const where it only reads.
CK_UTF8CHAR* pinBytes(const SecretBytes& pin) {
  return reinterpret_cast<CK_UTF8CHAR*>(const_cast<std::byte*>(pin.expose().data()));
}

Token emptyTokenFor(Module& module, const std::string& label, std::optional<std::uint64_t> slot) {
  const std::vector<Token> tokens = pkcs11::tokensOf(module);
  if (std::ranges::any_of(tokens,
                          [&](const Token& t) { return t.initialised() && t.label() == label; })) {
    throw Error(ErrorCode::kTokenNotFound, "a token with the label '" + label + "' exists already");
  }
  std::vector<Token> empty;
  std::ranges::copy_if(tokens, std::back_inserter(empty), [&](const Token& token) {
    return !token.initialised() && (!slot || *slot == token.slot);
  });
  if (empty.empty()) {
    throw Error(ErrorCode::kTokenNotFound,
                slot ? "slot " + std::to_string(*slot) + " holds no empty token"
                     : "the module has no empty token to initialise");
  }
  if (empty.size() > 1) {
    throw Error(ErrorCode::kTokenNotFound, "the module has several empty tokens, in the slots " +
                                               std::to_string(empty[0].slot) + " and " +
                                               std::to_string(empty[1].slot) +
                                               " among others: say which by its slot");
  }
  return empty.front();
}

void setPins(Module& module, CK_SLOT_ID slot, PaddedLabel label, const SecretBytes& soPin,
             const SecretBytes& userPin) {
  module.invoke(pkcs11::kInitToken, slot, pinBytes(soPin), static_cast<CK_ULONG>(soPin.size()),
                label.data());
  pkcs11::Session session(module, slot);
  session.invoke(pkcs11::kLogin, static_cast<CK_USER_TYPE>(CKU_SO), pinBytes(soPin),
                 static_cast<CK_ULONG>(soPin.size()));
  session.invoke(pkcs11::kInitPin, pinBytes(userPin), static_cast<CK_ULONG>(userPin.size()));
  // Explicitly, although this is the token's only session: the user's login follows in another one.
  session.invoke(pkcs11::kLogout);
}

/// The first thing that an initialised token gets from us, and the last that is checked before.
void makeBindingKey(pkcs11::TokenConnection& connection, pkcs11::WrapMechanism wrap,
                    bool allowUnsafe) {
  const Deadline deadline = deadlineIn(kPatience);
  const auto administration = connection.administer(deadline);
  const pkcs11::Handles ours = connection.findAll(deadline);
  if (ours.contains(pkcs11::kBindingKeyRef)) {
    throw Error(ErrorCode::kKeyUnusable, "the token has a binding key already");
  }
  // A new one would hide the loss, and make no ciphertext readable again.
  if (!ours.empty()) {
    throw Error(ErrorCode::kKeyUnusable,
                "the token holds keys of Strongroom and has lost the binding key that they were "
                "used with: restore it from its backup");
  }
  connection.once(deadline, [&](Lease& lease) {
    const pkcs11::TrialResult trial = pkcs11::tryToken(lease, wrap);
    if (!allowUnsafe) pkcs11::refuseDangers(pkcs11::dangersOf(trial));
    const CK_OBJECT_HANDLE key = pkcs11::generateTokenKey(lease, pkcs11::kBindingKeyRef, trial);
    pkcs11::verifyAttributes(lease, connection.profile(), pkcs11::kBindingKeyRef, key, trial);
  });
  connection.medium().makeDurable();
}

pkcs11::WrapMechanism requireMechanisms(Module& module, const Token& token) {
  return pkcs11::requireMechanisms(module, token.slot, pkcs11::profileFor(module, token));
}

}  // namespace

std::vector<TokenInfo> listTokens(const std::filesystem::path& path,
                                  const std::string& moduleArgument) {
  Module module(path, moduleArgument);
  std::vector<TokenInfo> infos;
  for (const Token& token : pkcs11::tokensOf(module)) {
    const auto known = [](CK_ULONG count) {
      return count == CK_UNAVAILABLE_INFORMATION ? std::uint64_t{0} : std::uint64_t{count};
    };
    infos.push_back({.slot = token.slot,
                     .initialised = token.initialised(),
                     .description = pkcs11::describe(module, token),
                     .pinLow = (token.info.flags & CKF_USER_PIN_COUNT_LOW) != 0,
                     .pinLocked = (token.info.flags & CKF_USER_PIN_LOCKED) != 0,
                     .sessionsOpen = known(token.info.ulSessionCount),
                     .sessionsMax = known(token.info.ulMaxSessionCount)});
  }
  return infos;
}

TokenDescription initialiseToken(const std::filesystem::path& path, const std::string& label,
                                 const SecretBytes& soPin, const SecretBytes& userPin,
                                 std::optional<std::uint64_t> slot,
                                 const std::string& moduleArgument) {
  const PaddedLabel field = padded(label);
  Module module(path, moduleArgument);
  Token token = emptyTokenFor(module, label, slot);
  // Before anything is written: a token that lacks a mechanism, or takes no such PIN, stays empty.
  pkcs11::requireFittingLength(token, soPin, "SO PIN");
  pkcs11::requireFittingLength(token, userPin, "PIN");
  const pkcs11::WrapMechanism wrap = requireMechanisms(module, token);
  setPins(module, token.slot, field, soPin, userPin);
  token.info = module.tokenInfo(token.slot);
  pkcs11::TokenConnection connection(module, token, userPin.clone(), 1);
  makeBindingKey(connection, wrap, false);
  return pkcs11::describe(module, token);
}

TokenDescription adoptToken(const TokenOptions& options, const SecretBytes& pin) {
  Module module(options.module, options.moduleArgument);
  const auto token = pkcs11::findToken(module, options.token);
  if (!token) {
    throw Error(ErrorCode::kTokenNotFound,
                options.token.describe() + ": no such token in " + options.module.string());
  }
  pkcs11::refuseEndangered(*token, PinOwner::kUser);
  const pkcs11::WrapMechanism wrap = requireMechanisms(module, *token);
  pkcs11::TokenConnection connection(module, *token, pin.clone(), 1);
  makeBindingKey(connection, wrap, options.allowUnsafeModule);
  return pkcs11::describe(module, *token);
}

}  // namespace strongroom::hsm
