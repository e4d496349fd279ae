#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hsm/open_token.h"

namespace strongroom::hsm {

/// What came of one part of an examination.
enum class Outcome {
  kNotTried,  ///< the examination ended before it, or what it builds on failed
  kWorks,     ///< done, and what came of it was right
  kRefused,   ///< the module answered an error: bad for an ability, right for an attack
  kWrong,     ///< the module answered CKR_OK, and what came of it was wrong
  kAllowed,   ///< an attack that the module did not stop
  kCrashed,   ///< the module took its process down
  kHung,      ///< a call did not return in time
};

std::string_view toString(Outcome outcome);

/// One PKCS#11 call that an outcome rests on.
struct CallRecord {
  std::string call;    ///< "C_UnwrapKey"
  std::string with;    ///< what tells it from the others: mechanism, attributes; may be empty
  std::string result;  ///< "CKR_OK"
};

/// A part of the examination and its outcome.
struct Finding {
  std::string id;  ///< of a row of parts()
  Outcome outcome = Outcome::kNotTried;
  std::string detail;  ///< how it worked, or what was wrong
  std::vector<CallRecord> calls;
};

/// What the parts are to the verdict.
enum class PartKind {
  kNeeded,    ///< Strongroom cannot do without
  kWrapping,  ///< a way to wrap data keys that Strongroom knows; one of them is needed
  kExtra,     ///< good to know
  kAttack,    ///< tried against a throw-away CMK that is made as ours are
  kNuisance,  ///< the same, but a success does not take a key out of the token
  kSurvey,    ///< a look at what the token holds already, and how fast it is
};

struct Part {
  std::string_view id;     ///< for scripts: "wrap-aes-key-wrap"
  std::string_view title;  ///< for people: "wrap by CKM_AES_KEY_WRAP (RFC 3394)"
  PartKind kind;
};

/// Every part of an examination, in the order in which they are tried.
std::span<const Part> parts();

/// A behaviour in which modules differ, as it was seen.
struct Observation {
  std::string id;  ///< of a row of behaviours()
  std::string seen;
};

struct Behaviour {
  std::string_view id;
  std::string_view title;     ///< "answer to a tampered wrapped key"
  std::string_view expected;  ///< what the standard has; empty when it leaves this open
};

/// Every behaviour that an examination looks at.
std::span<const Behaviour> behaviours();

/// An observation that the standard does not have: a quirk.
bool isQuirk(const Observation& observation);

/// Something that an administrator should not leave as it is.
struct Danger {
  std::string what;
  std::string advice;
  bool grave = false;  ///< keys can leave the token, or can be used by others than Strongroom
};

/// How fast one operation is, one at a time.
struct Speed {
  std::string operation;
  double perSecond = 0;
  std::chrono::microseconds median{0};
  std::chrono::microseconds percentile99{0};
};

/// A mechanism of the module that Strongroom has a use for.
struct MechanismReport {
  std::string name;  ///< "CKM_AES_KEY_WRAP"
  bool listed = false;
  std::vector<std::string> flags;  ///< "CKF_WRAP"; as C_GetMechanismInfo says
  std::uint64_t minKeySize = 0;
  std::uint64_t maxKeySize = 0;
};

enum class Verdict {
  kFit,                 ///< everything works in the first way, and no attack does
  kFitWithAlternative,  ///< data keys are wrapped in another way than by AES key wrap
  kUnsafe,              ///< everything works, and so does an attack on a CMK
  kUnfit,               ///< something is missing
};

std::string_view toString(Verdict verdict);

/// All that an examination found out. Holds no secret.
struct Examination {
  std::string module;    ///< its path
  std::string cryptoki;  ///< "2.40"
  TokenDescription token;
  std::vector<std::string> tokenFlags;     ///< "CKF_LOGIN_REQUIRED"
  std::vector<std::string> allMechanisms;  ///< by name or number, as the module lists them
  std::vector<MechanismReport> mechanisms;
  std::vector<Finding> findings;  ///< one for each of parts(), in their order
  std::vector<Observation> observations;
  std::vector<Danger> dangers;  ///< seen in the token; dangersOf() has those of the module too
  std::vector<Speed> speeds;
  std::uint64_t leftBehind = 0;  ///< objects of the examination that could not be destroyed

  const Finding* find(std::string_view id) const;
  /// What was seen of a behaviour; empty when it was not looked at.
  std::string_view seen(std::string_view behaviour) const;
};

/// What Strongroom would lack in this token, each in words that name mechanism, function and
/// return value. Empty for a token that is fit.
std::vector<std::string> missing(const Examination& examination);

/// The attacks that worked and take a key out of the token.
std::vector<const Finding*> graveAttacks(const Examination& examination);

/// Every danger, the gravest first: what the token holds, attacks that worked, wrapped keys that
/// the module does not authenticate although it should, objects that could not be destroyed.
std::vector<Danger> dangersOf(const Examination& examination);

Verdict verdictOf(const Examination& examination);

struct ExaminationOptions {
  bool speed = true;                         ///< measure as well
  std::chrono::milliseconds speedTime{400};  ///< for each operation
  std::chrono::seconds patience{30};         ///< a call that takes longer counts as hung
  std::function<void(std::string_view title)> progress;  ///< called as each part begins; may be {}
};

/// Runs the whole life of throw-away keys in the token that `token` names, attacks them, looks at
/// what else the token holds, and measures. The module is loaded in child processes only: when it
/// crashes or hangs, that is a finding, and the rest is tried in another child. Logs in once in
/// each child, and in a further one only when that PIN was taken before; refuses (kPinRefused) a
/// token whose PIN is locked or has one try left. Every object that it makes is named as the
/// examination's own and destroyed; what a killed examination left goes with the next one, so one
/// at a time may run on a token. The calling process has one thread. Throws hsm::Error when
/// the token cannot be opened at all.
Examination examineToken(const TokenOptions& token, const SecretBytes& pin,
                         const ExaminationOptions& options);

}  // namespace strongroom::hsm
