#include "hsm/worker/channel.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "hsm/worker/wire.h"

namespace strongroom::hsm::worker {
namespace {

using std::chrono::milliseconds;

Deadline soon() {
  return deadlineIn(std::chrono::seconds(30));
}

struct Pair {
  explicit Pair(Channel::Descriptors descriptors = Channel::Descriptors::kDropped)
      : Pair(connectedPair(), descriptors) {}
  Pair(std::pair<Descriptor, Descriptor> ends, Channel::Descriptors descriptors)
      : left(std::move(ends.first)), right(std::move(ends.second), descriptors) {}
  Channel left;
  Channel right;
};

SecretBytes message(std::size_t size, int seed = 1) {
  SecretBytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes.exposeWritable()[i] = static_cast<std::byte>(i * 7 + static_cast<std::size_t>(seed));
  }
  return bytes;
}

TEST(ChannelTest, MessagesArriveWholeAndInOrder) {
  Pair pair;
  for (const std::size_t size : {0U, 1U, 40U, 4092U, 4093U, 30'000U}) {
    pair.left.send(message(size), soon());
    pair.left.send(message(3, 9), soon());
    EXPECT_TRUE(pair.right.receive() == message(size)) << size;
    EXPECT_TRUE(pair.right.receive() == message(3, 9)) << size;
  }
}

TEST(ChannelTest, AMessageLargerThanTheSocketsBufferArrives) {
  Pair pair;
  std::jthread sender([&] { pair.left.send(message(5'000'000), soon()); });
  const auto received = pair.right.receive(soon(), Channel::kMaxList);
  ASSERT_TRUE(received);
  EXPECT_TRUE(*received == message(5'000'000));
}

TEST(ChannelTest, WhatCameByTheDeadlineIsKeptForTheNextCall) {
  auto [raw, other] = connectedPair();
  Channel channel(std::move(other));
  const char first[] = {0, 0, 0, 5, 'h', 'e'};
  ASSERT_EQ(::send(raw.number(), first, sizeof first, 0), 6);
  EXPECT_FALSE(channel.receive(deadlineIn(milliseconds(5))));
  ASSERT_EQ(::send(raw.number(), "llo", 3, 0), 3);
  const auto whole = channel.receive(deadlineIn(milliseconds(1'000)));
  ASSERT_TRUE(whole);
  EXPECT_EQ(asText(whole->expose()), "hello");
}

TEST(ChannelTest, ADeadlineThatHasPassedTakesOnlyWhatIsThere) {
  Pair pair;
  EXPECT_FALSE(pair.right.receive(Deadline{}));
  pair.left.send(message(10), soon());
  EXPECT_TRUE(pair.right.receive(Deadline{}));
}

TEST(ChannelTest, AnEndThatIsGoneIsClosed) {
  Pair pair;
  pair.left.shutDown();
  EXPECT_THROW(pair.right.receive(), Closed);
  EXPECT_THROW(pair.right.send(message(10), soon()), Closed);
}

TEST(ChannelTest, AnImpossibleLengthBreaksTheProtocol) {
  auto [raw, other] = connectedPair();
  Channel channel(std::move(other));
  const unsigned char length[] = {0xff, 0xff, 0xff, 0xff};
  ASSERT_EQ(::send(raw.number(), length, sizeof length, 0), 4);
  EXPECT_THROW(channel.receive(), ProtocolError);
}

TEST(ChannelTest, APeerThatTakesNothingCostsNoMoreThanTheDeadline) {
  Pair pair;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(pair.left.send(message(5'000'000), deadlineIn(milliseconds(50))), Closed);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST(ChannelTest, APeerThatSendsByteByByteGainsNoTime) {
  auto [raw, other] = connectedPair();
  Channel channel(std::move(other));
  const char length[] = {0, 0, 64, 0};
  ASSERT_EQ(::send(raw.number(), length, sizeof length, 0), 4);
  std::jthread dripping([&raw](const std::stop_token& stop) {
    while (!stop.stop_requested()) ::send(raw.number(), "x", 1, MSG_NOSIGNAL);
  });
  EXPECT_FALSE(channel.receive(deadlineIn(milliseconds(1))));
}

TEST(ChannelTest, AMessageIsNoLongerThanExpected) {
  Pair pair;
  pair.left.send(message(101), soon());
  EXPECT_THROW(pair.right.receive(soon(), 100), ProtocolError);
}

TEST(ChannelTest, DescriptorsThatNobodyAskedForAreDropped) {
  Pair pair;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const Descriptor reading(ends[0]);
  {
    const Descriptor writing(ends[1]);
    pair.left.send(message(1), soon(), {writing.number()});
  }
  EXPECT_TRUE(pair.right.receive() == message(1));
  EXPECT_TRUE(pair.right.takeDescriptors().empty());
  char byte = 0;
  EXPECT_EQ(::read(reading.number(), &byte, 1), 0) << "somebody still holds the other end";
}

TEST(ChannelTest, MoreDescriptorsThanAMessageCarriesAreRefused) {
  Pair pair;
  const std::vector<int> many(Channel::kMaxDescriptors + 1, 0);
  EXPECT_THROW(pair.left.send(message(1), soon(), many), std::length_error);
}

TEST(ChannelTest, DescriptorsTravelWithAMessage) {
  Pair pair(Channel::Descriptors::kTaken);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const Descriptor reading(ends[0]);
  {
    const Descriptor writing(ends[1]);
    pair.left.send(message(1), soon(), {writing.number()});
  }
  EXPECT_TRUE(pair.right.receive() == message(1));
  const std::vector<Descriptor> received = pair.right.takeDescriptors();
  ASSERT_EQ(received.size(), 1U);
  ASSERT_EQ(::write(received.front().number(), "x", 1), 1);
  char byte = 0;
  ASSERT_EQ(::read(reading.number(), &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
  EXPECT_TRUE(pair.right.takeDescriptors().empty());
}

}  // namespace
}  // namespace strongroom::hsm::worker
