#include "service/auth/request_date.h"

#include <gtest/gtest.h>

namespace strongroom::auth {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

TEST(IsoBasicTest, ReadsWhatItWrites) {
  for (const std::int64_t time : {0LL, 1'440'938'160LL, 1'709'251'199LL, 253'402'300'799LL}) {
    const sys_seconds point{seconds(time)};
    EXPECT_EQ(parseIsoBasic(toIsoBasic(point)), point);
  }
  EXPECT_EQ(toIsoBasic(sys_seconds(seconds(1'440'938'160))), "20150830T123600Z");
}

TEST(IsoBasicTest, RefusesEveryOtherForm) {
  for (const char* text :
       {"", "20150830", "20150830T123600", "20150830T123600z", "2015-08-30T12:36:00Z",
        "20150830 123600Z", "20150230T123600Z", "20151330T123600Z", "20150800T123600Z",
        "20150830T243600Z", "20150830T126000Z", "20150830T123660Z", "2015083OT123600Z",
        "+0150830T123600Z", "20150830T123600ZZ", " 20150830T123600Z"}) {
    EXPECT_FALSE(parseIsoBasic(text)) << text;
  }
}

TEST(HttpDateTest, ReadsUtcInTheFormsThatClientsWrite) {
  for (const char* text : {"Sun, 30 Aug 2015 12:36:00 GMT", "Sun, 30 Aug 2015 12:36:00 -0000",
                           "Sun, 30 Aug 2015 12:36:00 +0000"}) {
    EXPECT_EQ(parseHttpDate(text), sys_seconds(seconds(1'440'938'160))) << text;
  }
}

TEST(HttpDateTest, RefusesEveryOtherForm) {
  for (const char* text : {"", "Mon, 30 Aug 2015 12:36:00 GMT", "Sun, 30 Aug 2015 12:36:00 +0200",
                           "Sun, 30 Aug 2015 12:36:00 ", "Sunday, 30-Aug-15 12:36:00 GMT",
                           "Sun Aug 30 12:36:00 2015", "Sun, 30 aug 2015 12:36:00 GMT",
                           "Sun, 31 Feb 2015 12:36:00 GMT", "Sun, 30 Aug 2015 25:36:00 GMT"}) {
    EXPECT_FALSE(parseHttpDate(text)) << text;
  }
}

}  // namespace
}  // namespace strongroom::auth
