#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <unordered_set>

namespace strongroom::http {

/// The connections that are open, so that a stop can wake the idle ones, wait for the busy ones and
/// cut what is left, and so that idle strangers make room when there are too many. Thread-safe.
class ConnectionRegistry {
 public:
  /// One connection's place in the registry, from its thread's first step to its last.
  class Entry {
   public:
    /// `descriptor` stays open for as long as the entry lives.
    Entry(ConnectionRegistry& registry, int descriptor);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    /// How many connections were open when this one came, itself included.
    std::size_t rank() const { return rank_; }
    /// Before waiting for a request, when no byte of it has come. False: end, see ends().
    bool becomeIdle();
    /// From the first byte of a request until its answer is out.
    void becomeBusy() { idleSince_ = kBusy; }
    /// A request of this connection had a caller who proved to be one: nobody's newcomer ends it.
    void prove() { proven_ = true; }
    bool proven() const { return proven_; }
    /// No request after this one: the server stops, or the place was given to a newcomer.
    bool ends() const { return ending_ || registry_.draining_; }

   private:
    friend class ConnectionRegistry;
    /// Steady clock, in its own ticks: a number, since atomic and with a value for "not idle".
    using Ticks = std::chrono::steady_clock::rep;
    static constexpr Ticks kBusy = -1;

    ConnectionRegistry& registry_;
    const int descriptor_;
    std::atomic<Ticks> idleSince_{kBusy};
    std::atomic<bool> proven_{false};
    std::atomic<bool> ending_{false};
    std::size_t rank_ = 0;
  };

  /// For a connection that is one too many: true when no more than `most` are open by now, or when
  /// an idle one, of those without a proven caller the one idle longest, was ended in its favour.
  bool makeRoom(std::size_t most);
  /// Wakes every idle connection as if its peer had ended it; the others end after their answer.
  void beginDrain();
  /// False when connections are still open at `deadline`.
  bool awaitEmpty(std::chrono::steady_clock::time_point deadline);
  /// Cuts every connection, in whatever it does.
  void cut();

 private:
  std::mutex mutex_;
  std::condition_variable empty_;
  std::unordered_set<Entry*> entries_;
  std::atomic<bool> draining_{false};
};

}  // namespace strongroom::http
