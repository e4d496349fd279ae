#include "service/json/strict_json.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <new>
#include <string>

namespace strongroom::json {
namespace {

/// What parseObject() says to `text`: "" when it takes it.
std::string refusalOf(std::string_view text) {
  std::vector<char> buffer(text.begin(), text.end());
  try {
    parseObject(buffer);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

TEST(StrictJsonTest, ReadsEveryKindOfValue) {
  std::string text =
      R"({"text":"a\u00e9\n","int":-7,"big":18446744073709551615,"real":1.5e3,"yes":true,"no":false,)"
      R"("nothing":null,"list":[1,[2]],"object":{"a":{}}})";
  std::vector<char> buffer(text.begin(), text.end());
  const rapidjson::Document document = parseObject(buffer);
  EXPECT_STREQ(document["text"].GetString(), "a\xc3\xa9\n");
  EXPECT_EQ(document["int"].GetInt64(), -7);
  EXPECT_EQ(document["big"].GetUint64(), 18446744073709551615ULL);
  EXPECT_DOUBLE_EQ(document["real"].GetDouble(), 1500.0);
  EXPECT_TRUE(document["yes"].GetBool());
  EXPECT_FALSE(document["no"].GetBool());
  EXPECT_TRUE(document["nothing"].IsNull());
  EXPECT_EQ(document["list"][1][0].GetInt(), 2);
  EXPECT_TRUE(document["object"]["a"].ObjectEmpty());
}

TEST(StrictJsonTest, KeepsStringsWhereTheCallerWipesThem) {
  std::string text = R"({"secret":"plaintext"})";
  std::vector<char> buffer(text.begin(), text.end());
  const rapidjson::Document document = parseObject(buffer);
  const char* secret = document["secret"].GetString();
  EXPECT_GE(secret, buffer.data());
  EXPECT_LT(secret, buffer.data() + buffer.size());
}

TEST(StrictJsonTest, TakesOnlyObjects) {
  EXPECT_EQ(refusalOf(" \t\r\n{ } \n"), "");
  for (const char* text : {"[]", "\"text\"", "7", "true", "null"}) {
    EXPECT_EQ(refusalOf(text), "it is not an object") << text;
  }
}

TEST(StrictJsonTest, RefusesWhatIsNoJson) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{'a':1}",
                           "{\"a\":01}",
                           "{\"a\":+1}",
                           "{\"a\":.5}",
                           "{\"a\":1.}",
                           "{\"a\":0x1}",
                           "{\"a\":NaN}",
                           "{\"a\":Infinity}",
                           "{\"a\":-Infinity}",
                           "{\"a\":1e999}",
                           "{\"a\":921e308}",
                           "{\"a\":-921e308}",
                           "{\"a\":True}",
                           "{\"a\":\"\t\"}",
                           "{\"a\":\"\\x\"}",
                           "{\"a\":\"\\u12g4\"}",
                           "{\"a\":[1 2]}",
                           "{/**/}",
                           "{\"a\":1//\n}",
                           "\xef\xbb\xbf{}",
                           "{\"a\":[}",
                           "{\"a\":[1}]"}) {
    EXPECT_NE(refusalOf(text), "") << text;
  }
}

TEST(StrictJsonTest, RefusesTrailingText) {
  for (const char* text : {"{}{}", "{} x", "{},", "{}]", "{}null"}) {
    EXPECT_NE(refusalOf(text), "") << text;
  }
}

TEST(StrictJsonTest, RefusesANulByteWhereverItIs) {
  for (const std::string& text :
       {std::string("{}\0", 3), std::string("\0{}", 3), std::string("{\"a\":\"b\0c\"}", 11)}) {
    EXPECT_EQ(refusalOf(text), "it holds a NUL byte");
  }
}

TEST(StrictJsonTest, KeepsAnEscapedNulInsideItsString) {
  std::string text = R"({"a":"b\u0000c"})";
  std::vector<char> buffer(text.begin(), text.end());
  const rapidjson::Document document = parseObject(buffer);
  EXPECT_EQ(std::string(document["a"].GetString(), document["a"].GetStringLength()),
            std::string("b\0c", 3));
}

TEST(StrictJsonTest, RefusesRepeatedNamesAtEveryLevel) {
  for (const char* text : {R"({"a":1,"a":1})", R"({"a":1,"b":2,"a":3})", R"({"x":{"a":1,"a":2}})",
                           R"({"x":[{"a":1,"a":2}]})", R"({"a":1,"\u0061":2})",
                           R"({"a":{"b":[]},"a":1})", R"({"":1,"":2})"}) {
    EXPECT_EQ(refusalOf(text), "a member name occurs twice") << text;
  }
}

TEST(StrictJsonTest, TakesTheSameNameInDifferentObjects) {
  EXPECT_EQ(refusalOf(R"({"a":{"a":[{"a":1},{"a":2}]},"b":{"a":3}})"), "");
  EXPECT_EQ(refusalOf(R"({"a":1,"A":2,"a ":3,"a\u0000":4})"), "");
}

TEST(StrictJsonTest, RefusesTooManyLevels) {
  const auto objects = [](std::size_t levels) {
    return repeated(R"({"a":)", levels) + "1" + repeated("}", levels);
  };
  const auto lists = [](std::size_t levels) {
    return R"({"a":)" + repeated("[", levels - 1) + repeated("]", levels - 1) + "}";
  };
  EXPECT_EQ(refusalOf(objects(kMaxDepth)), "");
  EXPECT_EQ(refusalOf(objects(kMaxDepth + 1)), "it is nested too deeply");
  EXPECT_EQ(refusalOf(lists(kMaxDepth)), "");
  EXPECT_EQ(refusalOf(lists(kMaxDepth + 1)), "it is nested too deeply");
  EXPECT_EQ(refusalOf(repeated(R"({"a":)", 1'000'000)), "it is nested too deeply");
}

TEST(StrictJsonTest, CountsDepthAndNotHowManyObjectsThereAre) {
  EXPECT_EQ(refusalOf(R"({"a":[)" + repeated("{},[],", 100) + "{}]}"), "");
}

TEST(StrictJsonTest, RefusesTooManyValues) {
  // The object and its list are two of them.
  const auto numbers = [](std::size_t count) {
    return R"({"a":[0)" + repeated(",0", count - 1) + "]}";
  };
  EXPECT_EQ(refusalOf(numbers(kMaxValues - 2)), "");
  EXPECT_EQ(refusalOf(numbers(kMaxValues - 1)), "it has too many values");
}

TEST(StrictJsonTest, RefusesWhatIsNotUtf8) {
  for (const char* bytes :
       {"\xff", "\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xed\xbf\xbf",
        "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xc3"}) {
    EXPECT_NE(refusalOf(std::string("{\"a\":\"") + bytes + "\"}"), "");
    EXPECT_NE(refusalOf(std::string("{\"") + bytes + "\":1}"), "");
  }
  EXPECT_EQ(refusalOf("{\"a\":\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\x91 \xf4\x8f\xbf\xbf\"}"), "");
}

TEST(StrictJsonTest, RefusesLoneSurrogates) {
  for (const char* text :
       {R"({"a":"\ud800"})", R"({"a":"\udc00"})", R"({"a":"\ud800x"})", R"({"a":"\ud800\u0041"})",
        R"({"a":"\udc00\ud800"})", R"({"a":"\ud800\ud800"})", R"({"\udfff":1})"}) {
    EXPECT_NE(refusalOf(text), "") << text;
  }
  EXPECT_EQ(refusalOf(R"({"a":"\ud83d\udd11"})"), "");
}

TEST(StrictJsonTest, SaysNothingOfWhatItRead) {
  for (const char* text : {R"({"a":"hunter2)", R"({"hunter2":1,"hunter2":2})", "hunter2"}) {
    EXPECT_EQ(refusalOf(text).find("hunter2"), std::string::npos);
  }
}

/// The end of a page behind which there is none: who reads or writes there ends the process.
class LastPage {
 public:
  LastPage() {
    void* place =
        mmap(nullptr, 2 * kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED) throw std::bad_alloc();
    begin_ = static_cast<char*>(place);
    mprotect(begin_ + kSize, kSize, PROT_NONE);
  }
  ~LastPage() { munmap(begin_, 2 * kSize); }
  LastPage(const LastPage&) = delete;
  LastPage& operator=(const LastPage&) = delete;

  /// `size` bytes up to its end.
  char* last(std::size_t size) const { return begin_ + kSize - size; }

 private:
  const std::size_t kSize = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  char* begin_;
};

TEST(StrictJsonTest, ReadsNoFurtherThanThePaddingWhereACharacterIsCutOff) {
  const LastPage page;
  for (const std::string cut : {"\xc3", "\xe0", "\xe2\x82", "\xed", "\xf0", "\xf0\x9f",
                                "\xf0\x9f\x94", "\xf1", "\xf4", "\xff"}) {
    for (const std::string& text : {cut, "\"" + cut, "{\"" + cut, "{\"a\":\"" + cut}) {
      char* place = page.last(text.size() + kPadding);
      std::fill_n(std::ranges::copy(text, place).out, kPadding, '\0');
      EXPECT_THROW(parseObject(place, text.size()), Error);
      std::vector<char> buffer(text.begin(), text.end());
      EXPECT_THROW(parseObject(buffer), Error);
      EXPECT_EQ(buffer.size(), text.size() + kPadding);
    }
  }
}

/// Text of any characters but NUL, escaped or not as the writer likes it.
rc::Gen<std::string> utf8Text() {
  return rc::gen::map(rc::gen::container<std::vector<unsigned>>(rc::gen::oneOf(
                          rc::gen::inRange(1U, 0x80U), rc::gen::inRange(0x80U, 0xd800U),
                          rc::gen::inRange(0xe000U, 0x110000U))),
                      [](const std::vector<unsigned>& codepoints) {
                        rapidjson::StringBuffer buffer;
                        for (const unsigned c : codepoints) rapidjson::UTF8<>::Encode(buffer, c);
                        return std::string(buffer.GetString(), buffer.GetSize());
                      });
}

TEST(StrictJsonTest, ReadsBackWhatAWriterWrote) {
  EXPECT_TRUE(rc::check([] {
    const auto members =
        *rc::gen::container<std::map<std::string, std::string>>(utf8Text(), utf8Text());
    rapidjson::StringBuffer written;
    rapidjson::Writer<rapidjson::StringBuffer> writer(written);
    const auto write = [&](const std::string& text) {
      writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    };
    writer.StartObject();
    for (const auto& [name, value] : members) {
      write(name);
      write(value);
    }
    writer.EndObject();

    std::vector<char> buffer(written.GetString(), written.GetString() + written.GetSize());
    std::map<std::string, std::string> read;
    const rapidjson::Document document = parseObject(buffer);
    for (const auto& member : document.GetObject()) {
      read.emplace(std::string(member.name.GetString(), member.name.GetStringLength()),
                   std::string(member.value.GetString(), member.value.GetStringLength()));
    }
    RC_ASSERT(read == members);
  }));
}

TEST(StrictJsonTest, SurvivesAnyBytes) {
  EXPECT_TRUE(rc::check([](const std::vector<char>& bytes) {
    refusalOf({bytes.data(), bytes.size()});
    refusalOf(R"({"a":")" + std::string(bytes.begin(), bytes.end()) + R"("})");
  }));
}

}  // namespace
}  // namespace strongroom::json
