#pragma once

#include <array>
#include <optional>
#include <utility>

#include "hsm/pkcs11/examination/step.h"
#include "hsm/pkcs11/profile.h"
#include "hsm/pkcs11/templates.h"
#include "hsm/pkcs11/token_info.h"

namespace strongroom::hsm::pkcs11::examination {

/// One way to wrap a key.
struct WrapWay {
  CK_MECHANISM_TYPE type;
  std::size_t parameterBytes;  ///< of a parameter that is all zeros
};

/// In the order of the parts "wrap-...".
inline constexpr std::array kWrapWays = std::to_array<WrapWay>({
    {CKM_AES_KEY_WRAP, 0},
    {CKM_AES_CBC_PAD, 16},
    {CKM_AES_KEY_WRAP_PAD, 0},
    {kAesKeyWrapKwp, 0},
});

/// Their places in it.
enum : std::size_t { kKeyWrap, kCbcPad, kKeyWrapPad, kKeyWrapKwp };

/// What earlier parts found out for later ones. Lies in memory shared with the parent, so that it
/// outlives a child that the module took down.
struct Learned {
  bool allowedMechanisms = true;  ///< C_GenerateKey takes the attribute
  bool local = true;              ///< CKA_LOCAL of a key made in the token reads as true
  struct Unwrapping {
    bool works = false;
    UnwrapTemplate chosen{};  ///< of unwrapTemplates(), the first of which the key can be read
  };
  std::array<Unwrapping, kWrapWays.size()> wrapping{};

  /// The first way that works; nullopt when none does.
  std::optional<std::size_t> bestWay() const;
};

class Examiner;

/// A throw-away object in the token or in a session; destroyed at its end. Ends before its
/// examiner.
class ThrowAway {
 public:
  ThrowAway(Examiner& examiner, CK_OBJECT_HANDLE handle) : examiner_(&examiner), handle_(handle) {}
  ~ThrowAway();
  ThrowAway(ThrowAway&& other) noexcept
      : examiner_(other.examiner_), handle_(std::exchange(other.handle_, CK_INVALID_HANDLE)) {}
  ThrowAway& operator=(ThrowAway&&) = delete;

  CK_OBJECT_HANDLE handle() const { return handle_; }
  /// For a part that destroys the object itself.
  void release() { handle_ = CK_INVALID_HANDLE; }

 private:
  Examiner* examiner_;
  CK_OBJECT_HANDLE handle_;
};

/// The token under examination: sessions with it, and the throw-away keys that parts work on.
class Examiner {
 public:
  /// `anchor` is logged in; it stays open and keeps the login.
  Examiner(Module& module, const Token& token, Session anchor, Learned& learned,
           std::chrono::milliseconds speedTime)
      : module_(module),
        token_(token),
        anchor_(std::move(anchor)),
        learned_(learned),
        profile_(profileFor(module, token)),
        speedTime_(speedTime) {}

  Module& module() { return module_; }
  const Token& token() const { return token_; }
  Session& anchor() { return anchor_; }
  Learned& learned() { return learned_; }
  /// How long to measure each operation; 0 for not at all.
  std::chrono::milliseconds speedTime() const { return speedTime_; }

  /// One of kWrapWays, by the number that tokens of this kind give to it.
  WrapWay way(std::size_t number) const;

  /// A session of a part's own, so that an operation it leaves open disturbs no other.
  Session open() { return {module_, token_.slot}; }

  /// Adds the label and id of a throw-away object.
  void addName(Template& attributes);
  /// What our CMKs are made with, under a throw-away name and for one mechanism: AES key wrap, if
  /// none is given.
  Template cmkTemplate(std::optional<CK_MECHANISM_TYPE> mechanism = {});
  /// A CMK that is made as ours are; nullopt when the token refuses.
  std::optional<ThrowAway> makeCmk(Step& step, Session& session,
                                   std::optional<CK_MECHANISM_TYPE> mechanism = {});
  /// A session key of `bytes` bytes, as data keys are.
  std::optional<ThrowAway> makeDataKey(Step& step, Session& session, std::size_t bytes,
                                       Plaintext plaintext = Plaintext::kReturn);
  /// A session key as somebody who means harm would make it: it wraps, and it decrypts.
  std::optional<ThrowAway> makeAttackersKey(Step& step, Session& session);

  /// Wraps `key` in one way; nullopt when that is refused. Kept on record.
  std::optional<Bytes> wrap(Step& step, Session& session, std::size_t number,
                            CK_OBJECT_HANDLE wrapping, CK_OBJECT_HANDLE key);
  /// Unwraps in one way with `attributes`.
  std::optional<ThrowAway> unwrap(Step& step, Session& session, std::size_t number,
                                  CK_OBJECT_HANDLE unwrapping, ByteView wrapped,
                                  Template attributes);

  /// CKA_VALUE; nullopt when it cannot be read.
  std::optional<SecretBytes> readValue(Step& step, Session& session, CK_OBJECT_HANDLE key);
  /// A boolean attribute; nullopt when it cannot be read.
  std::optional<bool> readBoolean(Step& step, Session& session, CK_OBJECT_HANDLE key,
                                  CK_ATTRIBUTE_TYPE type);
  /// The promises that an object does not keep, each with the value it has: "CKA_LOCAL=false".
  std::vector<std::string> brokenPromises(Step& step, Session& session, CK_OBJECT_HANDLE key,
                                          std::span<const Promise> promises);

  /// Every secret key in the token.
  std::vector<CK_OBJECT_HANDLE> tokenObjects();
  /// Destroys every throw-away object in the token, of this examination and of others that were
  /// killed; the number of those that are still there.
  std::size_t sweep();

 private:
  Module& module_;
  const Token token_;
  Session anchor_;
  Learned& learned_;
  const Profile& profile_;
  const std::chrono::milliseconds speedTime_;
  unsigned names_ = 0;
};

/// PKCS#11 takes no const where it only reads.
inline CK_BYTE* readOnly(ByteView bytes) {
  return reinterpret_cast<CK_BYTE*>(const_cast<std::byte*>(bytes.data()));
}
inline CK_BYTE* writable(std::span<std::byte> bytes) {
  return reinterpret_cast<CK_BYTE*>(bytes.data());
}

/// "CKA_PRIVATE, CKA_SENSITIVE, CKA_EXTRACTABLE": what is given to C_UnwrapKey.
std::string inWords(const UnwrapTemplate& chosen);

/// "CKR_A, CKR_B": what the calls on record answered, each once, but for CKR_OK.
std::string answersOf(const Finding& finding);

}  // namespace strongroom::hsm::pkcs11::examination
