#include "hsm/pkcs11/examination/exercises.h"

// Attacks that use a CMK as it is: to get its value out, to have it do what it is not for, and to
// put a key in its place whose value is known.

namespace strongroom::hsm::pkcs11::examination {
namespace {

/// Whether two keys are the same: then they wrap alike. Nothing of either leaves the token.
bool wrapAlike(Examiner& examiner, Step& step, Session& session, std::size_t way,
               CK_OBJECT_HANDLE one, CK_OBJECT_HANDLE other) {
  const auto key = examiner.makeDataKey(step, session, 32);
  if (!key) return false;
  const auto first = examiner.wrap(step, session, way, one, key->handle());
  const auto second = examiner.wrap(step, session, way, other, key->handle());
  return first && first == second;
}

/// A readable AES key that wraps: what an attacker makes of a wrapped CMK.
Template stolenKeyTemplate(const UnwrapTemplate& chosen) {
  Template attributes;
  attributes.ulong(CKA_CLASS, CKO_SECRET_KEY)
      .ulong(CKA_KEY_TYPE, CKK_AES)
      .boolean(CKA_TOKEN, false)
      .boolean(CKA_WRAP, true);
  if (chosen.notSensitive) attributes.boolean(CKA_SENSITIVE, false);
  if (chosen.extractable) attributes.boolean(CKA_EXTRACTABLE, true);
  if (chosen.length) attributes.ulong(CKA_VALUE_LEN, 32);
  return attributes;
}

/// By every way that works for data keys: a module may guard one and forget another.
void tryWrappingTheCmk(Examiner& examiner, Step& step) {
  const auto& wrapping = examiner.learned().wrapping;
  for (std::size_t way = 0; way < wrapping.size(); ++way) {
    if (!wrapping[way].works) continue;
    Session session = examiner.open();
    const auto cmk = examiner.makeCmk(step, session, examiner.way(way).type);
    const auto own = examiner.makeAttackersKey(step, session);
    if (!cmk || !own) return step.notTried("no CMK to attack, or no key to attack it with");
    const auto wrapped = examiner.wrap(step, session, way, own->handle(), cmk->handle());
    if (!wrapped) continue;
    std::string detail = "wrapped by " + nameOfMechanism(examiner.way(way).type);
    const auto stolen = examiner.unwrap(step, session, way, own->handle(), *wrapped,
                                        stolenKeyTemplate(wrapping[way].chosen));
    if (stolen && examiner.readValue(step, session, stolen->handle())) {
      detail += ", unwrapped again and its value read";
      if (wrapAlike(examiner, step, session, way, cmk->handle(), stolen->handle())) {
        detail += "; it is the CMK";
      }
    }
    return step.allowed(detail);
  }
  if (!examiner.learned().bestWay()) return step.notTried("no way to wrap works");
  step.refused();
}

/// A mechanism with the parameter that it wants.
class Parameters {
 public:
  CK_MECHANISM forCipher(CK_MECHANISM_TYPE type) {
    switch (type) {
      case CKM_AES_CBC:
      case CKM_AES_CBC_PAD:
        return {type, block_.data(), block_.size()};
      case CKM_AES_GCM:
        gcm_ = {.iv_ptr = block_.data(),
                .iv_len = 12,
                .iv_bits = 96,
                .aad_ptr = nullptr,
                .aad_len = 0,
                .tag_bits = 128};
        return {type, &gcm_, sizeof gcm_};
      default:
        return {type, nullptr, 0};
    }
  }
  CK_MECHANISM forDerivation(CK_MECHANISM_TYPE type) {
    if (type == CKM_AES_CBC_ENCRYPT_DATA) {
      cbc_.pData = data_.data();
      cbc_.length = data_.size();
      return {type, &cbc_, sizeof cbc_};
    }
    text_.pData = data_.data();
    text_.ulLen = data_.size();
    return {type, &text_, sizeof text_};
  }

 private:
  // An IV of zeros will not do: a module may take it for "make one yourself".
  std::array<CK_BYTE, 16> block_{1};
  std::array<CK_BYTE, 32> data_{2};
  CK_GCM_PARAMS gcm_{};
  CK_AES_CBC_ENCRYPT_DATA_PARAMS cbc_{};
  CK_KEY_DERIVATION_STRING_DATA text_{};
};

constexpr std::array<CK_MECHANISM_TYPE, 5> kCiphers{CKM_AES_ECB, CKM_AES_CBC, CKM_AES_CBC_PAD,
                                                    CKM_AES_GCM, CKM_AES_KEY_WRAP};

/// Runs one operation of two calls with the CMK by each mechanism; a session each, since the first
/// call may leave the operation open. The first mechanism by which it works is the verdict.
template <class Init, class Finish>
void tryUsing(Examiner& examiner, Step& step, std::span<const CK_MECHANISM_TYPE> mechanisms,
              const Function<Init>& init, const Function<Finish>& finish, std::size_t inputBytes) {
  const Bytes input(inputBytes, std::byte{7});
  for (const CK_MECHANISM_TYPE type : mechanisms) {
    Session session = examiner.open();
    const auto cmk = examiner.makeCmk(step, session);
    if (!cmk) return step.notTried("no CMK to attack");
    Parameters parameters;
    CK_MECHANISM mechanism = parameters.forCipher(type);
    const std::string name = nameOfMechanism(type);
    if (step.call(session, init, name, &mechanism, cmk->handle()) != CKR_OK) continue;
    std::array<CK_BYTE, 256> output{};
    CK_ULONG length = output.size();
    if (step.call(session, finish, name, readOnly(input), static_cast<CK_ULONG>(input.size()),
                  output.data(), &length) == CKR_OK) {
      return step.allowed("by " + name);
    }
  }
  step.refused();
}

void tryEncrypting(Examiner& examiner, Step& step) {
  tryUsing(examiner, step, kCiphers, kEncryptInit, kEncrypt, 32);
}

/// Of the ciphers only those without authentication can succeed with what we hand them; a
/// C_DecryptInit that is let through shows in the record of the others.
void tryDecrypting(Examiner& examiner, Step& step) {
  tryUsing(examiner, step, kCiphers, kDecryptInit, kDecrypt, 32);
  for (const CallRecord& record : step.finding().calls) {
    if (record.call == "C_DecryptInit" && record.result == "CKR_OK") {
      return step.allowed("C_DecryptInit by " + record.with + " takes the CMK");
    }
  }
}

void trySigning(Examiner& examiner, Step& step) {
  constexpr std::array<CK_MECHANISM_TYPE, 2> kMacs{CKM_AES_CMAC, CKM_SHA256_HMAC};
  tryUsing(examiner, step, kMacs, kSignInit, kSign, 32);
}

void tryDeriving(Examiner& examiner, Step& step) {
  for (const CK_MECHANISM_TYPE type : {CKM_AES_ECB_ENCRYPT_DATA, CKM_AES_CBC_ENCRYPT_DATA}) {
    Session session = examiner.open();
    const auto cmk = examiner.makeCmk(step, session);
    if (!cmk) return step.notTried("no CMK to attack");
    Parameters parameters;
    CK_MECHANISM mechanism = parameters.forDerivation(type);
    Template attributes;
    attributes.ulong(CKA_CLASS, CKO_SECRET_KEY)
        .ulong(CKA_KEY_TYPE, CKK_GENERIC_SECRET)
        .boolean(CKA_TOKEN, false)
        .boolean(CKA_SENSITIVE, false)
        .boolean(CKA_EXTRACTABLE, true)
        .ulong(CKA_VALUE_LEN, 32);
    CK_OBJECT_HANDLE derived = CK_INVALID_HANDLE;
    const std::string name = nameOfMechanism(type);
    if (step.call(session, kDeriveKey, name, &mechanism, cmk->handle(), attributes.data(),
                  attributes.size(), &derived) == CKR_OK) {
      const ThrowAway made(examiner, derived);
      return step.allowed("by " + name);
    }
  }
  step.refused();
}

/// The template of a CMK without one attribute: without its length where the value gives that,
/// without another where a module does not take it.
/// In the session: SoftHSM leaves a nameless object behind for each unwrap that it refuses.
Template plantedTemplate(Examiner& examiner, CK_ATTRIBUTE_TYPE without) {
  Template attributes;
  for (const Promise& promise : cmkPromises()) {
    if (promise.when != Promise::When::kAsked || promise.type == CKA_VALUE_LEN) continue;
    if (promise.type == without) continue;
    promise.kind == Promise::Kind::kBoolean
        ? attributes.boolean(promise.type, promise.value == CK_TRUE && promise.type != CKA_TOKEN)
        : attributes.ulong(promise.type, promise.value);
  }
  examiner.addName(attributes);
  return attributes;
}

/// Whether what we check after making a CMK would tell a planted key from one.
void judgePlanted(Examiner& examiner, Step& step, Session& session, CK_OBJECT_HANDLE key) {
  std::vector<std::string> broken = examiner.brokenPromises(step, session, key, cmkPromises());
  std::erase(broken, "CKA_TOKEN=false");  // planted in the session, where it harms nobody
  // On a module where no key reads as local, this one tells nothing.
  if (!examiner.learned().local) std::erase(broken, "CKA_LOCAL=false");
  if (broken.empty()) return step.allowed("every attribute reads as if made in the token");
  std::string told;
  for (const std::string& attribute : broken) told += (told.empty() ? "" : ", ") + attribute;
  step.refused("taken in, and told from a CMK by " + told);
}

void tryPlanting(Examiner& examiner, Step& step) {
  Session session = examiner.open();
  const std::array<std::byte, 32> known{std::byte{1}};
  Template attributes = plantedTemplate(examiner, CKA_VALUE_LEN);
  attributes.bytes(CKA_VALUE, known);
  CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
  if (step.call(session, kCreateObject, "a CMK's template and a value", attributes.data(),
                attributes.size(), &key) != CKR_OK) {
    return step.refused();
  }
  const ThrowAway planted(examiner, key);
  judgePlanted(examiner, step, session, key);
}

void tryPlantingByUnwrap(Examiner& examiner, Step& step) {
  const auto way = examiner.learned().bestWay();
  if (!way) return step.notTried("no way to wrap works");
  Session session = examiner.open();
  const auto own = examiner.makeAttackersKey(step, session);
  const auto known = examiner.makeDataKey(step, session, 32);
  if (!own || !known) return step.notTried("no key to plant");
  const auto wrapped = examiner.wrap(step, session, *way, own->handle(), known->handle());
  if (!wrapped) return step.notTried("no key to plant");
  // What a module does not take is left out: the default may be just as good.
  for (const Promise& promise : cmkPromises()) {
    if (promise.when != Promise::When::kAsked) continue;
    const auto planted = examiner.unwrap(step, session, *way, own->handle(), *wrapped,
                                         plantedTemplate(examiner, promise.type));
    if (planted) return judgePlanted(examiner, step, session, planted->handle());
  }
  step.refused();
}

constexpr std::array kAttacks = std::to_array<Exercise>({
    {"attack-wrap", tryWrappingTheCmk},
    {"attack-encrypt", tryEncrypting},
    {"attack-decrypt", tryDecrypting},
    {"attack-derive", tryDeriving},
    {"attack-sign", trySigning},
    {"attack-plant", tryPlanting},
    {"attack-plant-unwrapped", tryPlantingByUnwrap},
});

}  // namespace

std::span<const Exercise> useAttacks() {
  return kAttacks;
}

}  // namespace strongroom::hsm::pkcs11::examination
