#include "hsm/pkcs11/examination/examiner.h"

#include <unistd.h>

#include <algorithm>

namespace strongroom::hsm::pkcs11::examination {
namespace {

/// CKA_LABEL and CKA_ID of every throw-away object begin with this. The id is no CMK's: those have
/// 20 bytes, and these have more.
constexpr std::string_view kThrowAwayName = "strongroom/doctor/";

constexpr std::size_t kMaxWrappedBytes = 512;
constexpr std::size_t kMaxValueBytes = 512;
constexpr std::size_t kFindBatch = 32;

/// "strongroom/doctor/4711/3": process and count, so that no two are alike in one run.
std::string throwAwayName(unsigned count) {
  return std::string(kThrowAwayName) + std::to_string(::getpid()) + "/" + std::to_string(count);
}

/// A mechanism with a parameter of zeros.
struct Mechanism {
  explicit Mechanism(const WrapWay& way) : raw{way.type, nullptr, 0} {
    if (way.parameterBytes > 0) raw = {way.type, zeros.data(), way.parameterBytes};
  }
  std::array<std::byte, 16> zeros{};
  CK_MECHANISM raw;
};

bool isThrowAway(Session& session, CK_OBJECT_HANDLE object) {
  for (const CK_ATTRIBUTE_TYPE type : {CKA_LABEL, CKA_ID}) {
    std::array<char, 128> text{};
    CK_ATTRIBUTE attribute{type, text.data(), text.size()};
    if (session.call(kGetAttributeValue, object, &attribute, CK_ULONG{1}) != CKR_OK) continue;
    const std::size_t size = std::min<std::size_t>(attribute.ulValueLen, text.size());
    if (std::string_view(text.data(), size).starts_with(kThrowAwayName)) return true;
  }
  return false;
}

std::string inWords(const Promise& promise, CK_ULONG value) {
  const std::string text = promise.kind == Promise::Kind::kBoolean
                               ? (value == CK_FALSE ? "false" : "true")
                               : std::to_string(value);
  return std::string(promise.name) + "=" + text;
}

}  // namespace

std::optional<std::size_t> Learned::bestWay() const {
  for (std::size_t way = 0; way < wrapping.size(); ++way) {
    if (wrapping[way].works) return way;
  }
  return std::nullopt;
}

ThrowAway::~ThrowAway() {
  if (handle_ == CK_INVALID_HANDLE) return;
  // By the anchor: the session that made it may be lost. What stays shows in the sweep at the end.
  static_cast<void>(examiner_->anchor().call(kDestroyObject, handle_));
}

void Examiner::addName(Template& attributes) {
  const std::string name = throwAwayName(++names_);
  attributes.text(CKA_LABEL, name).text(CKA_ID, name);
}

WrapWay Examiner::way(std::size_t number) const {
  WrapWay way = kWrapWays[number];
  if (way.type == CKM_AES_KEY_WRAP) way.type = profile_.aesKeyWrap;
  return way;
}

Template Examiner::cmkTemplate(std::optional<CK_MECHANISM_TYPE> mechanism) {
  Template attributes = askedFor(cmkPromises());
  addName(attributes);
  if (learned_.allowedMechanisms) {
    const CK_MECHANISM_TYPE allowed = mechanism.value_or(way(0).type);
    attributes.mechanisms(CKA_ALLOWED_MECHANISMS, std::span(&allowed, 1));
  }
  return attributes;
}

std::optional<ThrowAway> Examiner::makeCmk(Step& step, Session& session,
                                           std::optional<CK_MECHANISM_TYPE> mechanism) {
  Template attributes = cmkTemplate(mechanism);
  CK_MECHANISM generation{CKM_AES_KEY_GEN, nullptr, 0};
  CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
  const CK_RV value = step.call(session, kGenerateKey, "CKM_AES_KEY_GEN, a CMK", &generation,
                                attributes.data(), attributes.size(), &key);
  if (value != CKR_OK) return std::nullopt;
  return ThrowAway(*this, key);
}

std::optional<ThrowAway> Examiner::makeDataKey(Step& step, Session& session, std::size_t bytes,
                                               Plaintext plaintext) {
  const bool isAesLength = bytes == 16 || bytes == 24 || bytes == 32;
  CK_MECHANISM generation{isAesLength ? CKM_AES_KEY_GEN : CKM_GENERIC_SECRET_KEY_GEN, nullptr, 0};
  Template attributes = dataKeyTemplate(bytes, plaintext);
  CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
  const CK_RV value = step.call(
      session, kGenerateKey,
      nameOfMechanism(generation.mechanism) + ", a session key of " + std::to_string(bytes),
      &generation, attributes.data(), attributes.size(), &key);
  if (value != CKR_OK) return std::nullopt;
  return ThrowAway(*this, key);
}

std::optional<ThrowAway> Examiner::makeAttackersKey(Step& step, Session& session) {
  Template attributes = trialWrappingKeyTemplate();
  attributes.boolean(CKA_DECRYPT, true).boolean(CKA_ENCRYPT, true);
  CK_MECHANISM generation{CKM_AES_KEY_GEN, nullptr, 0};
  CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
  const CK_RV value = step.callQuietly(session, kGenerateKey, &generation, attributes.data(),
                                       attributes.size(), &key);
  if (value != CKR_OK) return std::nullopt;
  return ThrowAway(*this, key);
}

std::optional<Bytes> Examiner::wrap(Step& step, Session& session, std::size_t number,
                                    CK_OBJECT_HANDLE wrapping, CK_OBJECT_HANDLE key) {
  Mechanism mechanism(way(number));
  Bytes wrapped(kMaxWrappedBytes);
  CK_ULONG length = wrapped.size();
  const CK_RV value = step.call(session, kWrapKey, nameOfMechanism(way(number).type),
                                &mechanism.raw, wrapping, key, writable(wrapped), &length);
  if (value != CKR_OK || length > wrapped.size()) return std::nullopt;
  wrapped.resize(length);
  return wrapped;
}

std::optional<ThrowAway> Examiner::unwrap(Step& step, Session& session, std::size_t number,
                                          CK_OBJECT_HANDLE unwrapping, ByteView wrapped,
                                          Template attributes) {
  Mechanism mechanism(way(number));
  CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
  const CK_RV value =
      step.call(session, kUnwrapKey, nameOfMechanism(way(number).type), &mechanism.raw, unwrapping,
                readOnly(wrapped), static_cast<CK_ULONG>(wrapped.size()), attributes.data(),
                attributes.size(), &key);
  if (value != CKR_OK) return std::nullopt;
  return ThrowAway(*this, key);
}

std::optional<SecretBytes> Examiner::readValue(Step& step, Session& session, CK_OBJECT_HANDLE key) {
  SecretBytes secret(kMaxValueBytes);
  CK_ATTRIBUTE attribute{CKA_VALUE, writable(secret.exposeWritable()), secret.size()};
  const CK_RV value =
      step.call(session, kGetAttributeValue, "CKA_VALUE", key, &attribute, CK_ULONG{1});
  if (value != CKR_OK || attribute.ulValueLen > secret.size()) return std::nullopt;
  secret.truncate(attribute.ulValueLen);
  return secret;
}

std::optional<bool> Examiner::readBoolean(Step& step, Session& session, CK_OBJECT_HANDLE key,
                                          CK_ATTRIBUTE_TYPE type) {
  CK_BBOOL flag = 0xff;  // an answer that leaves this is none
  CK_ATTRIBUTE attribute{type, &flag, sizeof flag};
  const CK_RV value = step.callQuietly(session, kGetAttributeValue, key, &attribute, CK_ULONG{1});
  if (value != CKR_OK || attribute.ulValueLen != sizeof flag || flag > CK_TRUE) return {};
  return flag == CK_TRUE;
}

std::vector<std::string> Examiner::brokenPromises(Step& step, Session& session,
                                                  CK_OBJECT_HANDLE key,
                                                  std::span<const Promise> promises) {
  std::vector<std::string> broken;
  for (const Promise& promise : promises) {
    if (promise.kind == Promise::Kind::kBoolean) {
      const auto flag = readBoolean(step, session, key, promise.type);
      const CK_ULONG value = flag.value_or(false) ? CK_TRUE : CK_FALSE;
      if (!flag) broken.push_back(std::string(promise.name) + " unreadable");
      if (flag && value != promise.value) broken.push_back(inWords(promise, value));
      continue;
    }
    CK_ULONG number = ~CK_ULONG{0};
    CK_ATTRIBUTE attribute{promise.type, &number, sizeof number};
    const CK_RV value = step.callQuietly(session, kGetAttributeValue, key, &attribute, CK_ULONG{1});
    if (value != CKR_OK) broken.push_back(std::string(promise.name) + " unreadable");
    if (value == CKR_OK && number != promise.value) broken.push_back(inWords(promise, number));
  }
  return broken;
}

std::vector<CK_OBJECT_HANDLE> Examiner::tokenObjects() {
  Template search = searchAllTemplate();
  std::vector<CK_OBJECT_HANDLE> found;
  anchor_.invoke(kFindObjectsInit, search.data(), search.size());
  for (CK_ULONG count = kFindBatch; count > 0;) {
    const std::size_t before = found.size();
    found.resize(before + kFindBatch);
    count = 0;
    anchor_.invoke(kFindObjects, found.data() + before, static_cast<CK_ULONG>(kFindBatch), &count);
    found.resize(before + std::min<std::size_t>(count, kFindBatch));
  }
  anchor_.invoke(kFindObjectsFinal);
  return found;
}

std::size_t Examiner::sweep() {
  std::size_t left = 0;
  for (const CK_OBJECT_HANDLE object : tokenObjects()) {
    if (isThrowAway(anchor_, object) && anchor_.call(kDestroyObject, object) != CKR_OK) ++left;
  }
  return left;
}

std::string inWords(const UnwrapTemplate& chosen) {
  std::string text;
  const auto add = [&text](bool given, std::string_view name) {
    if (given) text += (text.empty() ? "" : ", ") + std::string(name);
  };
  add(chosen.notPrivate, "CKA_PRIVATE");
  add(chosen.notSensitive, "CKA_SENSITIVE");
  add(chosen.extractable, "CKA_EXTRACTABLE");
  add(chosen.length, "CKA_VALUE_LEN");
  return text.empty() ? "none of them" : text;
}

std::string answersOf(const Finding& finding) {
  std::vector<std::string_view> seen;
  std::string text;
  for (const CallRecord& record : finding.calls) {
    if (record.result == "CKR_OK" || std::ranges::find(seen, record.result) != seen.end()) continue;
    seen.emplace_back(record.result);
    text += (text.empty() ? "" : ", ") + record.result;
  }
  return text;
}

}  // namespace strongroom::hsm::pkcs11::examination
