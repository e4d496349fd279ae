#include <map>

#include "hsm/pkcs11/examination/exercises.h"
#include "hsm/pkcs11/object_names.h"

// A look at what the token holds already, and at what it says of its own state.

namespace strongroom::hsm::pkcs11::examination {
namespace {

/// A token with ten thousand keys that are wrong in one way is one danger and not ten thousand.
constexpr std::size_t kNamedAtMost = 5;

struct FlagDanger {
  CK_FLAGS flag;
  const char* what;
  const char* advice;
};

constexpr std::array kFlagDangers = std::to_array<FlagDanger>({
    {CKF_SO_PIN_TO_BE_CHANGED, "the SO PIN is still the one that the token came with",
     "Change it: whoever knows it sets a new PIN and uses every key."},
    {CKF_USER_PIN_TO_BE_CHANGED, "the PIN is still the one that the token came with",
     "Change it, and the service's PIN file with it."},
    {CKF_USER_PIN_COUNT_LOW, "a wrong PIN was given since the last login",
     "Find out who tried: a few more lock the token."},
    {CKF_SO_PIN_COUNT_LOW, "a wrong SO PIN was given", "Find out who tried."},
    {CKF_SO_PIN_FINAL_TRY, "one more wrong SO PIN locks it",
     "Make sure of the SO PIN before it is needed: without it no PIN can be unlocked."},
    {CKF_SO_PIN_LOCKED, "the SO PIN is locked",
     "A locked PIN cannot be unlocked any more: prepare a new token while this one serves."},
    {CKF_WRITE_PROTECTED, "the token is write-protected",
     "No key can be made or destroyed in it: lift the protection."},
});

struct Key {
  CK_OBJECT_HANDLE handle;
  std::string label;
  Bytes id;

  std::string name() const {
    if (!label.empty()) return "'" + label + "'";
    return id.empty() ? "a key without label and id" : "id " + toHex(id);
  }
};

Bytes readBytes(Step& step, Session& session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  Bytes bytes(256);
  CK_ATTRIBUTE attribute{type, writable(bytes), bytes.size()};
  const CK_RV value =
      step.callQuietly(session, kGetAttributeValue, object, &attribute, CK_ULONG{1});
  bytes.resize(value == CKR_OK && attribute.ulValueLen <= bytes.size() ? attribute.ulValueLen : 0);
  return bytes;
}

/// Dangers of one kind, with the keys that they concern.
class Grouped {
 public:
  void add(const std::string& what, const std::string& name) { names_[what].push_back(name); }

  void report(Report& report, const std::string& advice, bool grave) const {
    for (const auto& [what, names] : names_) {
      std::string text = what + ": ";
      for (std::size_t i = 0; i < std::min(names.size(), kNamedAtMost); ++i) {
        text += (i == 0 ? "" : ", ") + names[i];
      }
      if (names.size() > kNamedAtMost) {
        text += " and " + std::to_string(names.size() - kNamedAtMost) + " more";
      }
      report.danger({text, advice, grave});
    }
  }

 private:
  std::map<std::string, std::vector<std::string>> names_;
};

/// What is ours must be as it was made.
class Ours {
 public:
  void look(Examiner& examiner, Step& step, const KeyRef& ref, const Key& key) {
    ++count_;
    if (!seen_.emplace(ref, key.name()).second) twice_.add("a name is taken twice", key.name());
    const auto promises = ref == kBindingKeyRef ? bindingKeyPromises() : cmkPromises();
    std::vector<std::string> broken =
        examiner.brokenPromises(step, examiner.anchor(), key.handle, promises);
    if (!examiner.learned().local) std::erase(broken, "CKA_LOCAL=false");
    if (key.label.empty() && ref != kBindingKeyRef) broken.emplace_back("CKA_LABEL missing");
    std::string list;
    for (const std::string& attribute : broken) list += (list.empty() ? "" : ", ") + attribute;
    if (!broken.empty()) weak_.add("a key of Strongroom has " + list, key.name());
  }

  void report(Report& report) const {
    twice_.report(report, "Neither is used. Find out where the second one came from.", true);
    weak_.report(report,
                 "Do not use it: rotate it, and see with `strongroom token objects` what it is.",
                 true);
  }

  std::size_t count() const { return count_; }

 private:
  std::size_t count_ = 0;
  std::map<KeyRef, std::string> seen_;
  Grouped twice_, weak_;
};

/// What is not ours can still endanger what is.
class Foreign {
 public:
  void look(Examiner& examiner, Step& step, const Key& key) {
    const auto has = [&](CK_ATTRIBUTE_TYPE type) {
      return examiner.readBoolean(step, examiner.anchor(), key.handle, type).value_or(false);
    };
    if (has(CKA_WRAP) && has(CKA_DECRYPT)) {
      traps_.add("a key wraps and decrypts (CKA_WRAP and CKA_DECRYPT)", key.name());
    }
    if (key.label.empty() && key.id.empty()) {
      nameless_.add("a key has neither label nor id", "object " + std::to_string(key.handle));
    }
  }

  void report(Report& report) const {
    traps_.report(report,
                  "Whoever may use it reads every key of the token that can be extracted: take one "
                  "of the two attributes away.",
                  false);
    nameless_.report(report,
                     "A module that was killed while it made a key leaves such objects. Nobody can "
                     "tell whose it was: look at it, and destroy it by the module's own tool.",
                     false);
  }

 private:
  Grouped traps_, nameless_;
};

void reportFlags(Report& report, CK_FLAGS flags) {
  for (const FlagDanger& row : kFlagDangers) {
    if ((flags & row.flag) != 0) report.danger({row.what, row.advice, false});
  }
  if ((flags & CKF_LOGIN_REQUIRED) == 0) {
    report.danger(
        {"the token asks for no login", "Give it a PIN: everybody can use its keys.", true});
  }
}

void lookAtTheToken(Examiner& examiner, Step& step) {
  reportFlags(step.report(), examiner.token().info.flags);
  Ours ours;
  Foreign foreign;
  const auto objects = examiner.tokenObjects();
  for (const CK_OBJECT_HANDLE object : objects) {
    Session& session = examiner.anchor();
    const Key key{object, std::string(asText(readBytes(step, session, object, CKA_LABEL))),
                  readBytes(step, session, object, CKA_ID)};
    if (const auto ref = keyNamedBy(key.label, key.id)) {
      ours.look(examiner, step, *ref, key);
    } else {
      foreign.look(examiner, step, key);
    }
  }
  ours.report(step.report());
  foreign.report(step.report());
  step.works(std::to_string(objects.size()) + " secret keys, " + std::to_string(ours.count()) +
             " of them Strongroom's");
}

constexpr std::array kInventory = std::to_array<Exercise>({{"inventory", lookAtTheToken}});

}  // namespace

std::span<const Exercise> inventoryExercises() {
  return kInventory;
}

}  // namespace strongroom::hsm::pkcs11::examination
