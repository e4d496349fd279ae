#include "service/keys/tokens.h"

#include <iterator>
#include <mutex>

#include "hsm/error.h"

namespace strongroom::keys {

std::optional<TokenNumber> Token::number() const {
  const TokenNumber number = number_;
  if (number == 0) return std::nullopt;
  return number;
}

TokenNumber Token::requireNumber() const {
  if (const auto known = number()) return *known;
  throw hsm::Error(hsm::ErrorCode::kTokenUnavailable, "[" + name_ + "] was not taken in yet");
}

Tokens::Tokens(const std::vector<Given>& given, FindHome findHome)
    : forNewKeys_(nullptr), findHome_(std::move(findHome)) {
  for (const Given& one : given) {
    Token& token = tokens_.emplace_back(one.name, one.hsm);
    if (one.newKeys) forNewKeys_ = &token;
  }
  if (!forNewKeys_) forNewKeys_ = &tokens_.front();
}

Token* Tokens::find(TokenNumber number) {
  for (Token& token : tokens_) {
    if (token.number() == number) return &token;
  }
  return nullptr;
}

hsm::Hsm& Tokens::holding(const KeyRef& ref) {
  const auto home = homeOf(ref);
  const auto complain = [&](hsm::ErrorCode code, const std::string& what) {
    return hsm::Error(code, "version " + std::to_string(ref.version) + " of key " +
                                ref.key.toString() + " " + what);
  };
  if (!home) throw complain(hsm::ErrorCode::kKeyNotFound, "has no record");
  if (const Token* token = find(*home)) return token->hsm();
  throw complain(hsm::ErrorCode::kTokenUnavailable,
                 "is in the store's token number " + std::to_string(*home) +
                     ", which is not configured, or was not there since the start");
}

std::optional<TokenNumber> Tokens::homeOf(const KeyRef& ref) {
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = homes_.find(ref); found != homes_.end()) return found->second;
  }
  // What no record names is not remembered: anybody can ask for that, and it may be made yet.
  const auto home = findHome_(ref);
  if (!home) return std::nullopt;
  const std::unique_lock lock(mutex_);
  return homes_.try_emplace(ref, *home).first->second;
}

void Tokens::forget(const KeyId& key) {
  const std::unique_lock lock(mutex_);
  std::erase_if(homes_, [&](const auto& entry) { return entry.first.key == key; });
}

void Tokens::random(std::span<std::byte> out, hsm::Deadline deadline) {
  std::vector<Token*> order{forNewKeys_};
  for (Token& token : tokens_) {
    if (&token != forNewKeys_) order.push_back(&token);
  }
  const auto last = std::prev(order.end());
  for (auto token = order.begin(); token != last; ++token) {
    try {
      return (*token)->hsm().random(out, deadline);
    } catch (const hsm::Error&) {
      // The next one's numbers are as good.
    }
  }
  (*last)->hsm().random(out, deadline);
}

}  // namespace strongroom::keys
