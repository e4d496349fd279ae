#include "service/operations/paging.h"

#include <gtest/gtest.h>

#include "service/operations/error.h"

namespace strongroom::operations {
namespace {

TEST(PagingTest, BeginsAtTheFirstEntryWithoutAMarker) {
  EXPECT_EQ(positionOf({}, 0), 0U);
}

TEST(PagingTest, GoesOnWhereTheMarkerSays) {
  EXPECT_EQ(positionOf("0", 5), 0U);
  EXPECT_EQ(positionOf("3", 5), 3U);
  EXPECT_EQ(positionOf("5", 5), 5U) << "the entries after it may have gone meanwhile";
}

TEST(PagingTest, RefusesMarkersThatAreNoPosition) {
  for (const char* marker :
       {"", "6", "-1", "+1", " 1", "1 ", "0x1", "1.0", "a", "18446744073709551616"}) {
    try {
      positionOf(marker, 5);
      ADD_FAILURE() << "taken: " << marker;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidMarker);
      EXPECT_STREQ(error.what(), "Could not deserialize the marker");
    }
  }
}

}  // namespace
}  // namespace strongroom::operations
