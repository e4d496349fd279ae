#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "hsm/hsm.h"
#include "service/keys/records.h"

namespace strongroom::keys {

/// One of the tokens that the service was given. Thread-safe.
class Token {
 public:
  /// `name` is that of its table in the configuration: "token", "token.second".
  Token(std::string name, hsm::Hsm& hsm) : name_(std::move(name)), hsm_(hsm) {}

  const std::string& name() const { return name_; }
  hsm::Hsm& hsm() const { return hsm_; }

  /// Which of the store's tokens it is: nullopt until it answered for the first time
  /// (token_fingerprint.h). It does not change any more.
  std::optional<TokenNumber> number() const;
  void setNumber(TokenNumber number) { number_ = number; }
  /// The same; throws hsm::Error kTokenUnavailable instead of nullopt.
  TokenNumber requireNumber() const;

 private:
  const std::string name_;
  hsm::Hsm& hsm_;
  std::atomic<TokenNumber> number_{0};  ///< 0: not known
};

/// The tokens of the service: which of them holds a key version, and which one new keys go to. CMKs
/// do not leave tokens, so the answer for a version never changes, and is remembered. Thread-safe.
class Tokens {
 public:
  struct Given {
    std::string name;
    hsm::Hsm& hsm;
    bool newKeys = false;
  };
  /// Which token holds a version, by the records; nullopt for one that was never ready.
  using FindHome = std::function<std::optional<TokenNumber>(const KeyRef& ref)>;

  /// `given` is not empty, its first one is the store's first token, and one of them takes new
  /// keys: the first where none says so.
  Tokens(const std::vector<Given>& given, FindHome findHome);

  std::deque<Token>& all() { return tokens_; }
  const std::deque<Token>& all() const { return tokens_; }
  Token& first() { return tokens_.front(); }
  Token& forNewKeys() { return *forNewKeys_; }

  /// The token of that number; nullptr when it is not configured, or was not there yet.
  Token* find(TokenNumber number);

  /// Whether a record names this version as ready.
  bool isRecorded(const KeyRef& ref) { return homeOf(ref).has_value(); }

  /// The token that holds `ref`. Throws hsm::Error: kKeyNotFound when no record names it,
  /// kTokenUnavailable when its token is out of reach; StoreError.
  hsm::Hsm& holding(const KeyRef& ref);

  /// Drops what is remembered of a destroyed key.
  void forget(const KeyId& key);

  /// Fills `out` (at most 1024 bytes) from the first token that answers, the one for new keys
  /// before the others. Throws hsm::Error.
  void random(std::span<std::byte> out, hsm::Deadline deadline);

 private:
  std::optional<TokenNumber> homeOf(const KeyRef& ref);

  std::deque<Token> tokens_;
  Token* forNewKeys_;
  const FindHome findHome_;
  std::shared_mutex mutex_;
  std::unordered_map<KeyRef, TokenNumber> homes_;
};

}  // namespace strongroom::keys
