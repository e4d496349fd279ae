#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace strongroom::auth {

/// How many requests each principal has in progress, so that one of them cannot take the service
/// from the others. Thread-safe.
class PrincipalShares {
 public:
  /// One request's place, given back at its end. Move-only; ends before its PrincipalShares.
  class Share {
   public:
    ~Share();
    Share(Share&& other) noexcept;
    Share& operator=(Share&&) = delete;
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

   private:
    friend class PrincipalShares;
    Share(PrincipalShares& shares, std::string principal);

    PrincipalShares* shares_;
    std::string principal_;
  };

  /// `most`: requests of one principal at a time; 0 for no limit.
  explicit PrincipalShares(std::size_t most) : most_(most) {}

  /// Throws Error kThrottled when the principal has as many in progress as it may.
  Share enter(const std::string& principal);

 private:
  void leave(const std::string& principal);

  const std::size_t most_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> inProgress_;
};

}  // namespace strongroom::auth
