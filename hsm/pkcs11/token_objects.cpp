#include "hsm/pkcs11/token_objects.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "hsm/pkcs11/key_operations.h"
#include "hsm/pkcs11/object_audit.h"
#include "hsm/pkcs11/object_finder.h"
#include "hsm/pkcs11/object_names.h"
#include "hsm/pkcs11/pin_state.h"
#include "hsm/pkcs11/templates.h"
#include "hsm/pkcs11/token_finder.h"
#include "hsm/pkcs11/token_keys.h"

namespace strongroom::hsm {
namespace pkcs11 {
namespace {

/// For one call. Nobody but a person waits, and tells by Ctrl-C when it is enough.
constexpr std::chrono::seconds kPatience{60};

Token tokenToOpen(Module& module, const TokenSelector& selector) {
  const auto token = findToken(module, selector);
  if (!token) {
    throw Error(ErrorCode::kTokenNotFound, selector.describe() + ": no such token");
  }
  refuseEndangered(*token, PinOwner::kUser);
  return *token;
}

bool isOurs(const TokenObject& object) {
  return object.owner == Owner::kCmk || object.owner == Owner::kBindingKey;
}

}  // namespace

Pkcs11TokenObjects::Pkcs11TokenObjects(std::unique_ptr<Module> module,
                                       const TokenSelector& selector, const SecretBytes& pin)
    : module_(std::move(module)),
      connection_(*module_, tokenToOpen(*module_, selector), pin.clone(), 1) {}

TokenDescription Pkcs11TokenObjects::describe() const {
  return pkcs11::describe(*module_, connection_.token());
}

template <class Work>
auto Pkcs11TokenObjects::underOneLogin(Work&& work) {
  while (true) {
    const std::uint64_t generation = connection_.pool().generation();
    auto result = work();
    if (connection_.isLoggedIn(generation, deadlineIn(kPatience))) return result;
  }
}

std::vector<TokenObject> Pkcs11TokenObjects::look(const ProgressObserver& progress) {
  const auto handles = connection_.once(deadlineIn(kPatience), [&](Lease& lease) {
    Template everything;
    return findObjects(lease, everything, connection_.profile().findBatch,
                       std::numeric_limits<std::size_t>::max());
  });
  std::vector<TokenObject> objects;
  for (const CK_OBJECT_HANDLE handle : handles) {
    objects.push_back(connection_.once(deadlineIn(kPatience), [&](Lease& lease) {
      return auditObject(lease, connection_.profile(), handle);
    }));
    if (progress) progress(objects.size(), handles.size());
  }
  return objects;
}

std::vector<TokenObject> Pkcs11TokenObjects::list(const ProgressObserver& progress) {
  const auto administration = connection_.administer(deadlineIn(kPatience));
  std::vector<TokenObject> objects = underOneLogin([&] { return look(progress); });
  markDuplicates(objects);
  std::ranges::sort(objects, {}, [](const TokenObject& object) {
    return std::tie(object.owner, object.ref, object.label, object.id, object.handle);
  });
  return objects;
}

std::optional<SecretBytes> Pkcs11TokenObjects::tryBindingMac(ByteView message) {
  return connection_.once(deadlineIn(kPatience), [&](Lease& lease) -> std::optional<SecretBytes> {
    Template search = searchTemplate(kBindingKeyRef);
    const auto found = findObjects(lease, search, 2, 2);
    if (found.empty()) return std::nullopt;
    if (found.size() > 1) {
      throw Error(ErrorCode::kKeyUnusable, "the token holds more than one binding key");
    }
    return hmacSha256(lease, found.front(), message);
  });
}

SecretBytes Pkcs11TokenObjects::bindingMac(ByteView message) {
  const auto administration = connection_.administer(deadlineIn(kPatience));
  auto mac = underOneLogin([&] { return tryBindingMac(message); });
  if (!mac) throw Error(ErrorCode::kKeyNotFound, "the token holds no binding key");
  return std::move(*mac);
}

void Pkcs11TokenObjects::destroy(const TokenObject& object) {
  if (!isOurs(object)) {
    throw Error(ErrorCode::kKeyUnusable, "'" + object.label + "' is not ours, and not touched");
  }
  const auto administration = connection_.administer(deadlineIn(kPatience));
  connection_.once(deadlineIn(kPatience), [&](Lease& lease) {
    const auto handle = static_cast<CK_OBJECT_HANDLE>(object.handle);
    const TokenObject now = auditObject(lease, connection_.profile(), handle);
    if (now.owner != object.owner || now.ref != object.ref || now.label != object.label ||
        now.id != object.id) {
      throw Error(ErrorCode::kKeyUnusable,
                  "'" + object.label + "' is no longer the object that it was, and not touched");
    }
    lease.invoke(kDestroyObject, handle);
  });
}

void Pkcs11TokenObjects::makeDurable() {
  connection_.medium().makeDurable();
}

}  // namespace pkcs11

std::unique_ptr<TokenObjects> openTokenObjects(const TokenOptions& options,
                                               const SecretBytes& pin) {
  return std::make_unique<pkcs11::Pkcs11TokenObjects>(
      std::make_unique<pkcs11::Module>(options.module, options.moduleArgument), options.token, pin);
}

}  // namespace strongroom::hsm
