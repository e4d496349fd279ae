#include "hsm/pkcs11/examination/exercises.h"

// Attacks that make a CMK weaker than it was made: by changing its attributes, and by copying it
// with others.

namespace strongroom::hsm::pkcs11::examination {
namespace {

/// A boolean attribute that an attacker wants to have another value.
struct Weakening {
  CK_ATTRIBUTE_TYPE type;
  std::string_view name;
  bool value;

  std::string inWords() const { return std::string(name) + (value ? "=true" : "=false"); }
};

constexpr Weakening kToDecrypt{CKA_DECRYPT, "CKA_DECRYPT", true};
constexpr Weakening kToEncrypt{CKA_ENCRYPT, "CKA_ENCRYPT", true};
constexpr Weakening kToDerive{CKA_DERIVE, "CKA_DERIVE", true};
constexpr Weakening kExtractable{CKA_EXTRACTABLE, "CKA_EXTRACTABLE", true};
constexpr Weakening kNotSensitive{CKA_SENSITIVE, "CKA_SENSITIVE", false};
constexpr Weakening kModifiable{CKA_MODIFIABLE, "CKA_MODIFIABLE", true};

/// Sets an attribute, and looks whether it changed: some modules answer CKR_OK and do nothing.
enum class Setting { kRefused, kIgnored, kDone };

Setting set(Examiner& examiner, Step& step, Session& session, CK_OBJECT_HANDLE key,
            const Weakening& weakening) {
  Template change;
  change.boolean(weakening.type, weakening.value);
  if (step.call(session, kSetAttributeValue, weakening.inWords(), key, change.data(),
                change.size()) != CKR_OK) {
    return Setting::kRefused;
  }
  const auto now = examiner.readBoolean(step, session, key, weakening.type);
  return now == weakening.value ? Setting::kDone : Setting::kIgnored;
}

/// Decrypts by AES key wrap with `key` what `key` wrapped; whether the data key came out.
bool decryptsWhatItWrapped(Examiner& examiner, Step& step, Session& session, CK_OBJECT_HANDLE key) {
  const auto way = examiner.learned().bestWay();
  const auto dataKey = examiner.makeDataKey(step, session, 32);
  if (!way || !dataKey) return false;
  const auto value = examiner.readValue(step, session, dataKey->handle());
  const auto wrapped = examiner.wrap(step, session, *way, key, dataKey->handle());
  if (!value || !wrapped) return false;
  std::array<std::byte, 16> zeros{};
  CK_MECHANISM mechanism{examiner.way(*way).type, nullptr, 0};
  if (examiner.way(*way).parameterBytes > 0)
    mechanism = {examiner.way(*way).type, zeros.data(), 16};
  SecretBytes plain(std::size_t{128});
  CK_ULONG length = plain.size();
  if (step.call(session, kDecryptInit, nameOfMechanism(mechanism.mechanism), &mechanism, key) !=
          CKR_OK ||
      step.call(session, kDecrypt, "", readOnly(*wrapped), static_cast<CK_ULONG>(wrapped->size()),
                writable(plain.exposeWritable()), &length) != CKR_OK ||
      length != value->size()) {
    return false;
  }
  plain.truncate(length);
  return plain == *value;
}

void trySetting(Examiner& examiner, Step& step, const Weakening& weakening) {
  Session session = examiner.open();
  const auto cmk = examiner.makeCmk(step, session);
  if (!cmk) return step.notTried("no CMK to attack");
  switch (set(examiner, step, session, cmk->handle(), weakening)) {
    case Setting::kRefused:
      return step.refused();
    case Setting::kIgnored:
      return step.refused("answered CKR_OK and changed nothing");
    case Setting::kDone:
      break;
  }
  std::string detail = "the CMK has " + weakening.inWords() + " now";
  if (weakening.type == CKA_DECRYPT &&
      decryptsWhatItWrapped(examiner, step, session, cmk->handle())) {
    detail += ", and decrypted what it had wrapped";
  }
  step.allowed(detail);
}

void tryRenaming(Examiner& examiner, Step& step) {
  Session session = examiner.open();
  const auto cmk = examiner.makeCmk(step, session);
  if (!cmk) return step.notTried("no CMK to attack");
  Template change;
  change.text(CKA_ID, "strongroom/doctor/renamed");
  const CK_RV value =
      step.call(session, kSetAttributeValue, "CKA_ID", cmk->handle(), change.data(), change.size());
  if (value != CKR_OK) return step.refused();
  step.allowed("the CMK answers to another id now");
}

/// A copy of the CMK with one attribute changed, in the session: SoftHSM leaves a nameless object
/// behind for each copy that it refuses, and there it goes with the session.
std::optional<ThrowAway> copy(Examiner& examiner, Step& step, Session& session,
                              CK_OBJECT_HANDLE cmk, const Weakening& weakening) {
  Template change;
  change.boolean(CKA_TOKEN, false).boolean(weakening.type, weakening.value);
  CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
  if (step.call(session, kCopyObject, weakening.inWords(), cmk, change.data(), change.size(),
                &made) != CKR_OK) {
    return std::nullopt;
  }
  return ThrowAway(examiner, made);
}

void tryCopying(Examiner& examiner, Step& step, const Weakening& weakening) {
  Session session = examiner.open();
  const auto cmk = examiner.makeCmk(step, session);
  if (!cmk) return step.notTried("no CMK to attack");
  const auto made = copy(examiner, step, session, cmk->handle(), weakening);
  if (!made) return step.refused();
  if (examiner.readBoolean(step, session, made->handle(), weakening.type) != weakening.value) {
    return step.refused("copied, and the copy is as strong as the CMK");
  }
  // A copy that may be changed is no gain until it is changed.
  if (weakening.type == CKA_MODIFIABLE &&
      set(examiner, step, session, made->handle(), kToDecrypt) != Setting::kDone) {
    return step.refused("copied with CKA_MODIFIABLE=true, and CKA_DECRYPT was refused to the copy");
  }
  std::string detail = "a copy has " + weakening.inWords();
  if (decryptsWhatItWrapped(examiner, step, session, made->handle())) {
    detail += ", and decrypted what the CMK had wrapped";
  }
  step.allowed(detail);
}

void tryReading(Examiner& examiner, Step& step) {
  Session session = examiner.open();
  const auto cmk = examiner.makeCmk(step, session);
  if (!cmk) return step.notTried("no CMK to attack");
  const auto value = examiner.readValue(step, session, cmk->handle());
  if (!value || value->empty()) return step.refused();
  step.allowed("C_GetAttributeValue gave " + std::to_string(value->size()) +
               " bytes as the value of the CMK");
}

template <const Weakening& kWeakening>
void setting(Examiner& examiner, Step& step) {
  trySetting(examiner, step, kWeakening);
}

template <const Weakening& kWeakening>
void copying(Examiner& examiner, Step& step) {
  tryCopying(examiner, step, kWeakening);
}

constexpr std::array kAttacks = std::to_array<Exercise>({
    {"attack-read", tryReading},
    {"attack-set-decrypt", setting<kToDecrypt>},
    {"attack-set-encrypt", setting<kToEncrypt>},
    {"attack-set-derive", setting<kToDerive>},
    {"attack-set-extractable", setting<kExtractable>},
    {"attack-set-not-sensitive", setting<kNotSensitive>},
    {"attack-set-modifiable", setting<kModifiable>},
    {"attack-set-id", tryRenaming},
    {"attack-copy-decrypt", copying<kToDecrypt>},
    {"attack-copy-extractable", copying<kExtractable>},
    {"attack-copy-not-sensitive", copying<kNotSensitive>},
    {"attack-copy-modifiable", copying<kModifiable>},
});

}  // namespace

std::span<const Exercise> attributeAttacks() {
  return kAttacks;
}

}  // namespace strongroom::hsm::pkcs11::examination
