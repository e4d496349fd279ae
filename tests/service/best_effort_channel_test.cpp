#include "service/best_effort_channel.h"

#include <Poco/Exception.h>
#include <Poco/Message.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace strongroom::service {
namespace {

/// A sink on a disk that can be full.
class Disk final : public Poco::Channel {
 public:
  void log(const Poco::Message& message) override {
    if (full) throw Poco::WriteFileException("No space left on device");
    texts.push_back(message.getText());
  }

  bool full = false;
  std::vector<std::string> texts;
};

TEST(BestEffortChannelTest, LosesWhatCannotBeWrittenAndSaysSoLater) {
  Poco::AutoPtr<Disk> disk(new Disk);
  BestEffortChannel channel(disk);
  const auto log = [&](const char* text) {
    channel.log(Poco::Message("x", text, Poco::Message::PRIO_ERROR));
  };
  log("before");
  disk->full = true;
  log("lost");
  log("lost too");
  disk->full = false;
  log("after");
  log("last");
  EXPECT_EQ(disk->texts, (std::vector<std::string>{"before", "2 messages could not be written",
                                                   "after", "last"}));
}

}  // namespace
}  // namespace strongroom::service
