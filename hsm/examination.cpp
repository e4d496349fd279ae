#include "hsm/examination.h"

#include <algorithm>
#include <array>

namespace strongroom::hsm {
namespace {

using enum PartKind;

constexpr std::array kParts = std::to_array<Part>({
    {"random", "random numbers", kNeeded},
    {"data-key", "make a data key and read its value", kNeeded},
    {"data-key-length", "make a data key of another length (40 bytes)", kNeeded},
    {"data-key-withheld", "make a data key whose value stays inside", kNeeded},
    {"cmk", "make a CMK: in the token, sensitive, unextractable, wrapping only", kNeeded},
    {"cmk-found", "find a CMK by its id from another session", kNeeded},
    {"cmk-destroyed", "destroy a CMK", kNeeded},
    {"binding-key", "make a binding key, HMAC-SHA256 with it", kNeeded},
    {"sessions", "several sessions at once", kNeeded},
    {"wrap-aes-key-wrap", "wrap by AES key wrap (RFC 3394)", kWrapping},
    {"wrap-aes-cbc-pad", "wrap by AES-CBC-PAD", kWrapping},
    {"wrap-aes-key-wrap-pad", "wrap by CKM_AES_KEY_WRAP_PAD", kExtra},
    {"wrap-aes-key-wrap-kwp", "wrap by CKM_AES_KEY_WRAP_KWP (RFC 5649)", kExtra},
    {"behaviour", "look at where modules differ", kSurvey},

    {"attack-read", "read the value of a CMK", kAttack},
    {"attack-set-decrypt", "add CKA_DECRYPT and decrypt what the CMK wrapped", kNuisance},
    {"attack-set-encrypt", "add CKA_ENCRYPT", kNuisance},
    {"attack-set-derive", "add CKA_DERIVE", kNuisance},
    {"attack-set-extractable", "set CKA_EXTRACTABLE", kAttack},
    {"attack-set-not-sensitive", "clear CKA_SENSITIVE", kAttack},
    {"attack-set-modifiable", "set CKA_MODIFIABLE", kNuisance},
    {"attack-set-id", "give the CMK the id of another", kNuisance},
    {"attack-copy-decrypt", "copy the CMK with CKA_DECRYPT", kNuisance},
    {"attack-copy-extractable", "copy the CMK with CKA_EXTRACTABLE", kAttack},
    {"attack-copy-not-sensitive", "copy the CMK without CKA_SENSITIVE", kAttack},
    {"attack-copy-modifiable", "copy the CMK with CKA_MODIFIABLE, then add CKA_DECRYPT", kNuisance},
    {"attack-wrap", "wrap the unextractable CMK under a key of one's own", kAttack},
    {"attack-encrypt", "encrypt with the CMK", kNuisance},
    {"attack-decrypt", "decrypt with the CMK", kNuisance},
    {"attack-derive", "derive a key from the CMK", kNuisance},
    {"attack-sign", "sign with the CMK", kNuisance},
    {"attack-plant", "pass a known key off as a CMK made in the token (C_CreateObject)", kAttack},
    {"attack-plant-unwrapped", "the same by C_UnwrapKey with a CMK's template", kAttack},

    {"inventory", "look at what the token holds", kSurvey},
    {"speed", "measure", kSurvey},
});

constexpr std::array kBehaviours = std::to_array<Behaviour>({
    {"allowed-mechanisms", "CKA_ALLOWED_MECHANISMS is", "enforced"},
    {"local", "CKA_LOCAL of a key made in the token", "true"},
    {"default-extractable", "CKA_EXTRACTABLE of a key, when not asked for", ""},
    {"unwrap-template", "C_UnwrapKey gives a readable key when given", ""},
    {"unwrap-weaker", "a sensitive key, unwrapped as a readable one", "readable"},
    {"tampered-wrapped-key", "answer to a tampered wrapped key", "CKR_WRAPPED_KEY_INVALID"},
    {"short-wrapped-key", "answer to a wrapped key cut short", "CKR_WRAPPED_KEY_LEN_RANGE"},
    {"wrapped-length", "length of a wrapped key, when asked for", "right"},
    {"short-buffer", "answer to a buffer too small for a wrapped key", "CKR_BUFFER_TOO_SMALL"},
    {"key-wrap-pad", "CKM_AES_KEY_WRAP_PAD means", ""},
    {"mechanism-info", "C_GetMechanismInfo writes its flags", "clean"},
    {"session-limit", "sessions at most, by the token's own account", ""},
});

template <class Rows, class Key>
auto rowOf(const Rows& rows, const Key& key) {
  return std::ranges::find_if(rows, [&](const auto& row) { return row.id == key; });
}

/// "C_GenerateKey (CKM_AES_KEY_GEN) answered CKR_MECHANISM_INVALID"
std::string lastFailure(const Finding& finding) {
  std::string text = finding.detail;
  for (auto call = finding.calls.rbegin(); call != finding.calls.rend(); ++call) {
    if (call->result == "CKR_OK") continue;
    if (!text.empty()) text += "; ";
    return text + call->call + (call->with.empty() ? "" : " (" + call->with + ")") + " answered " +
           call->result;
  }
  return text;
}

std::string inWords(const Part& part, const Finding* finding) {
  const Outcome outcome = finding == nullptr ? Outcome::kNotTried : finding->outcome;
  std::string text = std::string(part.title) + ": ";
  text += toString(outcome);
  if (outcome == Outcome::kNotTried)
    return text + (finding == nullptr ? "" : ": " + finding->detail);
  const std::string why = lastFailure(*finding);
  return why.empty() ? text : text + " (" + why + ")";
}

/// The mechanisms that the module does not list, or not for what we need: the service refuses such
/// a token even where they would work.
void addUnlisted(std::vector<std::string>& lacking, const Examination& examination, bool wraps) {
  for (const MechanismReport& mechanism : examination.mechanisms) {
    const bool wrapping =
        mechanism.name == "CKM_AES_KEY_WRAP" || mechanism.name == "CKM_AES_CBC_PAD";
    const bool needed = mechanism.name == "CKM_AES_KEY_GEN" ||
                        mechanism.name == "CKM_GENERIC_SECRET_KEY_GEN" ||
                        mechanism.name == "CKM_SHA256_HMAC";
    if (!needed && !(wrapping && !wraps)) continue;
    const auto has = [&mechanism](std::string_view flag) {
      return std::ranges::find(mechanism.flags, flag) != mechanism.flags.end();
    };
    if (!mechanism.listed) {
      lacking.push_back(mechanism.name + ": not among the module's mechanisms");
    } else if (wrapping && !(has("CKF_WRAP") && has("CKF_UNWRAP"))) {
      lacking.push_back(mechanism.name + ": there, but not to wrap and unwrap");
    }
  }
}

bool works(const Examination& examination, std::string_view id) {
  const Finding* finding = examination.find(id);
  return finding != nullptr && finding->outcome == Outcome::kWorks;
}

std::string_view titleOf(std::string_view id) {
  return rowOf(kParts, id)->title;
}

std::vector<const Finding*> allowedAttacks(const Examination& examination, PartKind kind) {
  std::vector<const Finding*> allowed;
  for (const Part& part : kParts) {
    const Finding* finding = part.kind == kind ? examination.find(part.id) : nullptr;
    if (finding != nullptr && finding->outcome == Outcome::kAllowed) allowed.push_back(finding);
  }
  return allowed;
}

}  // namespace

std::string_view toString(Outcome outcome) {
  switch (outcome) {
    case Outcome::kNotTried:
      return "not tried";
    case Outcome::kWorks:
      return "works";
    case Outcome::kRefused:
      return "refused";
    case Outcome::kWrong:
      return "wrong";
    case Outcome::kAllowed:
      return "allowed";
    case Outcome::kCrashed:
      return "crashed";
    case Outcome::kHung:
      return "hung";
  }
  return "unknown";
}

std::string_view toString(Verdict verdict) {
  switch (verdict) {
    case Verdict::kFit:
      return "fit";
    case Verdict::kFitWithAlternative:
      return "fit with alternative";
    case Verdict::kUnsafe:
      return "unsafe";
    case Verdict::kUnfit:
      return "not fit";
  }
  return "unknown";
}

std::span<const Part> parts() {
  return kParts;
}

std::span<const Behaviour> behaviours() {
  return kBehaviours;
}

bool isQuirk(const Observation& observation) {
  const auto row = rowOf(kBehaviours, observation.id);
  return row != kBehaviours.end() && !row->expected.empty() && row->expected != observation.seen;
}

const Finding* Examination::find(std::string_view id) const {
  const auto finding = rowOf(findings, id);
  return finding == findings.end() ? nullptr : &*finding;
}

std::string_view Examination::seen(std::string_view behaviour) const {
  const auto row = rowOf(observations, behaviour);
  return row == observations.end() ? std::string_view() : row->seen;
}

std::vector<std::string> missing(const Examination& examination) {
  std::vector<std::string> lacking;
  std::vector<std::string> wrappings;
  bool wraps = false;
  for (const Part& part : kParts) {
    if (part.kind != kNeeded && part.kind != kWrapping) continue;
    if (part.kind == kWrapping) wraps = wraps || works(examination, part.id);
    if (works(examination, part.id)) continue;
    std::vector<std::string>& list = part.kind == kNeeded ? lacking : wrappings;
    list.push_back(inWords(part, examination.find(part.id)));
  }
  addUnlisted(lacking, examination, wraps);
  if (!wraps) lacking.insert(lacking.end(), wrappings.begin(), wrappings.end());
  return lacking;
}

std::vector<const Finding*> graveAttacks(const Examination& examination) {
  return allowedAttacks(examination, kAttack);
}

std::vector<Danger> dangersOf(const Examination& examination) {
  std::vector<Danger> dangers;
  for (const Finding* attack : allowedAttacks(examination, kAttack)) {
    dangers.push_back(
        {"the module lets one " + std::string(titleOf(attack->id)) + ": " + attack->detail,
         "Whoever has the PIN gets at what the CMKs protect. Use another module, or "
         "another mode of this one.",
         true});
  }
  for (const Finding* attack : allowedAttacks(examination, kNuisance)) {
    dangers.push_back(
        {"the module lets one " + std::string(titleOf(attack->id)) + ": " + attack->detail,
         "Keep the PIN to the service alone, and look at the token's keys now and "
         "then: strongroom token objects.",
         false});
  }
  if (works(examination, "wrap-aes-key-wrap") &&
      examination.seen("tampered-wrapped-key") == "CKR_OK") {
    dangers.push_back({"a tampered wrapped key is unwrapped as if it were whole",
                       "Report it to the module's maker: AES key wrap authenticates what it wraps.",
                       true});
  }
  if (examination.leftBehind > 0) {
    dangers.push_back({std::to_string(examination.leftBehind) +
                           " objects of this examination could not be destroyed",
                       "Destroy what is named 'strongroom/doctor/...' by the module's own tool.",
                       false});
  }
  dangers.insert(dangers.end(), examination.dangers.begin(), examination.dangers.end());
  std::ranges::stable_partition(dangers, [](const Danger& danger) { return danger.grave; });
  return dangers;
}

Verdict verdictOf(const Examination& examination) {
  if (!missing(examination).empty()) return Verdict::kUnfit;
  if (!graveAttacks(examination).empty()) return Verdict::kUnsafe;
  return works(examination, "wrap-aes-key-wrap") ? Verdict::kFit : Verdict::kFitWithAlternative;
}

}  // namespace strongroom::hsm
