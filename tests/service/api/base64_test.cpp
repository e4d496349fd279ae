#include "service/api/base64.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

namespace strongroom::api {
namespace {

std::string encoded(ByteView bytes) {
  std::string text(base64Length(bytes.size()), '\0');
  encodeBase64(bytes, text.data());
  return text;
}

struct Vector {
  std::string_view bytes;
  std::string_view text;
};

// RFC 4648, section 10; then every digit of the alphabet's upper end.
constexpr Vector kVectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "+/+/"},
};

TEST(Base64Test, AgreesWithTheVectorsOfTheRfc) {
  for (const Vector& vector : kVectors) {
    EXPECT_EQ(encoded(asBytes(vector.bytes)), vector.text);
    const auto decoded = decodeBase64(vector.text);
    ASSERT_TRUE(decoded.has_value()) << vector.text;
    EXPECT_EQ(asText(decoded->expose()), vector.bytes);
  }
}

TEST(Base64Test, RefusesEveryOtherText) {
  for (const char* text :
       {"Z",     "Zg",    "Zg=",      "Zg===",    "=",    "==",   "===",     "====",
        "Z===",  "Zm9v=", "Zm9v====", "Zg==Zg==", "=Zg=", "Z=g=", "Zm8=\n",  "Zm9v\n",
        " Zm9v", "Zm9v ", "Zm 9v",    "Zm\n9v",   "-_-_", "Zm9*", "Zm9\x80", "Zm\xc3\xa9"}) {
    EXPECT_FALSE(decodeBase64(text).has_value()) << text;
  }
  EXPECT_FALSE(decodeBase64(std::string_view("Zm9v\0\0\0\0", 8)).has_value());
}

TEST(Base64Test, RefusesStrayBitsBeforeThePadding) {
  for (const char* text : {"Zh==", "Zo==", "Zm9=", "Zm+=", "//==", "///="}) {
    EXPECT_FALSE(decodeBase64(text).has_value()) << text;
  }
}

TEST(Base64Test, ReadsBackWhatItWrote) {
  EXPECT_TRUE(rc::check([](const std::vector<unsigned char>& bytes) {
    const ByteView view = std::as_bytes(std::span(bytes));
    const auto decoded = decodeBase64(encoded(view));
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(std::ranges::equal(decoded->expose(), view));
  }));
}

TEST(Base64Test, HasOneTextForEachRunOfBytes) {
  EXPECT_TRUE(rc::check([] {
    const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("AQgw+/9=")));
    if (const auto decoded = decodeBase64(text)) RC_ASSERT(encoded(decoded->expose()) == text);
  }));
}

}  // namespace
}  // namespace strongroom::api
