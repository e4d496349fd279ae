#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "service/http/connection.h"

namespace strongroom::http {

/// The connections that are open: how many there may be, who makes room for a newcomer, and how
/// they end with the server. For the loop's thread, but where it says otherwise.
class ConnectionRegistry {
 public:
  struct Limits {
    std::size_t connections = 1;  ///< that are served
    /// Of these from one address; max() for no limit.
    std::size_t perClient = std::numeric_limits<std::size_t>::max();
    std::size_t crowd = 0;  ///< that are open besides, to be told that there are too many
  };

  struct Counters {
    std::uint64_t open = 0;
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;  ///< closed at once, or told that there are too many
    std::uint64_t evicted = 0;  ///< idle strangers that made room
  };

  explicit ConnectionRegistry(Limits limits) : limits_(limits) {}

  /// False: there is not even room to say so, nor a stranger that could go.
  bool mayCome(const std::string& client);
  void add(std::shared_ptr<Connection> connection);
  void remove(Connection& connection);
  /// One of them begins to be served, or is served no longer.
  void countServing(int more) { serving_ += more; }

  /// True when the connection is among those that are served; for that an idle stranger may have to
  /// go: of those without a proven caller the one idle longest.
  bool makeRoom(const Connection& newcomer);
  void noteStranger(Connection& connection);
  void forgetStranger(Connection& connection);

  /// A request was refused since its connection is one too many.
  void countRefused();
  /// Connections that have a descriptor: one that has ended keeps it for as long as another thread
  /// is at work on it. From any thread.
  void countAlive(int more) { alive_ += more; }

  /// Every connection ends after the requests that have begun.
  void drain();
  bool draining() const { return draining_; }
  /// Ends every connection, in whatever it does.
  void cut();
  /// False when connections are still open at `deadline`. From any thread.
  bool awaitEmpty(std::chrono::steady_clock::time_point deadline);
  /// From any thread.
  Counters counters() const;

 private:
  /// The one that has been a stranger longest comes first.
  using Strangers = std::set<std::pair<Connection::Clock::time_point, Connection*>>;

  std::size_t ofClient(const std::string& client) const;
  Strangers& strangersLike(const Connection& connection) {
    return connection.isShakingHands() ? shaking_ : strangers_;
  }

  const Limits limits_;
  std::unordered_map<const Connection*, std::shared_ptr<Connection>> connections_;
  std::unordered_map<std::string, std::size_t> clients_;
  Strangers strangers_;  ///< that are served
  Strangers shaking_;    ///< that shake hands still
  std::int64_t serving_ = 0;
  std::atomic<std::int64_t> alive_{0};
  bool draining_ = false;
  mutable std::mutex mutex_;  ///< of the counters
  std::condition_variable empty_;
  Counters counters_;
};

}  // namespace strongroom::http
