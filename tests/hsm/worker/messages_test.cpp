#include "hsm/worker/messages.h"

#include <gtest/gtest.h>

namespace strongroom::hsm::worker {
namespace {

KeyRef someRef() {
  KeyRef ref;
  for (std::size_t i = 0; i < ref.key.bytes.size(); ++i) ref.key.bytes[i] = std::byte(i + 1);
  ref.version = 0x01020304;
  return ref;
}

Bytes some(std::string_view text) {
  return {asBytes(text).begin(), asBytes(text).end()};
}

TEST(MessagesTest, ARequestArrivesAsItWasSent) {
  const Request sent{.number = 77,
                     .operation = Operation::kGenerateDataKey,
                     .deadline = deadlineIn(std::chrono::seconds(3)),
                     .ref = someRef(),
                     .bytes = 1024,
                     .plaintext = Plaintext::kReturn,
                     .method = WrapMethod::kAesCbcPad,
                     .data = some("wrapped")};
  const Request got = decodeRequest(encode(sent).expose());
  EXPECT_EQ(got.number, 77U);
  EXPECT_EQ(got.operation, sent.operation);
  EXPECT_EQ(got.deadline, sent.deadline);
  EXPECT_EQ(got.ref, sent.ref);
  EXPECT_EQ(got.bytes, sent.bytes);
  EXPECT_EQ(got.plaintext, sent.plaintext);
  EXPECT_EQ(got.method, sent.method);
  EXPECT_EQ(got.data, sent.data);
}

TEST(MessagesTest, AnAnswerArrivesAsItWasSent) {
  Answer sent;
  sent.number = 78;
  sent.replaceWorker = true;
  sent.secret = SecretBytes(asBytes("plaintext"));
  sent.wrapped = some("wrapped");
  sent.method = WrapMethod::kAesCbcPad;
  sent.refs = {someRef(), KeyRef{}};
  const Answer got = decodeAnswer(encode(sent).expose());
  EXPECT_EQ(got.number, 78U);
  EXPECT_FALSE(got.error);
  EXPECT_TRUE(got.replaceWorker);
  EXPECT_TRUE(got.secret == sent.secret);
  EXPECT_EQ(got.wrapped, sent.wrapped);
  EXPECT_EQ(got.method, sent.method);
  EXPECT_EQ(got.refs, sent.refs);
}

TEST(MessagesTest, EveryErrorArrivesAsItWasSent) {
  for (std::uint8_t code = 0; code <= static_cast<std::uint8_t>(ErrorCode::kFault); ++code) {
    Answer sent;
    sent.error = Error(static_cast<ErrorCode>(code), "what happened", "C_Sign", 0x30);
    const Answer got = decodeAnswer(encode(sent).expose());
    ASSERT_TRUE(got.error);
    EXPECT_EQ(got.error->code(), sent.error->code());
    EXPECT_STREQ(got.error->what(), "what happened");
    EXPECT_EQ(got.error->call(), "C_Sign");
    EXPECT_EQ(got.error->returnValue(), 0x30U);
  }
}

TEST(MessagesTest, AnOpeningArrivesAsItWasAskedFor) {
  const Open sent{.token = {.module = "/usr/lib/module.so",
                            .token = {.label = "label", .serial = "serial", .uri = "pkcs11:"},
                            .sessions = 5,
                            .moduleArgument = "configdir='sql:/var'",
                            .pinDoubtful = true,
                            .allowUnsafeModule = true},
                  .pin = {.file = "/etc/pin", .descriptor = 7, .credential = "pin"}};
  const Open got = decodeOpen(encode(sent).expose());
  EXPECT_EQ(got.token.module, sent.token.module);
  EXPECT_EQ(got.token.token.label, "label");
  EXPECT_EQ(got.token.token.serial, "serial");
  EXPECT_EQ(got.token.token.uri, "pkcs11:");
  EXPECT_EQ(got.token.sessions, 5U);
  EXPECT_EQ(got.token.moduleArgument, sent.token.moduleArgument);
  EXPECT_TRUE(got.token.pinDoubtful);
  EXPECT_TRUE(got.token.allowUnsafeModule);
  EXPECT_EQ(got.pin.file, sent.pin.file);
  EXPECT_EQ(got.pin.credential, "pin");
  EXPECT_EQ(got.pin.descriptor, 0) << "its number means nothing in another process";
}

TEST(MessagesTest, AnOpenedTokenArrivesAsItWasSent) {
  Opened sent;
  sent.description = {.label = "a",
                      .serial = "b",
                      .manufacturer = "c",
                      .model = "d",
                      .firmware = "e",
                      .library = "f",
                      .longestDataKey = 256,
                      .dangers = {"one", "another"}};
  sent.witness = SecretBytes(asBytes("witness"));
  const Opened got = decodeOpened(encode(sent).expose());
  EXPECT_FALSE(got.error);
  EXPECT_EQ(got.description.label + got.description.serial + got.description.manufacturer +
                got.description.model + got.description.firmware + got.description.library,
            "abcdef");
  EXPECT_EQ(got.description.longestDataKey, 256U);
  EXPECT_EQ(got.description.dangers, sent.description.dangers);
  EXPECT_TRUE(got.witness == sent.witness);
}

TEST(MessagesTest, APongArrivesAsItWasSent) {
  Pong sent;
  sent.residentBytes = 1U << 30U;
  sent.statistics.sessionLimit = 1;
  sent.statistics.sessionsOpen = 2;
  sent.statistics.sessionsLeased = 3;
  sent.statistics.sessionsDiscarded = 4;
  sent.statistics.leaseWaits = 5;
  sent.statistics.leaseTimeouts = 6;
  sent.statistics.leaseWaitSeconds = 0.25;
  sent.statistics.logins = 7;
  sent.statistics.keysCached = 8;
  sent.statistics.calls = {{.function = "C_Sign", .calls = 9, .errors = 1, .seconds = 1.5}};
  const Pong got = decodePong(encode(sent).expose());
  EXPECT_EQ(got.residentBytes, sent.residentBytes);
  EXPECT_EQ(got.statistics.sessionLimit, 1U);
  EXPECT_EQ(got.statistics.sessionsOpen, 2U);
  EXPECT_EQ(got.statistics.sessionsLeased, 3U);
  EXPECT_EQ(got.statistics.sessionsDiscarded, 4U);
  EXPECT_EQ(got.statistics.leaseWaits, 5U);
  EXPECT_EQ(got.statistics.leaseTimeouts, 6U);
  EXPECT_EQ(got.statistics.leaseWaitSeconds, 0.25);
  EXPECT_EQ(got.statistics.logins, 7U);
  EXPECT_EQ(got.statistics.keysCached, 8U);
  ASSERT_EQ(got.statistics.calls.size(), 1U);
  EXPECT_EQ(got.statistics.calls.front().function, "C_Sign");
  EXPECT_EQ(got.statistics.calls.front().calls, 9U);
  EXPECT_EQ(got.statistics.calls.front().errors, 1U);
  EXPECT_EQ(got.statistics.calls.front().seconds, 1.5);
}

/// What a worker that is no longer ours could send: every beginning of a message, and every message
/// with one byte changed, is decoded or refused, and nothing else.
template <class Decode>
void expectNoOtherEnd(const SecretBytes& message, Decode decode) {
  const Bytes whole(message.expose().begin(), message.expose().end());
  const auto tryIt = [&](ByteView bytes) {
    try {
      decode(bytes);
    } catch (const ProtocolError&) {
    }
  };
  for (std::size_t size = 0; size < whole.size(); ++size) tryIt(ByteView(whole).first(size));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0x80U, 0xffU}) {
      Bytes changed = whole;
      changed[i] = static_cast<std::byte>(value);
      tryIt(changed);
    }
  }
}

TEST(MessagesTest, APongNamesFunctionsAndNoMoreThanThereAre) {
  Pong pong;
  pong.statistics.calls = {{.function = "C_Sign\nfake_metric 1"}};
  EXPECT_THROW(decodePong(encode(pong).expose()), ProtocolError);
  pong.statistics.calls = {{.function = std::string(65, 'a')}};
  EXPECT_THROW(decodePong(encode(pong).expose()), ProtocolError);
  pong.statistics.calls.assign(101, {.function = "C_Sign"});
  EXPECT_THROW(decodePong(encode(pong).expose()), ProtocolError);
}

TEST(MessagesTest, WhatIsNoMessageIsRefused) {
  Answer answer;
  answer.error = Error(ErrorCode::kBusy, "text", "C_Sign", 1);
  answer.secret = SecretBytes(16);
  answer.refs = {someRef()};
  expectNoOtherEnd(encode(answer), [](ByteView bytes) { decodeAnswer(bytes); });
  Opened opened;
  opened.description.label = "label";
  expectNoOtherEnd(encode(opened), [](ByteView bytes) { decodeOpened(bytes); });
  Pong pong;
  pong.statistics.calls = {{.function = "C_Sign"}};
  expectNoOtherEnd(encode(pong), [](ByteView bytes) { decodePong(bytes); });
  EXPECT_THROW(decodeAnswer({}), ProtocolError);
  EXPECT_THROW(decodeRequest(Bytes(3)), ProtocolError);
  EXPECT_THROW(decodeCommand(Bytes{std::byte{2}}), ProtocolError);
  EXPECT_THROW(decodeCommand(Bytes(2)), ProtocolError) << "more than its field";
}

}  // namespace
}  // namespace strongroom::hsm::worker
