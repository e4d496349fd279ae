#include <algorithm>

#include "service/keys/lifecycle.h"
#include "service/keys/lifecycle_details.h"

namespace strongroom::keys {

bool Lifecycle::trustsClock() {
  if (clockJumps_ == ClockJumps::kBelieve) return true;
  const auto verdict = clockGuard_.look(clock_.now(), std::chrono::steady_clock::now());
  if (verdict == ClockGuard::Verdict::kJumped) {
    keysLogger().error(
        "the system's clock jumped by more than an hour, or the machine slept: no key is destroyed "
        "for 24 hours. Check the date; a restart of the service takes it as right");
  }
  return verdict == ClockGuard::Verdict::kTrusted;
}

/// What one token holds of ours, as this turn found it.
struct Lifecycle::Stock {
  Token* token;
  TokenNumber number;
  std::vector<KeyRef> refs;    ///< recorded, listed by the token, or both; sorted
  std::exception_ptr failure;  ///< why the token is asked for nothing more in this turn
};

std::size_t Lifecycle::destroyDueKeys(hsm::Deadline deadline) {
  const Turn turn = takeTurn(deadline);
  if (!trustsClock()) return 0;
  const std::vector<KeyId> destroying = store_.beginDueDeletions(clock_.now());
  if (destroying.empty()) return 0;
  step("destroying recorded");

  std::vector<Stock> stocks = takeStock(deadline);
  std::exception_ptr heldUp;
  std::size_t destroyed = 0;
  for (const KeyId& key : destroying) {
    if (const std::exception_ptr failure = obstacle(key, stocks)) {
      heldUp = failure;
      continue;
    }
    try {
      for (Stock& stock : stocks) destroyIn(stock, key, deadline);
      bindings_.forget(key);
      tokens_.forget(key);
      store_.forgetKey(key);
      step("record forgotten");
      ++destroyed;
    } catch (const hsm::Error& error) {
      keysLogger().error("key " + key.toString() + " was not destroyed: " + error.what());
      if (concernsTheToken(error.code())) heldUp = std::current_exception();
    }
  }
  if (heldUp) std::rethrow_exception(heldUp);
  return destroyed;
}

std::vector<Lifecycle::Stock> Lifecycle::takeStock(hsm::Deadline deadline) {
  std::vector<Stock> stocks;
  for (Token& token : tokens_.all()) {
    const auto number = token.number();
    if (!number) continue;
    // Both views, so that an object which only one of them knows is destroyed too.
    Stock stock{&token, *number, store_.versionsIn(*number), nullptr};
    try {
      const hsm::Deadline soon = tokens_.all().size() == 1 ? deadline : halfWayTo(deadline);
      // Another token would hold none of the objects, and every key would seem to be gone already.
      token.hsm().probe(soon);
      stock.refs = unionOf(stock.refs, token.hsm().listKeys(soon));
    } catch (const hsm::Error&) {
      stock.failure = std::current_exception();
    }
    stocks.push_back(std::move(stock));
  }
  return stocks;
}

std::exception_ptr Lifecycle::obstacle(const KeyId& key, const std::vector<Stock>& stocks) {
  for (const TokenNumber number : store_.tokensOf(key)) {
    const auto stock = std::ranges::find(stocks, number, &Stock::number);
    if (stock == stocks.end()) {
      return std::make_exception_ptr(hsm::Error(
          hsm::ErrorCode::kTokenUnavailable,
          "key " + key.toString() + " is to be destroyed and is in the store's token number " +
              std::to_string(number) + ", which is out of reach"));
    }
    if (stock->failure) return stock->failure;
  }
  return nullptr;
}

void Lifecycle::destroyIn(Stock& stock, const KeyId& key, hsm::Deadline deadline) {
  const std::vector<KeyRef> refs = versionsOf(key, stock.refs);
  if (refs.empty() || stock.failure) return;  // failed, and holds nothing of it: see obstacle()
  Token& token = *stock.token;
  try {
    for (const KeyRef& ref : refs) destroyObject(token, ref, deadline);
    const std::vector<KeyRef> left = versionsOf(key, token.hsm().listKeys(deadline));
    if (!left.empty()) {
      throw hsm::Error(hsm::ErrorCode::kFault, nameOf(token) + " still holds " +
                                                   describe(left.front()) + "; its record is kept");
    }
    // After the listing: it is worth something only if it was this token that was listed.
    token.hsm().probe(deadline);
  } catch (const hsm::Error& error) {
    if (concernsTheToken(error.code())) stock.failure = std::current_exception();
    throw;
  }
}

void Lifecycle::destroyObject(Token& token, const KeyRef& ref, hsm::Deadline deadline) {
  try {
    token.hsm().destroyKey(ref, deadline);
  } catch (const hsm::Error& error) {
    if (error.code() != hsm::ErrorCode::kKeyNotFound) throw;
    // Destroyed before a crash, or never made: an intent that failed.
    keysLogger().warning(describe(ref) + " is to be destroyed and is not in " + nameOf(token));
    return;
  }
  keysLogger().warning("destroyed " + describe(ref) + " in " + nameOf(token) +
                       ", irrevocably: nothing encrypted under it can be decrypted again");
  step("object destroyed");
}

}  // namespace strongroom::keys
