#include <algorithm>

#include "hsm/pkcs11/examination/exercises.h"

namespace strongroom::hsm::pkcs11::examination {
namespace {

constexpr std::size_t kSessions = 8;

std::string joined(const std::vector<std::string>& texts) {
  std::string text;
  for (const std::string& next : texts) text += (text.empty() ? "" : ", ") + next;
  return text;
}

void tryRandom(Examiner& examiner, Step& step) {
  Session session = examiner.open();
  std::array<std::array<std::byte, 32>, 2> draws{};
  for (auto& draw : draws) {
    const CK_RV value =
        step.call(session, kGenerateRandom, "", writable(draw), static_cast<CK_ULONG>(draw.size()));
    if (value != CKR_OK) return step.refused();
  }
  if (draws[0] == draws[1]) return step.wrong("two draws of 32 bytes are equal");
  step.works();
}

void tryDataKeyOf(Examiner& examiner, Step& step, std::size_t bytes) {
  Session session = examiner.open();
  const auto key = examiner.makeDataKey(step, session, bytes);
  if (!key) return step.refused();
  const auto value = examiner.readValue(step, session, key->handle());
  if (!value) return step.refused("made, but its value cannot be read");
  if (value->size() != bytes) {
    return step.wrong("its value has " + std::to_string(value->size()) + " bytes in place of " +
                      std::to_string(bytes));
  }
  step.works();
}

void tryWithheldDataKey(Examiner& examiner, Step& step) {
  Session session = examiner.open();
  const auto key = examiner.makeDataKey(step, session, 32, Plaintext::kWithhold);
  if (!key) return step.refused();
  if (examiner.readValue(step, session, key->handle())) {
    return step.wrong("the value of a sensitive key can be read");
  }
  step.works();
}

/// Which single attribute of a refused template is the one that the token does not take.
std::string culprits(Examiner& examiner, Step& step, std::span<const Promise> promises,
                     CK_MECHANISM_TYPE type) {
  Session session = examiner.open();
  std::vector<std::string> names;
  for (const Promise& suspect : promises) {
    if (suspect.when != Promise::When::kAsked) continue;
    Template attributes;
    for (const Promise& promise : promises) {
      if (promise.when != Promise::When::kAsked || promise.type == suspect.type) continue;
      promise.kind == Promise::Kind::kBoolean
          ? attributes.boolean(promise.type, promise.value == CK_TRUE)
          : attributes.ulong(promise.type, promise.value);
    }
    examiner.addName(attributes);
    CK_MECHANISM generation{type, nullptr, 0};
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    const CK_RV value = step.callQuietly(session, kGenerateKey, &generation, attributes.data(),
                                         attributes.size(), &key);
    if (value != CKR_OK) continue;
    const ThrowAway made(examiner, key);
    names.emplace_back(suspect.name);
  }
  return names.empty() ? "" : "taken when one of these is left out: " + joined(names);
}

/// Makes a key of ours with CKA_ALLOWED_MECHANISMS, else without.
std::optional<ThrowAway> makePromised(Examiner& examiner, Step& step, Session& session,
                                      std::span<const Promise> promises, CK_MECHANISM_TYPE type,
                                      CK_MECHANISM_TYPE use) {
  for (const bool restricted : {true, false}) {
    Template attributes = askedFor(promises);
    examiner.addName(attributes);
    if (restricted) attributes.mechanisms(CKA_ALLOWED_MECHANISMS, std::span(&use, 1));
    CK_MECHANISM generation{type, nullptr, 0};
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    const CK_RV value = step.call(
        session, kGenerateKey,
        nameOfMechanism(type) + (restricted ? ", with CKA_ALLOWED_MECHANISMS" : ", without it"),
        &generation, attributes.data(), attributes.size(), &key);
    if (value == CKR_OK) return ThrowAway(examiner, key);
  }
  return std::nullopt;
}

/// CKA_LOCAL alone is forgiven, and observed: it tells of a key's origin, and takes part in
/// nothing.
bool keepsPromises(Examiner& examiner, Step& step, Session& session, CK_OBJECT_HANDLE key,
                   std::span<const Promise> promises) {
  std::vector<std::string> broken = examiner.brokenPromises(step, session, key, promises);
  if (std::erase(broken, "CKA_LOCAL=false") > 0) examiner.learned().local = false;
  if (broken.empty()) return true;
  step.wrong("asked for and not kept: " + joined(broken));
  return false;
}

void tryCmk(Examiner& examiner, Step& step) {
  Session session = examiner.open();
  const auto key =
      makePromised(examiner, step, session, cmkPromises(), CKM_AES_KEY_GEN, CKM_AES_KEY_WRAP);
  const bool restricted = step.finding().calls.front().result == "CKR_OK";
  examiner.learned().allowedMechanisms = restricted;
  if (key && !restricted) step.report().observation("allowed-mechanisms", "refused");
  if (!key) return step.refused(culprits(examiner, step, cmkPromises(), CKM_AES_KEY_GEN));
  const bool keeps = keepsPromises(examiner, step, session, key->handle(), cmkPromises());
  step.report().observation("local", examiner.learned().local ? "true" : "false");
  if (!keeps) return;
  step.works(restricted ? "" : "without CKA_ALLOWED_MECHANISMS");
}

std::vector<CK_OBJECT_HANDLE> search(Step& step, Session& session, std::string_view id) {
  Template wanted;
  wanted.ulong(CKA_CLASS, CKO_SECRET_KEY).boolean(CKA_TOKEN, true).text(CKA_ID, id);
  std::vector<CK_OBJECT_HANDLE> found(4);
  CK_ULONG count = 0;
  const bool searched =
      step.call(session, kFindObjectsInit, "CKA_ID", wanted.data(), wanted.size()) == CKR_OK &&
      step.call(session, kFindObjects, "", found.data(), static_cast<CK_ULONG>(found.size()),
                &count) == CKR_OK &&
      step.call(session, kFindObjectsFinal, "") == CKR_OK;
  found.resize(searched ? std::min<std::size_t>(count, found.size()) : 0);
  return found;
}

std::string idOf(Step& step, Session& session, CK_OBJECT_HANDLE key) {
  std::string id(128, '\0');
  CK_ATTRIBUTE attribute{CKA_ID, id.data(), id.size()};
  const CK_RV value = step.callQuietly(session, kGetAttributeValue, key, &attribute, CK_ULONG{1});
  id.resize(value == CKR_OK && attribute.ulValueLen <= id.size() ? attribute.ulValueLen : 0);
  return id;
}

void tryFinding(Examiner& examiner, Step& step) {
  Session maker = examiner.open();
  Session finder = examiner.open();
  const auto key = examiner.makeCmk(step, maker);
  if (!key) return step.notTried("no CMK to find");
  const std::string id = idOf(step, maker, key->handle());
  if (id.empty()) return step.wrong("the key has lost its CKA_ID");
  const std::size_t count = search(step, finder, id).size();
  if (count != 1) return step.wrong("found " + std::to_string(count) + " objects in place of 1");
  step.works();
}

void tryDestroying(Examiner& examiner, Step& step) {
  Session maker = examiner.open();
  Session other = examiner.open();
  auto key = examiner.makeCmk(step, maker);
  if (!key) return step.notTried("no CMK to destroy");
  const std::string id = idOf(step, maker, key->handle());
  if (step.call(other, kDestroyObject, "", key->handle()) != CKR_OK) return step.refused();
  key->release();
  if (!search(step, maker, id).empty()) return step.wrong("destroyed, and still found");
  step.works();
}

void tryBindingKey(Examiner& examiner, Step& step) {
  Session session = examiner.open();
  const auto key = makePromised(examiner, step, session, bindingKeyPromises(),
                                CKM_GENERIC_SECRET_KEY_GEN, CKM_SHA256_HMAC);
  if (!key) {
    return step.refused(culprits(examiner, step, bindingKeyPromises(), CKM_GENERIC_SECRET_KEY_GEN));
  }
  if (!keepsPromises(examiner, step, session, key->handle(), bindingKeyPromises())) return;
  std::array<SecretBytes, 2> macs{SecretBytes(std::size_t{64}), SecretBytes(std::size_t{64})};
  for (SecretBytes& mac : macs) {
    const ByteView message = asBytes("strongroom/doctor");
    CK_MECHANISM mechanism{CKM_SHA256_HMAC, nullptr, 0};
    CK_ULONG length = mac.size();
    if (step.call(session, kSignInit, "CKM_SHA256_HMAC", &mechanism, key->handle()) != CKR_OK ||
        step.call(session, kSign, "", readOnly(message), static_cast<CK_ULONG>(message.size()),
                  writable(mac.exposeWritable()), &length) != CKR_OK) {
      return step.refused();
    }
    if (length != 32) return step.wrong("the MAC has " + std::to_string(length) + " bytes");
    mac.truncate(length);
  }
  if (!(macs[0] == macs[1])) return step.wrong("two MACs of the same message differ");
  step.works();
}

void trySessions(Examiner& examiner, Step& step) {
  std::vector<Session> sessions;
  for (std::size_t i = 0; i < kSessions; ++i) {
    try {
      sessions.push_back(examiner.open());
    } catch (const Error& error) {
      return step.refused("after " + std::to_string(i) +
                          " more than the login's: " + nameOfReturnValue(error.returnValue()));
    }
  }
  // Each has the login of the first: a private key made in one is used in all.
  const auto key = examiner.makeCmk(step, sessions.front());
  if (!key) return step.notTried("no CMK to look at from them");
  for (Session& session : sessions) {
    if (!examiner.readBoolean(step, session, key->handle(), CKA_SENSITIVE)) {
      return step.wrong("a key made in one session is not seen in another");
    }
  }
  step.works(std::to_string(kSessions) + " besides the login's");
}

constexpr std::array kLife = std::to_array<Exercise>({
    {"random", tryRandom},
    {"data-key", [](Examiner& examiner, Step& step) { tryDataKeyOf(examiner, step, 32); }},
    {"data-key-length", [](Examiner& examiner, Step& step) { tryDataKeyOf(examiner, step, 40); }},
    {"data-key-withheld", tryWithheldDataKey},
    {"cmk", tryCmk},
    {"cmk-found", tryFinding},
    {"cmk-destroyed", tryDestroying},
    {"binding-key", tryBindingKey},
    {"sessions", trySessions},
});

}  // namespace

std::span<const Exercise> lifeExercises() {
  return kLife;
}

}  // namespace strongroom::hsm::pkcs11::examination
