#pragma once

#include <p11-kit/pkcs11.h>

#include <map>
#include <memory>
#include <vector>

#include "hsm/pkcs11/attributes.h"
#include "hsm/pkcs11/module.h"
#include "tests/fuzz/fuzz.h"

namespace strongroom::fuzz {

/// A PKCS#11 module in memory with one token, provisioned, that answers truthfully until its lies
/// say otherwise: a return value of their choice, another length, other bytes. It never writes past
/// the room that it is given, which no caller could survive. The cryptography is a pretence. One
/// lives at a time, since PKCS#11 functions carry no state of their own.
class LyingModule {
 public:
  /// Lies are: how many calls are answered truthfully, then the lie, and so on; at their end it
  /// tells the truth for ever. `lies` outlives it.
  explicit LyingModule(ByteView lies);
  ~LyingModule();
  LyingModule(const LyingModule&) = delete;
  LyingModule& operator=(const LyingModule&) = delete;

  /// For what is to be tested; it uses this object's functions.
  std::unique_ptr<hsm::pkcs11::Module> adopt();

 private:
  friend struct Functions;

  using Attributes = std::map<CK_ATTRIBUTE_TYPE, Bytes>;

  /// What is done to one answer.
  struct Lie {
    enum class Kind : std::uint8_t { kNone, kRefuse, kLength, kContent } kind = Kind::kNone;
    CK_RV value = CKR_OK;
    CK_ULONG length = 0;
    std::uint8_t place = 0;

    CK_RV refusal() const { return kind == Kind::kRefuse ? value : CKR_OK; }
    void stretch(CK_ULONG& answered) const;
    void spoil(void* answered, std::size_t size) const;
  };

  Lie nextLie();
  CK_OBJECT_HANDLE add(Attributes attributes);
  CK_OBJECT_HANDLE generate(const CK_ATTRIBUTE* attributes, CK_ULONG count);
  /// The object's value; empty when there is none.
  Bytes valueOf(CK_OBJECT_HANDLE object) const;
  bool says(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, bool value) const;

  Input lies_;
  std::size_t truths_;
  CK_FUNCTION_LIST functions_{};
  std::map<CK_OBJECT_HANDLE, Attributes> objects_;
  CK_OBJECT_HANDLE lastObject_ = 0;
  CK_SESSION_HANDLE lastSession_ = 0;
  std::vector<CK_OBJECT_HANDLE> found_;
  bool loggedIn_ = false;
};

}  // namespace strongroom::fuzz
