#include <algorithm>

#include "hsm/pkcs11/examination/exercises.h"

namespace strongroom::hsm::pkcs11::examination {
namespace {

/// A CMK and a data key that it wrapped.
struct Trial {
  ThrowAway cmk;
  SecretBytes value;
  Bytes wrapped;
};

/// nullopt, and the step concluded, when it does not come so far.
std::optional<Trial> begin(Examiner& examiner, Step& step, Session& session, std::size_t way,
                           std::size_t bytes) {
  auto cmk = examiner.makeCmk(step, session, examiner.way(way).type);
  if (!cmk) return step.notTried("no CMK to wrap with"), std::nullopt;
  const auto key = examiner.makeDataKey(step, session, bytes);
  auto value = key ? examiner.readValue(step, session, key->handle()) : std::nullopt;
  if (!value) return step.notTried("no data key to wrap"), std::nullopt;
  auto wrapped = examiner.wrap(step, session, way, cmk->handle(), key->handle());
  if (!wrapped) return step.refused(), std::nullopt;
  return Trial{std::move(*cmk), std::move(*value), std::move(*wrapped)};
}

/// Unwraps with the templates that the service tries, until one gives a key that can be read.
std::optional<UnwrapTemplate> unwrapReadably(Examiner& examiner, Step& step, Session& session,
                                             std::size_t way, const Trial& trial) {
  for (const UnwrapTemplate& chosen : unwrapTemplates()) {
    const auto key = examiner.unwrap(step, session, way, trial.cmk.handle(), trial.wrapped,
                                     unwrappedKeyTemplate(chosen, trial.value.size()));
    const auto value = key ? examiner.readValue(step, session, key->handle()) : std::nullopt;
    if (!value) continue;
    if (*value == trial.value) return chosen;
    step.wrong("a key of " + std::to_string(trial.value.size()) + " bytes came back as " +
               std::to_string(value->size()) + " others");
    return std::nullopt;
  }
  step.refused("no template gives a key that can be read");
  return std::nullopt;
}

/// What CKM_AES_KEY_WRAP_PAD means differs from module to module; the lengths tell.
std::string meaningOfPad(std::size_t bytes, std::size_t wrapped, bool lengthLost) {
  if (wrapped == bytes + 8) return lengthLost ? "RFC 5649, length lost" : "RFC 5649";
  return wrapped == bytes + 16 ? "PKCS#7 padding" : std::to_string(wrapped) + " bytes for 32";
}

void tryWrapping(Examiner& examiner, Step& step, std::size_t way) {
  Session session = examiner.open();
  auto trial = begin(examiner, step, session, way, 32);
  if (!trial) return;
  const auto chosen = unwrapReadably(examiner, step, session, way, *trial);
  if (!chosen) return;
  const std::string how = "C_UnwrapKey with " + inWords(*chosen);

  // A length that is no AES key's. Only a padded form need take one that is no multiple of 8.
  const bool padded = way != kKeyWrap;
  Step aside(step.report(), step.finding().id);
  const auto other = begin(examiner, aside, session, way, padded ? 20 : 40);
  const bool otherWorks =
      other && unwrapReadably(examiner, aside, session, way, *other).has_value();
  if (way == kKeyWrapPad) {
    step.report().observation(
        "key-wrap-pad", meaningOfPad(trial->value.size(), trial->wrapped.size(), !otherWorks));
  }
  const bool isOurs = way == kKeyWrap || way == kCbcPad;
  if (!otherWorks && isOurs) {
    return step.wrong(
        "a data key of " + std::to_string(padded ? 20 : 40) + " bytes: " +
        (aside.finding().detail.empty() ? answersOf(aside.finding()) : aside.finding().detail));
  }
  examiner.learned().wrapping[way] = {.works = true, .chosen = *chosen};
  step.works(otherWorks ? how : how + "; not for a key of 20 bytes");
}

void observeTampering(Examiner& examiner, Step& step, Session& session, std::size_t way,
                      const Trial& trial) {
  const UnwrapTemplate chosen = examiner.learned().wrapping[way].chosen;
  const auto answer = [&](const Bytes& wrapped) {
    const auto key = examiner.unwrap(step, session, way, trial.cmk.handle(), wrapped,
                                     unwrappedKeyTemplate(chosen, trial.value.size()));
    return step.finding().calls.back().result;
  };
  Bytes tampered = trial.wrapped;
  tampered.front() ^= std::byte{1};
  step.report().observation("tampered-wrapped-key", answer(tampered));
  Bytes shortened = trial.wrapped;
  shortened.pop_back();
  step.report().observation("short-wrapped-key", answer(shortened));
}

void observeLengths(Examiner& examiner, Step& step, std::size_t way, const Trial& trial) {
  // Two sessions: an operation that a module leaves open must not disturb the second question.
  for (const bool ask : {true, false}) {
    Session session = examiner.open();
    const auto key = examiner.makeDataKey(step, session, trial.value.size());
    if (!key) return;
    std::array<std::byte, 16> zeros{};
    CK_MECHANISM mechanism{examiner.way(way).type, nullptr, 0};
    if (examiner.way(way).parameterBytes > 0) {
      mechanism = {examiner.way(way).type, zeros.data(), examiner.way(way).parameterBytes};
    }
    // Room for all of it, although the module is told of 8 bytes: one that writes more must not
    // take us with it.
    std::array<CK_BYTE, 512> room{};
    CK_ULONG length = ask ? 0 : 8;
    const CK_RV value =
        step.call(session, kWrapKey, ask ? "for the length" : "into 8 bytes", &mechanism,
                  trial.cmk.handle(), key->handle(), ask ? nullptr : room.data(), &length);
    if (!ask) {
      step.report().observation("short-buffer", nameOfReturnValue(value));
    } else if (value != CKR_OK) {
      step.report().observation("wrapped-length", nameOfReturnValue(value));
    } else {
      step.report().observation("wrapped-length", length == trial.wrapped.size()
                                                      ? "right"
                                                      : std::to_string(length) + " for " +
                                                            std::to_string(trial.wrapped.size()));
    }
  }
}

/// Whether a CMK made for one mechanism wraps by another.
void observeAllowedMechanisms(Examiner& examiner, Step& step, Session& session) {
  if (!examiner.learned().allowedMechanisms) return;
  const auto& wrapping = examiner.learned().wrapping;
  for (std::size_t way = 0; way < wrapping.size(); ++way) {
    if (!wrapping[way].works) continue;
    const auto other = examiner.way(way == kKeyWrap ? kCbcPad : kKeyWrap).type;
    const auto cmk = examiner.makeCmk(step, session, other);
    const auto key = examiner.makeDataKey(step, session, 32);
    if (!cmk || !key) return;
    const bool wraps = examiner.wrap(step, session, way, cmk->handle(), key->handle()).has_value();
    step.report().observation("allowed-mechanisms", wraps ? "ignored" : "enforced");
    return;
  }
}

void observeWeakerUnwrap(Examiner& examiner, Step& step, Session& session, std::size_t way) {
  const auto cmk = examiner.makeCmk(step, session, examiner.way(way).type);
  const auto key = examiner.makeDataKey(step, session, 32, Plaintext::kWithhold);
  if (!cmk || !key) return;
  const auto wrapped = examiner.wrap(step, session, way, cmk->handle(), key->handle());
  if (!wrapped) return;
  const auto again =
      examiner.unwrap(step, session, way, cmk->handle(), *wrapped,
                      unwrappedKeyTemplate(examiner.learned().wrapping[way].chosen, 32));
  const bool readable = again && examiner.readValue(step, session, again->handle()).has_value();
  step.report().observation("unwrap-weaker", readable ? "readable" : "not readable");
}

void observeDefaultExtractable(Examiner& examiner, Step& step, Session& session) {
  Template attributes;
  attributes.ulong(CKA_VALUE_LEN, 32).boolean(CKA_TOKEN, false);
  CK_MECHANISM generation{CKM_AES_KEY_GEN, nullptr, 0};
  CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
  if (step.call(session, kGenerateKey, "CKM_AES_KEY_GEN, by default", &generation,
                attributes.data(), attributes.size(), &key) != CKR_OK) {
    return;
  }
  const ThrowAway made(examiner, key);
  const auto flag = examiner.readBoolean(step, session, key, CKA_EXTRACTABLE);
  if (flag) step.report().observation("default-extractable", *flag ? "true" : "false");
}

void observeMechanismInfo(Examiner& examiner, Step& step) {
  // CKM_AES_CBC_PAD is where SoftHSM shows it; one flag that no key wrap has is enough to see it.
  for (const CK_MECHANISM_TYPE type : {CKM_AES_CBC_PAD, CKM_AES_KEY_WRAP, CKM_SHA256_HMAC}) {
    CK_MECHANISM_INFO clean{};
    CK_MECHANISM_INFO dirty{.ulMinKeySize = 0, .ulMaxKeySize = 0, .flags = CKF_EC_NAMEDCURVE};
    Module& module = examiner.module();
    if (module.call(kGetMechanismInfo, examiner.token().slot, type, &clean) != CKR_OK) continue;
    if (module.call(kGetMechanismInfo, examiner.token().slot, type, &dirty) != CKR_OK) continue;
    if (clean.flags == dirty.flags) continue;
    return step.report().observation("mechanism-info", "over what is in memory");
  }
  step.report().observation("mechanism-info", "clean");
}

std::string sessionLimit(const CK_TOKEN_INFO& info) {
  if (info.ulMaxRwSessionCount == CK_UNAVAILABLE_INFORMATION) return "not told";
  // Some say so by the standard's 0, some by a number that nothing could reach.
  constexpr CK_ULONG kBeyondReach = 1UL << 31;
  return info.ulMaxRwSessionCount == CK_EFFECTIVELY_INFINITE ||
                 info.ulMaxRwSessionCount >= kBeyondReach
             ? "no limit"
             : std::to_string(info.ulMaxRwSessionCount);
}

void observeTheRest(Examiner& examiner, Step& step) {
  Session session = examiner.open();
  step.report().observation("session-limit", sessionLimit(examiner.token().info));
  observeMechanismInfo(examiner, step);
  observeDefaultExtractable(examiner, step, session);
  if (const auto way = examiner.learned().bestWay()) {
    step.report().observation("unwrap-template", inWords(examiner.learned().wrapping[*way].chosen));
    observeAllowedMechanisms(examiner, step, session);
    observeWeakerUnwrap(examiner, step, session, *way);
    Step aside(step.report(), step.finding().id);
    if (const auto trial = begin(examiner, aside, session, *way, 32)) {
      observeTampering(examiner, step, session, *way, *trial);
      observeLengths(examiner, step, *way, *trial);
    }
  }
  step.works();
}

constexpr std::array kWrapping = std::to_array<Exercise>({
    {"wrap-aes-key-wrap",
     [](Examiner& examiner, Step& step) { tryWrapping(examiner, step, kKeyWrap); }},
    {"wrap-aes-cbc-pad",
     [](Examiner& examiner, Step& step) { tryWrapping(examiner, step, kCbcPad); }},
    {"wrap-aes-key-wrap-pad",
     [](Examiner& examiner, Step& step) { tryWrapping(examiner, step, kKeyWrapPad); }},
    {"wrap-aes-key-wrap-kwp",
     [](Examiner& examiner, Step& step) { tryWrapping(examiner, step, kKeyWrapKwp); }},
    {"behaviour", observeTheRest},
});

}  // namespace

std::span<const Exercise> wrappingExercises() {
  return kWrapping;
}

}  // namespace strongroom::hsm::pkcs11::examination
