#include "service/auth/canonical_request.h"

#include <gtest/gtest.h>

#include "service/auth/error.h"

namespace strongroom::auth {
namespace {

struct Pair {
  const char* given;
  const char* canonical;
};

TEST(CanonicalUriTest, ResolvesSegmentsAndEncodesWhatCame) {
  for (const Pair& path :
       {Pair{"/", "/"}, Pair{"", "/"}, Pair{"//", "/"}, Pair{"/a/../..", "/"},
        Pair{"/a//b/./c/", "/a/b/c/"}, Pair{"/a b", "/a%20b"}, Pair{"/a%20b", "/a%2520b"},
        Pair{"/~._-", "/~._-"}, Pair{"/;=+", "/%3B%3D%2B"}, Pair{"/\xe1\x88\xb4", "/%E1%88%B4"},
        Pair{"/...", "/..."}}) {
    EXPECT_EQ(canonicalUri(path.given), path.canonical) << path.given;
  }
}

TEST(CanonicalQueryTest, SortsByNameThenValueAndEncodesOnce) {
  for (const Pair& query :
       {Pair{"", ""}, Pair{"b=2&a=1", "a=1&b=2"}, Pair{"a=2&a=1", "a=1&a=2"},
        Pair{"a-b=1&a=1", "a=1&a-b=1"}, Pair{"a", "a="}, Pair{"=", "="}, Pair{"a=b=c", "a=b%3Dc"},
        Pair{"a=%2f", "a=%2F"}, Pair{"a=%7E", "a=~"}, Pair{"a=%zz%4", "a=%25zz%254"},
        Pair{"&&a=1&", "a=1"}, Pair{"a=+", "a=%2B"}}) {
    EXPECT_EQ(canonicalQuery(query.given), query.canonical) << query.given;
  }
}

TEST(CanonicalHeadersTest, TrimCollapseAndJoinInOrder) {
  http::Request request;
  request.headers = {{"B", " \t two  words\t\there "},
                     {"A", "2"},
                     {"a", ""},
                     {"A", "\"1   1\""},
                     {"Unsigned", "x"}};
  EXPECT_EQ(canonicalHeaders(request, {"a", "b"}), "a:2,,\"1 1\"\nb:two words here\n");
}

TEST(CanonicalHeadersTest, RefuseToStandInForAHeaderThatIsNotThere) {
  EXPECT_THROW(canonicalHeaders({}, {"host"}), Error);
}

TEST(CanonicalRequestTest, JoinsItsPartsByLines) {
  http::Request request;
  request.method = "POST";
  request.path = "/";
  request.query = "a";
  request.headers = {{"Host", "h"}, {"Date", "d"}};
  EXPECT_EQ(canonicalRequest(request, {"date", "host"}, crypto::sha256({})),
            "POST\n/\na=\ndate:d\nhost:h\n\ndate;host\n"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace strongroom::auth
