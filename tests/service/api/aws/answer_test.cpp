#include "service/api/aws/answer.h"

#include <gtest/gtest.h>

#include <string>

namespace strongroom::api::aws {
namespace {

std::string textOf(Answer& answer) {
  const http::SecretChars text = answer.finish();
  return {text.begin(), text.end()};
}

keys::TimePoint at(long long milliseconds) {
  return keys::TimePoint(std::chrono::milliseconds(milliseconds));
}

TEST(AnswerTest, IsAnEmptyObjectAtFirst) {
  Answer answer;
  EXPECT_EQ(textOf(answer), "{}");
}

TEST(AnswerTest, WritesMembersInTheOrderOfCalls) {
  Answer answer;
  answer.text("b", "x").flag("yes", true).flag("no", false).integer("n", -7);
  EXPECT_EQ(textOf(answer), R"({"b":"x","yes":true,"no":false,"n":-7})");
}

TEST(AnswerTest, WritesListsAndObjects) {
  Answer answer;
  answer.beginObject("o").text("a", "1").endObject();
  answer.beginList("l").element("x").beginObject().endObject().endList();
  answer.beginList("empty").endList();
  EXPECT_EQ(textOf(answer), R"({"o":{"a":"1"},"l":["x",{}],"empty":[]})");
}

TEST(AnswerTest, EscapesWhatJsonMust) {
  Answer answer;
  answer.text("t", std::string_view("\"\\/\b\f\n\r\t\0\x1f\x7f", 11));
  EXPECT_EQ(textOf(answer), "{\"t\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001F\x7f\"}");
}

TEST(AnswerTest, LeavesOtherCharactersAsTheyAre) {
  Answer answer;
  answer.text("t", "\xc3\xa9\xf0\x9f\x94\x91");
  EXPECT_EQ(textOf(answer), "{\"t\":\"\xc3\xa9\xf0\x9f\x94\x91\"}");
}

TEST(AnswerTest, WritesBlobsAsStandardBase64) {
  Answer answer;
  answer.blob("a", asBytes("\xfb\xff")).blob("none", {});
  EXPECT_EQ(textOf(answer), R"({"a":"+/8=","none":""})");
}

TEST(AnswerTest, WritesTimesAsSecondsWithTheirMilliseconds) {
  Answer answer;
  answer.time("a", at(1'700'000'000'123)).time("b", at(1'700'000'000'000)).time("c", at(7));
  EXPECT_EQ(textOf(answer), R"({"a":1700000000.123,"b":1700000000.000,"c":0.007})");
}

TEST(AnswerTest, GrowsWithWhatIsWritten) {
  Answer answer;
  const std::string large(1 << 20, 'x');
  answer.text("a", large).text("b", large);
  EXPECT_EQ(textOf(answer), R"({"a":")" + large + R"(","b":")" + large + R"("})");
}

TEST(WipingAllocatorTest, KeepsContentsWhenABlockGrowsOrShrinks) {
  WipingAllocator allocator;
  auto* block = static_cast<char*>(allocator.Malloc(4));
  std::copy_n("abcd", 4, block);
  block = static_cast<char*>(allocator.Realloc(block, 4, 4096));
  EXPECT_EQ(std::string(block, 4), "abcd");
  block = static_cast<char*>(allocator.Realloc(block, 4096, 2));
  EXPECT_EQ(std::string(block, 2), "ab");
  EXPECT_EQ(allocator.Realloc(block, 2, 0), nullptr);
  EXPECT_EQ(allocator.Malloc(0), nullptr);
  WipingAllocator::Free(nullptr);
}

}  // namespace
}  // namespace strongroom::api::aws
