#include "service/auth/principal_shares.h"

#include <utility>

#include "service/auth/error.h"

namespace strongroom::auth {

PrincipalShares::Share::Share(PrincipalShares& shares, std::string principal)
    : shares_(&shares), principal_(std::move(principal)) {}

PrincipalShares::Share::Share(Share&& other) noexcept
    : shares_(std::exchange(other.shares_, nullptr)), principal_(std::move(other.principal_)) {}

PrincipalShares::Share::~Share() {
  if (shares_ != nullptr) shares_->leave(principal_);
}

PrincipalShares::Share PrincipalShares::enter(const std::string& principal) {
  {
    const std::lock_guard lock(mutex_);
    std::size_t& inProgress = inProgress_[principal];
    if (most_ != 0 && inProgress >= most_) {
      throw Error(ErrorCode::kThrottled,
                  "You have exceeded the rate at which you may call KMS. Reduce the frequency of "
                  "your calls.");
    }
    ++inProgress;
  }
  return {*this, principal};
}

void PrincipalShares::leave(const std::string& principal) {
  const std::lock_guard lock(mutex_);
  const auto found = inProgress_.find(principal);
  if (--found->second == 0) inProgress_.erase(found);
}

}  // namespace strongroom::auth
