#include "hsm/pkcs11/capabilities.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "hsm/pkcs11/key_operations.h"

namespace strongroom::hsm::pkcs11 {
namespace {

constexpr std::size_t kTrialBytes = 32;

struct Need {
  CK_MECHANISM_TYPE type;
  std::string_view name;
  CK_FLAGS flags;
};

constexpr std::array kNeeds = std::to_array<Need>({
    {CKM_AES_KEY_GEN, "CKM_AES_KEY_GEN", CKF_GENERATE},
    {CKM_GENERIC_SECRET_KEY_GEN, "CKM_GENERIC_SECRET_KEY_GEN", CKF_GENERATE},
    {CKM_SHA256_HMAC, "CKM_SHA256_HMAC", CKF_SIGN},
});

/// In the order of preference: what authenticates by itself comes first.
constexpr std::array kWrapMethods{WrapMethod::kAesKeyWrap, WrapMethod::kAesCbcPad};

constexpr std::array kFlagNames = std::to_array<std::pair<CK_FLAGS, std::string_view>>({
    {CKF_GENERATE, "generate"},
    {CKF_SIGN, "sign"},
    {CKF_WRAP, "wrap"},
    {CKF_UNWRAP, "unwrap"},
});

void append(std::string& list, std::string_view more) {
  list.append(list.empty() ? "" : ", ").append(more);
}

/// The token's mechanisms, asked for what we need.
class Mechanisms {
 public:
  Mechanisms(Module& module, CK_SLOT_ID slot)
      : module_(module), slot_(slot), list_(module.mechanisms(slot)) {}

  /// "" when the token has what is needed, else the mechanism's name with what is wrong.
  std::string lackOf(const Need& need) const {
    const std::string name(need.name);
    if (std::ranges::find(list_, need.type) == list_.end()) return name;
    CK_MECHANISM_INFO info{};  // zeroed: SoftHSM only adds flags to what is there
    module_.invoke(kGetMechanismInfo, slot_, need.type, &info);
    std::string flags;
    for (const auto& [flag, text] : kFlagNames) {
      if ((need.flags & ~info.flags & flag) != 0) append(flags, text);
    }
    return flags.empty() ? "" : name + " (has it, but not to " + flags + ")";
  }

 private:
  Module& module_;
  CK_SLOT_ID slot_;
  std::vector<CK_MECHANISM_TYPE> list_;
};

/// The names of the functions that the module does not have. A list may hold a function that only
/// says that it is none, so each is called, on no session: whoever has it refuses that first. Past
/// the counters, which are to count calls that meant something.
std::string missingFunctions(const CK_FUNCTION_LIST& functions) {
  constexpr CK_SESSION_HANDLE kNoSession = CK_INVALID_HANDLE;
  constexpr CK_OBJECT_HANDLE kNoKey = CK_INVALID_HANDLE;
  CK_MECHANISM mechanism{CKM_AES_KEY_GEN, nullptr, 0};
  std::array<CK_BYTE, 64> buffer{};
  CK_ULONG length = buffer.size();
  CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
  Template attributes = trialWrappingKeyTemplate();
  std::string missing;
  const auto ask = [&missing](std::string_view name, auto function, auto... arguments) {
    if (function == nullptr || function(arguments...) == CKR_FUNCTION_NOT_SUPPORTED) {
      append(missing, name);
    }
  };
  ask(kGenerateKey.name(), functions.C_GenerateKey, kNoSession, &mechanism, attributes.data(),
      attributes.size(), &key);
  ask(kWrapKey.name(), functions.C_WrapKey, kNoSession, &mechanism, kNoKey, kNoKey, buffer.data(),
      &length);
  ask(kUnwrapKey.name(), functions.C_UnwrapKey, kNoSession, &mechanism, kNoKey, buffer.data(),
      CK_ULONG{buffer.size()}, attributes.data(), attributes.size(), &key);
  ask(kSignInit.name(), functions.C_SignInit, kNoSession, &mechanism, kNoKey);
  ask(kGenerateRandom.name(), functions.C_GenerateRandom, kNoSession, buffer.data(),
      CK_ULONG{buffer.size()});
  return missing;
}

/// Another template may do better. Everything else is a fault, whatever the template.
bool isAboutTheTemplate(CK_RV value) {
  constexpr std::array kValues{
      CKR_TEMPLATE_INCOMPLETE,    CKR_TEMPLATE_INCONSISTENT,   CKR_ATTRIBUTE_READ_ONLY,
      CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_VALUE_INVALID, CKR_ATTRIBUTE_SENSITIVE,
      CKR_ARGUMENTS_BAD};
  return std::ranges::find(kValues, value) != kValues.end();
}

SessionObject generateTrialKey(Lease& lease, Template attributes) {
  return generateSessionKey(lease, std::move(attributes), kTrialBytes);
}

UnwrapTemplate findUnwrapTemplate(Lease& lease, WrapMechanism wrap, CK_OBJECT_HANDLE wrapping) {
  std::string tried;
  // On one session: C_UnwrapKey is done when it returns, whatever it returns.
  for (const UnwrapTemplate& chosen : unwrapTemplates()) {
    try {
      tryWrapAndUnwrap(lease, wrap, chosen, wrapping, kTrialBytes);
      return chosen;
    } catch (const Error& error) {
      if (!isAboutTheTemplate(error.returnValue())) throw;
      append(tried, error.what());
    }
  }
  throw Error(ErrorCode::kUnsupported,
              "the token unwraps no key so that it can be read, by whatever template: " + tried);
}

/// Modules bound the length of a generic secret: 1024 bytes by SoftHSM, 256 by openCryptoki.
std::size_t findLongestDataKey(Lease& lease, const TrialResult& token, CK_OBJECT_HANDLE wrapping) {
  for (const std::size_t bytes :
       {kMaxDataKeyBytes, std::size_t{512}, std::size_t{256}, std::size_t{128}, std::size_t{64}}) {
    try {
      tryWrapAndUnwrap(lease, token.wrap, token.unwrap, wrapping, bytes);
      return bytes;
    } catch (const Error& error) {
      // A verdict of ours is that the length that came back is another one.
      const bool isOurs = error.returnValue() == CKR_OK;
      const bool isNoVerdict = meaningOf(error.returnValue()).recovery != Recovery::kNone ||
                               error.code() == ErrorCode::kBusy;
      if (isOurs ? error.code() != ErrorCode::kFault : isNoVerdict) throw;
    }
  }
  return kTrialBytes;
}

/// Makes a key that may only sign, and wraps with it.
AllowedMechanisms tryAllowedMechanisms(Lease& lease, WrapMechanism wrap, CK_OBJECT_HANDLE victim) {
  Template attributes = trialWrappingKeyTemplate();
  const std::array mechanisms{CK_MECHANISM_TYPE{CKM_SHA256_HMAC}};
  attributes.mechanisms(CKA_ALLOWED_MECHANISMS, mechanisms);
  CK_MECHANISM generation{CKM_AES_KEY_GEN, nullptr, 0};
  CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
  const CK_RV value =
      lease.call(kGenerateKey, &generation, attributes.data(), attributes.size(), &handle);
  if (isAboutTheTemplate(value)) return AllowedMechanisms::kRefused;
  check(value, kGenerateKey.name());
  SessionObject wrapping(lease, handle);
  const bool ignored = wraps(lease, wrap, wrapping.handle(), victim);
  wrapping.destroy();
  return ignored ? AllowedMechanisms::kIgnored : AllowedMechanisms::kEnforced;
}

}  // namespace

WrapMechanism requireMechanisms(Module& module, CK_SLOT_ID slot, const Profile& profile) {
  const Mechanisms mechanisms(module, slot);
  std::string missing;
  for (const Need& need : kNeeds) {
    if (const std::string lack = mechanisms.lackOf(need); !lack.empty()) append(missing, lack);
  }
  std::string ways;
  std::optional<WrapMechanism> wrap;
  for (const WrapMethod method : kWrapMethods) {
    const WrapMechanism way = wrapMechanism(profile, method);
    const std::string lack = mechanisms.lackOf({way.type, nameOf(method), CKF_WRAP | CKF_UNWRAP});
    if (lack.empty() && !wrap) wrap = way;
    ways += (ways.empty() ? "" : " or ") + lack;
  }
  if (!wrap) append(missing, "a way to wrap keys: " + ways);
  if (const std::string functions = missingFunctions(module.functions()); !functions.empty()) {
    missing += (missing.empty() ? "" : "; ") + ("the functions " + functions);
  }
  if (missing.empty()) return *wrap;
  throw Error(ErrorCode::kUnsupported,
              "the token lacks what Strongroom needs: " + missing +
                  "; allow it in the token's configuration or use another token");
}

TrialResult tryToken(Lease& lease, WrapMechanism wrap) {
  TrialResult result{.wrap = wrap, .unwrap = {}};
  SessionObject wrapping = generateTrialKey(lease, trialWrappingKeyTemplate());
  result.unwrap = findUnwrapTemplate(lease, wrap, wrapping.handle());
  result.longestDataKey = findLongestDataKey(lease, result, wrapping.handle());
  SessionObject extractable =
      generateTrialKey(lease, dataKeyTemplate(kTrialBytes, Plaintext::kWithhold));
  result.allowedMechanisms = tryAllowedMechanisms(lease, wrap, extractable.handle());
  extractable.destroy();
  SessionObject unextractable = generateTrialKey(lease, trialUnextractableKeyTemplate());
  result.wrapsUnextractableKeys = wraps(lease, wrap, wrapping.handle(), unextractable.handle());
  unextractable.destroy();
  wrapping.destroy();
  return result;
}

void tryWrapping(Lease& lease, const TrialResult& token) {
  SessionObject wrapping = generateTrialKey(lease, trialWrappingKeyTemplate());
  tryWrapAndUnwrap(lease, token.wrap, token.unwrap, wrapping.handle(), kTrialBytes);
  wrapping.destroy();
}

std::vector<std::string> dangersOf(const TrialResult& token) {
  std::vector<std::string> dangers;
  if (token.wrapsUnextractableKeys) {
    dangers.emplace_back(
        "the module wraps keys that are marked unextractable: whoever has the token's PIN can take "
        "every CMK out of it");
  }
  return dangers;
}

void refuseDangers(const std::vector<std::string>& dangers) {
  if (dangers.empty()) return;
  std::string all;
  for (const std::string& danger : dangers) append(all, danger);
  throw Error(ErrorCode::kUnsupported,
              "the token is not safe: " + all +
                  "; use another module, or, where its keys protect nothing (a trial, a test), "
                  "allow it by `allow_unsafe_module = true`");
}

}  // namespace strongroom::hsm::pkcs11
