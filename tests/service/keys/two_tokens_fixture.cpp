#include "tests/service/keys/two_tokens_fixture.h"

#include "hsm/error.h"
#include "service/keys/token_fingerprint.h"

namespace strongroom::keys {

void TwoTokens::start(NewKeysIn newKeysIn, StepObserver observer) {
  const bool second = newKeysIn == NewKeysIn::kSecond;
  startWith({{"token", firstSwitch_, !second}, {"token.second", secondSwitch_, second}},
            std::move(observer));
}

void TwoTokens::startWithFirstAlone() {
  startWith({{"token", firstSwitch_}}, {});
}

void TwoTokens::startWith(const std::vector<Tokens::Given>& given, StepObserver observer) {
  lifecycle_.reset();
  reopen();
  tokens_ =
      std::make_unique<Tokens>(given, [this](const KeyRef& ref) { return store_->tokenOf(ref); });
  requireSameToken(*store_, firstSwitch_, deadline());
  for (Token& token : tokens_->all()) {
    try {
      recogniseToken(*store_, *tokens_, token, deadline());
    } catch (const hsm::Error&) {
      // Switched off.
    }
  }
  bindings_ = std::make_unique<BindingKeys>(*tokens_);
  envelope_ = std::make_unique<Envelope>(*tokens_, *bindings_);
  lifecycle_ = std::make_unique<Lifecycle>(*store_, *tokens_, *bindings_, clock_,
                                           std::move(observer), ClockJumps::kBelieve);
}

}  // namespace strongroom::keys
