#pragma once

#include <Poco/AutoPtr.h>
#include <Poco/Channel.h>

#include <atomic>
#include <cstdint>

namespace strongroom::service {

/// Passes messages on to another channel and loses those that it cannot take: a full log disk must
/// neither fail a request nor end a thread. The first message that gets through again says how many
/// were lost. Thread-safe when the other channel is.
class BestEffortChannel final : public Poco::Channel {
 public:
  explicit BestEffortChannel(Poco::AutoPtr<Poco::Channel> sink) : sink_(std::move(sink)) {}

  void log(const Poco::Message& message) noexcept override;

 private:
  Poco::AutoPtr<Poco::Channel> sink_;
  std::atomic<std::uint64_t> lost_{0};
};

}  // namespace strongroom::service
