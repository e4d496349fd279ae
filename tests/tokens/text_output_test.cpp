#include "tokens/text_output.h"

#include <gtest/gtest.h>

#include <sstream>

namespace strongroom::tokens {
namespace {

TEST(TableTest, ColumnsAreAsWideAsTheirLongestEntryAndLinesEndInNoSpace) {
  Table table({"SLOT", "LABEL", "STATE"});
  table.add({"1", "a longer label", "ready"});
  table.add({"638414879", "", "empty"});
  std::ostringstream out;
  table.print(out);
  EXPECT_EQ(out.str(),
            "SLOT       LABEL           STATE\n"
            "1          a longer label  ready\n"
            "638414879                  empty\n");
}

TEST(JsonStringTest, EscapesWhatJsonRequires) {
  EXPECT_EQ(jsonString("plain"), "\"plain\"");
  EXPECT_EQ(jsonString("a\"b\\c\n\x01\x7f"), "\"a\\\"b\\\\c\\u000a\\u0001\\u007f\"");
  EXPECT_EQ(jsonString(std::string_view("\0", 1)), "\"\\u0000\"");
}

TEST(JsonStringTest, KeepsUtf8AndReplacesWhatIsNone) {
  EXPECT_EQ(jsonString("Schl\u00fcssel \U0001f511"), "\"Schl\u00fcssel \U0001f511\"");
  for (const char* bytes : {"\xff", "\x80", "\xc3", "\xc0", "\xf5"}) {
    EXPECT_EQ(jsonString(bytes), "\"\ufffd\"");
  }
  EXPECT_EQ(jsonString("\xc0\xaf"), "\"\ufffd\ufffd\"") << "an overlong form";
  EXPECT_EQ(jsonString("\xed\xa0\x80"), "\"\ufffd\ufffd\ufffd\"") << "a surrogate";
}

}  // namespace
}  // namespace strongroom::tokens
