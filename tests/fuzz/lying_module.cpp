#include "tests/fuzz/lying_module.h"

#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "hsm/pkcs11/object_names.h"
#include "hsm/pkcs11/templates.h"

namespace strongroom::fuzz {

using namespace hsm::pkcs11;

namespace {

constexpr CK_SLOT_ID kSlot = 7;
constexpr std::array<CK_MECHANISM_TYPE, 5> kMechanisms{CKM_AES_KEY_GEN, CKM_GENERIC_SECRET_KEY_GEN,
                                                       CKM_SHA256_HMAC, CKM_AES_KEY_WRAP,
                                                       CKM_AES_CBC_PAD};
constexpr std::size_t kWrapOverhead = 8;

LyingModule* current = nullptr;

template <std::size_t size>
void pad(CK_UTF8CHAR (&field)[size], std::string_view text) {
  std::ranges::fill(field, ' ');
  std::ranges::copy(text, field);
}

Bytes bytesOf(const CK_ATTRIBUTE& attribute) {
  const auto* begin = static_cast<const std::byte*>(attribute.pValue);
  return Bytes(begin, begin + attribute.ulValueLen);
}

Bytes ofFlag(bool value) {
  return Bytes{value ? std::byte{CK_TRUE} : std::byte{CK_FALSE}};
}

Bytes ofNumber(CK_ULONG value) {
  const ByteView bytes = std::as_bytes(std::span(&value, 1));
  return Bytes(bytes.begin(), bytes.end());
}

/// Bytes that look like nothing and are the same in every run.
void fillFrom(std::uint64_t seed, std::span<std::byte> out) {
  for (std::byte& b : out) {
    seed = seed * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    b = static_cast<std::byte>(seed >> 56);
  }
}

}  // namespace

/// The functions of the list; each takes one lie.
struct Functions {
  static CK_RV getInfo(CK_INFO* info) {
    const auto lie = current->nextLie();
    if (lie.refusal() != CKR_OK) return lie.value;
    pad(info->manufacturerID, "Strongroom");
    pad(info->libraryDescription, "a module that lies");
    info->libraryVersion = {1, 0};
    lie.spoil(info, sizeof *info);
    return CKR_OK;
  }

  /// The way in which PKCS#11 gives lists: asked without room, their length.
  template <class Entry>
  static CK_RV give(std::span<const Entry> list, Entry* out, CK_ULONG* count) {
    const auto lie = current->nextLie();
    if (lie.refusal() != CKR_OK) return lie.value;
    if (out != nullptr) {
      if (*count < list.size()) return CKR_BUFFER_TOO_SMALL;
      std::ranges::copy(list, out);
      lie.spoil(out, list.size_bytes());
    }
    *count = list.size();
    lie.stretch(*count);
    return CKR_OK;
  }
  static CK_RV getSlotList(CK_BBOOL, CK_SLOT_ID* slots, CK_ULONG* count) {
    return give<CK_SLOT_ID>(std::span(&kSlot, 1), slots, count);
  }
  static CK_RV getMechanismList(CK_SLOT_ID, CK_MECHANISM_TYPE* list, CK_ULONG* count) {
    return give<CK_MECHANISM_TYPE>(kMechanisms, list, count);
  }

  static CK_RV getTokenInfo(CK_SLOT_ID, CK_TOKEN_INFO* info) {
    const auto lie = current->nextLie();
    if (lie.refusal() != CKR_OK) return lie.value;
    *info = {};
    pad(info->label, "strongroom");
    pad(info->manufacturerID, "Strongroom");
    pad(info->model, "none");
    pad(info->serialNumber, "0001");
    info->flags = CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | CKF_LOGIN_REQUIRED | CKF_RNG;
    info->ulMinPinLen = 4;
    info->ulMaxPinLen = 255;
    lie.spoil(info, sizeof *info);
    return CKR_OK;
  }

  static CK_RV getMechanismInfo(CK_SLOT_ID, CK_MECHANISM_TYPE, CK_MECHANISM_INFO* info) {
    const auto lie = current->nextLie();
    if (lie.refusal() != CKR_OK) return lie.value;
    *info = {16, 4096, CKF_GENERATE | CKF_SIGN | CKF_WRAP | CKF_UNWRAP};
    lie.spoil(info, sizeof *info);
    return CKR_OK;
  }

  static CK_RV openSession(CK_SLOT_ID, CK_FLAGS, void*, CK_NOTIFY, CK_SESSION_HANDLE* session) {
    const auto lie = current->nextLie();
    if (lie.refusal() != CKR_OK) return lie.value;
    *session = ++current->lastSession_;
    return CKR_OK;
  }

  /// The lie of a call that needs a session; without one there is nothing to lie about.
  static CK_RV begin(CK_SESSION_HANDLE session, LyingModule::Lie& lie) {
    if (session == CK_INVALID_HANDLE || session > current->lastSession_) {
      return CKR_SESSION_HANDLE_INVALID;
    }
    lie = current->nextLie();
    return lie.refusal();
  }

  static CK_RV closeSession(CK_SESSION_HANDLE session) {
    LyingModule::Lie lie;
    return begin(session, lie);
  }

  static CK_RV getSessionInfo(CK_SESSION_HANDLE session, CK_SESSION_INFO* info) {
    LyingModule::Lie lie;
    if (const CK_RV value = begin(session, lie); value != CKR_OK) return value;
    *info = {kSlot, current->loggedIn_ ? CK_STATE{CKS_RW_USER_FUNCTIONS} : CKS_RW_PUBLIC_SESSION,
             CKF_RW_SESSION | CKF_SERIAL_SESSION, 0};
    lie.spoil(info, sizeof *info);
    return CKR_OK;
  }

  static CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE, CK_UTF8CHAR*, CK_ULONG) {
    LyingModule::Lie lie;
    const CK_RV value = begin(session, lie);
    current->loggedIn_ = value == CKR_OK;
    return value;
  }

  static CK_RV destroyObject(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
    LyingModule::Lie lie;
    if (const CK_RV value = begin(session, lie); value != CKR_OK) return value;
    return current->objects_.erase(object) == 1 ? CKR_OK : CKR_OBJECT_HANDLE_INVALID;
  }

  static CK_RV getAttributeValue(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                                 CK_ATTRIBUTE* wanted, CK_ULONG count) {
    LyingModule::Lie lie;
    CK_RV value = begin(session, lie);
    if (value != CKR_OK) return value;
    const auto found = current->objects_.find(object);
    if (found == current->objects_.end()) return CKR_OBJECT_HANDLE_INVALID;
    for (CK_ATTRIBUTE& attribute : std::span(wanted, count)) {
      const auto stored = found->second.find(attribute.type);
      const bool hidden = attribute.type == CKA_VALUE && current->says(object, CKA_SENSITIVE, true);
      if (stored == found->second.end() || hidden) {
        attribute.ulValueLen = CK_UNAVAILABLE_INFORMATION;
        value = hidden ? CKR_ATTRIBUTE_SENSITIVE : CKR_ATTRIBUTE_TYPE_INVALID;
      } else if (attribute.pValue != nullptr && attribute.ulValueLen < stored->second.size()) {
        attribute.ulValueLen = CK_UNAVAILABLE_INFORMATION;
        value = CKR_BUFFER_TOO_SMALL;
      } else {
        attribute.ulValueLen = stored->second.size();
        if (attribute.pValue != nullptr) {
          std::memcpy(attribute.pValue, stored->second.data(), stored->second.size());
        }
      }
    }
    if (count == 0) return value;
    CK_ATTRIBUTE& victim = wanted[lie.place % count];
    if (victim.ulValueLen != CK_UNAVAILABLE_INFORMATION) {
      lie.spoil(victim.pValue, victim.ulValueLen);
    }
    lie.stretch(victim.ulValueLen);
    return value;
  }

  static CK_RV findObjectsInit(CK_SESSION_HANDLE session, CK_ATTRIBUTE* wanted, CK_ULONG count) {
    LyingModule::Lie lie;
    if (const CK_RV value = begin(session, lie); value != CKR_OK) return value;
    current->found_.clear();
    for (const auto& [handle, attributes] : current->objects_) {
      const bool matches =
          std::ranges::all_of(std::span(wanted, count), [&](const CK_ATTRIBUTE& want) {
            const auto stored = attributes.find(want.type);
            return stored != attributes.end() && stored->second == bytesOf(want);
          });
      if (matches) current->found_.push_back(handle);
    }
    return CKR_OK;
  }

  static CK_RV findObjects(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE* out, CK_ULONG room,
                           CK_ULONG* count) {
    LyingModule::Lie lie;
    if (const CK_RV value = begin(session, lie); value != CKR_OK) return value;
    auto& found = current->found_;
    *count = std::min<CK_ULONG>(room, found.size());
    std::copy_n(found.begin(), *count, out);
    found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(*count));
    lie.spoil(out, *count * sizeof *out);
    lie.stretch(*count);
    return CKR_OK;
  }

  static CK_RV findObjectsFinal(CK_SESSION_HANDLE session) {
    LyingModule::Lie lie;
    return begin(session, lie);
  }

  static CK_RV signInit(CK_SESSION_HANDLE session, CK_MECHANISM*, CK_OBJECT_HANDLE) {
    LyingModule::Lie lie;
    return begin(session, lie);
  }

  static CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE* data, CK_ULONG size, CK_BYTE* out,
                    CK_ULONG* length) {
    LyingModule::Lie lie;
    if (const CK_RV value = begin(session, lie); value != CKR_OK) return value;
    std::array<std::byte, 32> mac;
    std::uint64_t seed = size;
    for (const CK_BYTE b : std::span(data, size)) seed = seed * 257 + b;
    fillFrom(seed, mac);
    return answer(lie, mac, out, length);
  }

  static CK_RV generateKey(CK_SESSION_HANDLE session, CK_MECHANISM*, CK_ATTRIBUTE* attributes,
                           CK_ULONG count, CK_OBJECT_HANDLE* key) {
    LyingModule::Lie lie;
    if (const CK_RV value = begin(session, lie); value != CKR_OK) return value;
    for (const CK_ATTRIBUTE& attribute : std::span(attributes, count)) {
      if (attribute.type == CKA_ALLOWED_MECHANISMS) return CKR_ATTRIBUTE_TYPE_INVALID;
    }
    *key = current->generate(attributes, count);
    lie.spoil(key, sizeof *key);
    return CKR_OK;
  }

  static CK_RV wrapKey(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE,
                       CK_OBJECT_HANDLE key, CK_BYTE* out, CK_ULONG* length) {
    LyingModule::Lie lie;
    if (const CK_RV value = begin(session, lie); value != CKR_OK) return value;
    const Bytes value = current->valueOf(key);
    if (value.empty()) return CKR_KEY_HANDLE_INVALID;
    if (!current->says(key, CKA_EXTRACTABLE, true)) return CKR_KEY_UNEXTRACTABLE;
    Bytes wrapped(kWrapOverhead, std::byte{0xA6});
    if (mechanism->mechanism == CKM_AES_CBC_PAD) wrapped.assign(16 - value.size() % 16, {});
    for (const std::byte b : value) wrapped.push_back(b ^ std::byte{0x5A});
    return answer(lie, wrapped, out, length);
  }

  static CK_RV unwrapKey(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE,
                         CK_BYTE* wrapped, CK_ULONG size, CK_ATTRIBUTE* attributes, CK_ULONG count,
                         CK_OBJECT_HANDLE* key) {
    LyingModule::Lie lie;
    if (const CK_RV value = begin(session, lie); value != CKR_OK) return value;
    if (mechanism->mechanism != CKM_AES_KEY_WRAP || size <= kWrapOverhead) {
      return CKR_WRAPPED_KEY_INVALID;
    }
    Bytes value;
    for (const CK_BYTE b : std::span(wrapped, size).subspan(kWrapOverhead)) {
      value.push_back(std::byte{b} ^ std::byte{0x5A});
    }
    *key = current->generate(attributes, count);
    current->objects_[*key][CKA_VALUE] = value;
    lie.spoil(key, sizeof *key);
    return CKR_OK;
  }

  static CK_RV generateRandom(CK_SESSION_HANDLE session, CK_BYTE* out, CK_ULONG size) {
    LyingModule::Lie lie;
    if (const CK_RV value = begin(session, lie); value != CKR_OK) return value;
    fillFrom(size, std::as_writable_bytes(std::span(out, size)));
    return CKR_OK;
  }

  static CK_RV answer(const LyingModule::Lie& lie, ByteView bytes, CK_BYTE* out, CK_ULONG* length) {
    if (*length < bytes.size()) return CKR_BUFFER_TOO_SMALL;
    std::memcpy(out, bytes.data(), bytes.size());
    *length = bytes.size();
    lie.spoil(out, bytes.size());
    lie.stretch(*length);
    return CKR_OK;
  }
};

void LyingModule::Lie::stretch(CK_ULONG& answered) const {
  if (kind == Kind::kLength) answered = length;
}

void LyingModule::Lie::spoil(void* answered, std::size_t size) const {
  if (kind != Kind::kContent || size == 0 || answered == nullptr) return;
  static_cast<std::byte*>(answered)[place % size] ^= static_cast<std::byte>(length | 1U);
}

LyingModule::LyingModule(ByteView lies) : lies_(lies), truths_(lies_.number()) {
  require(std::exchange(current, this) == nullptr, "one module lives at a time");
  functions_.version = {2, 40};
  functions_.C_GetInfo = Functions::getInfo;
  functions_.C_GetSlotList = Functions::getSlotList;
  functions_.C_GetTokenInfo = Functions::getTokenInfo;
  functions_.C_GetMechanismList = Functions::getMechanismList;
  functions_.C_GetMechanismInfo = Functions::getMechanismInfo;
  functions_.C_OpenSession = Functions::openSession;
  functions_.C_CloseSession = Functions::closeSession;
  functions_.C_GetSessionInfo = Functions::getSessionInfo;
  functions_.C_Login = Functions::login;
  functions_.C_DestroyObject = Functions::destroyObject;
  functions_.C_GetAttributeValue = Functions::getAttributeValue;
  functions_.C_FindObjectsInit = Functions::findObjectsInit;
  functions_.C_FindObjects = Functions::findObjects;
  functions_.C_FindObjectsFinal = Functions::findObjectsFinal;
  functions_.C_SignInit = Functions::signInit;
  functions_.C_Sign = Functions::sign;
  functions_.C_GenerateKey = Functions::generateKey;
  functions_.C_WrapKey = Functions::wrapKey;
  functions_.C_UnwrapKey = Functions::unwrapKey;
  functions_.C_GenerateRandom = Functions::generateRandom;

  for (const KeyRef& ref : {kBindingKeyRef, KeyRef{.key = {}, .version = 1}}) {
    Template attributes = promised(ref == kBindingKeyRef ? bindingKeyPromises() : cmkPromises());
    attributes.text(CKA_LABEL, labelOf(ref));
    if (ref != kBindingKeyRef) attributes.bytes(CKA_ID, objectIdOf(ref));
    generate(attributes.data(), attributes.size());
  }
}

LyingModule::~LyingModule() {
  current = nullptr;
}

std::unique_ptr<Module> LyingModule::adopt() {
  return std::make_unique<Module>(functions_);
}

LyingModule::Lie LyingModule::nextLie() {
  if (truths_ > 0) {
    --truths_;
    return {};
  }
  if (lies_.empty()) return {};
  Lie lie;
  lie.kind = static_cast<Lie::Kind>(lies_.number() % 4);
  lie.place = lies_.number();
  lie.value = meanings()[lie.place % meanings().size()].value;
  // Small ones are the likely mistakes; large ones are what is announced and never comes.
  const auto length = lies_.number<std::uint16_t>();
  lie.length = length < 0x8000 ? length : CK_ULONG{length} << (length % 48);
  truths_ = lies_.number();
  return lie;
}

CK_OBJECT_HANDLE LyingModule::add(Attributes attributes) {
  objects_[++lastObject_] = std::move(attributes);
  return lastObject_;
}

CK_OBJECT_HANDLE LyingModule::generate(const CK_ATTRIBUTE* attributes, CK_ULONG count) {
  Attributes made;
  for (const CK_ATTRIBUTE& attribute : std::span(attributes, count)) {
    made[attribute.type] = bytesOf(attribute);
  }
  CK_ULONG size = 32;
  if (const auto length = made.find(CKA_VALUE_LEN); length != made.end()) {
    std::memcpy(&size, length->second.data(), std::min(length->second.size(), sizeof size));
  }
  Bytes value(size);
  fillFrom(lastObject_, value);
  made.try_emplace(CKA_VALUE, std::move(value));
  made.try_emplace(CKA_VALUE_LEN, ofNumber(size));
  for (const CK_ATTRIBUTE_TYPE type : {CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE, CKA_LOCAL}) {
    made.try_emplace(type, ofFlag(true));
  }
  return add(std::move(made));
}

Bytes LyingModule::valueOf(CK_OBJECT_HANDLE object) const {
  const auto found = objects_.find(object);
  return found == objects_.end() ? Bytes() : found->second.at(CKA_VALUE);
}

bool LyingModule::says(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, bool value) const {
  const auto& attributes = objects_.at(object);
  const auto found = attributes.find(type);
  return found != attributes.end() && found->second == ofFlag(value);
}

}  // namespace strongroom::fuzz
