#include <algorithm>

#include "hsm/pkcs11/examination/exercises.h"

// How fast the operations of the service are on this token, one after another: no load test, but
// enough to tell a module that takes microseconds from one that takes milliseconds.

namespace strongroom::hsm::pkcs11::examination {
namespace {

using Clock = std::chrono::steady_clock;

/// For tokens that need seconds for one: no statistics, but an answer.
constexpr std::size_t kAtLeast = 3;
constexpr std::size_t kAtMost = 100'000;

/// Repeats `operation` for the examination's measuring time. One that fails ends the series, and
/// what was measured so far is left out: it would be the speed of something else.
template <class Operation>
void measure(Examiner& examiner, Step& step, const char* name, const Operation& operation) {
  step.report().calling(name);
  std::vector<std::chrono::nanoseconds> times;
  const auto begin = Clock::now();
  auto now = begin;
  while (times.size() < kAtMost &&
         (times.size() < kAtLeast || now - begin < examiner.speedTime())) {
    if (!operation()) return;
    const auto after = Clock::now();
    times.push_back(after - now);
    now = after;
  }
  const double seconds = std::chrono::duration<double>(now - begin).count();
  std::ranges::sort(times);
  const auto at = [&times](double share) {
    const auto rank = static_cast<std::size_t>(share * static_cast<double>(times.size() - 1));
    return std::chrono::duration_cast<std::chrono::microseconds>(times[rank]);
  };
  step.report().speed({name, static_cast<double>(times.size()) / seconds, at(0.5), at(0.99)});
}

/// A handle of a session key made without a record: a hundred thousand of them are measured.
CK_OBJECT_HANDLE makeDataKey(Session& session) {
  Template attributes = dataKeyTemplate(32, Plaintext::kReturn);
  CK_MECHANISM generation{CKM_AES_KEY_GEN, nullptr, 0};
  CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
  const CK_RV value =
      session.call(kGenerateKey, &generation, attributes.data(), attributes.size(), &key);
  return value == CKR_OK ? key : CK_INVALID_HANDLE;
}

bool destroy(Session& session, CK_OBJECT_HANDLE key) {
  return session.call(kDestroyObject, key) == CKR_OK;
}

bool readValue(Session& session, CK_OBJECT_HANDLE key) {
  SecretBytes value(std::size_t{64});
  CK_ATTRIBUTE attribute{CKA_VALUE, writable(value.exposeWritable()), value.size()};
  return session.call(kGetAttributeValue, key, &attribute, CK_ULONG{1}) == CKR_OK;
}

void measureRandom(Examiner& examiner, Step& step, Session& session) {
  std::array<std::byte, 32> bytes{};
  measure(examiner, step, "32 random bytes", [&] {
    return session.call(kGenerateRandom, writable(bytes), static_cast<CK_ULONG>(bytes.size())) ==
           CKR_OK;
  });
}

void measureDataKeys(Examiner& examiner, Step& step, Session& session) {
  const auto way = examiner.learned().bestWay();
  if (!way) return;
  const auto cmk = examiner.makeCmk(step, session, examiner.way(*way).type);
  if (!cmk) return;
  std::array<std::byte, 16> zeros{};
  CK_MECHANISM mechanism{examiner.way(*way).type, nullptr, 0};
  if (examiner.way(*way).parameterBytes > 0)
    mechanism = {examiner.way(*way).type, zeros.data(), 16};
  std::array<CK_BYTE, 256> wrapped{};
  CK_ULONG length = 0;
  measure(examiner, step, "make, wrap and read a data key", [&] {
    const CK_OBJECT_HANDLE key = makeDataKey(session);
    if (key == CK_INVALID_HANDLE) return false;
    length = wrapped.size();
    const bool done =
        session.call(kWrapKey, &mechanism, cmk->handle(), key, wrapped.data(), &length) == CKR_OK &&
        readValue(session, key);
    return destroy(session, key) && done;
  });
  const UnwrapTemplate chosen = examiner.learned().wrapping[*way].chosen;
  measure(examiner, step, "unwrap and read a data key", [&] {
    Template attributes = unwrappedKeyTemplate(chosen, 32);
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    if (session.call(kUnwrapKey, &mechanism, cmk->handle(), wrapped.data(), length,
                     attributes.data(), attributes.size(), &key) != CKR_OK) {
      return false;
    }
    const bool done = readValue(session, key);
    return destroy(session, key) && done;
  });
}

void measureHmac(Examiner& examiner, Step& step, Session& session) {
  Template attributes = askedFor(bindingKeyPromises());
  examiner.addName(attributes);
  CK_MECHANISM generation{CKM_GENERIC_SECRET_KEY_GEN, nullptr, 0};
  CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
  if (step.call(session, kGenerateKey, "CKM_GENERIC_SECRET_KEY_GEN, a binding key", &generation,
                attributes.data(), attributes.size(), &key) != CKR_OK) {
    return;
  }
  const ThrowAway made(examiner, key);
  const Bytes message(64, std::byte{1});
  measure(examiner, step, "HMAC-SHA256 of 64 bytes", [&] {
    CK_MECHANISM mechanism{CKM_SHA256_HMAC, nullptr, 0};
    SecretBytes mac(std::size_t{64});
    CK_ULONG length = mac.size();
    return session.call(kSignInit, &mechanism, key) == CKR_OK &&
           session.call(kSign, readOnly(message), static_cast<CK_ULONG>(message.size()),
                        writable(mac.exposeWritable()), &length) == CKR_OK;
  });
}

void measureCmks(Examiner& examiner, Step& step, Session& session) {
  measure(examiner, step, "make and destroy a CMK", [&] {
    Template attributes = examiner.cmkTemplate();
    CK_MECHANISM generation{CKM_AES_KEY_GEN, nullptr, 0};
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    return session.call(kGenerateKey, &generation, attributes.data(), attributes.size(), &key) ==
               CKR_OK &&
           destroy(session, key);
  });
}

void measureFinding(Examiner& examiner, Step& step, Session& session) {
  measure(examiner, step, "find a key by its id", [&] {
    Template wanted;
    wanted.ulong(CKA_CLASS, CKO_SECRET_KEY).boolean(CKA_TOKEN, true).text(CKA_ID, "none");
    CK_OBJECT_HANDLE found = CK_INVALID_HANDLE;
    CK_ULONG count = 0;
    return session.call(kFindObjectsInit, wanted.data(), wanted.size()) == CKR_OK &&
           session.call(kFindObjects, &found, CK_ULONG{1}, &count) == CKR_OK &&
           session.call(kFindObjectsFinal) == CKR_OK;
  });
}

void measureAll(Examiner& examiner, Step& step) {
  if (examiner.speedTime() == std::chrono::milliseconds(0)) return step.notTried("not asked for");
  Session session = examiner.open();
  measureRandom(examiner, step, session);
  measureDataKeys(examiner, step, session);
  measureHmac(examiner, step, session);
  measureFinding(examiner, step, session);
  measureCmks(examiner, step, session);
  step.works();
}

constexpr std::array kSpeed = std::to_array<Exercise>({{"speed", measureAll}});

}  // namespace

std::span<const Exercise> speedExercises() {
  return kSpeed;
}

std::vector<Exercise> allExercises() {
  std::vector<Exercise> all;
  for (const auto group : {lifeExercises(), wrappingExercises(), attributeAttacks(), useAttacks(),
                           inventoryExercises(), speedExercises()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

}  // namespace strongroom::hsm::pkcs11::examination
