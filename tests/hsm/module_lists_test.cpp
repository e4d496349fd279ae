#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hsm/pkcs11/module.h"

namespace strongroom::hsm::pkcs11 {
namespace {

using ::testing::ElementsAre;

/// What the module answers, asked without room and with it.
struct Lists {
  CK_ULONG announced = 2;
  CK_ULONG given = 2;
  int tooSmall = 0;  ///< how often the room is said to be too small
  int asked = 0;
};
Lists lists;

CK_RV giveList(CK_ULONG* entries, CK_ULONG* count) {
  if (entries == nullptr) {
    *count = lists.announced;
    return CKR_OK;
  }
  ++lists.asked;
  if (lists.tooSmall-- > 0) return CKR_BUFFER_TOO_SMALL;
  for (CK_ULONG i = 0; i < *count; ++i) entries[i] = 10 + i;
  *count = lists.given;
  return CKR_OK;
}

class ModuleListsTest : public ::testing::Test {
 protected:
  ModuleListsTest() {
    lists = {};
    functions_.C_GetSlotList = [](CK_BBOOL, CK_SLOT_ID* entries, CK_ULONG* count) {
      return giveList(entries, count);
    };
    functions_.C_GetMechanismList = [](CK_SLOT_ID, CK_MECHANISM_TYPE* entries, CK_ULONG* count) {
      return giveList(entries, count);
    };
  }

  /// The code of what all three refuse alike.
  ErrorCode refusal() {
    std::vector<ErrorCode> codes;
    const auto ask = [&](auto list) {
      try {
        list();
        ADD_FAILURE() << "not refused";
      } catch (const Error& error) {
        codes.push_back(error.code());
      }
    };
    ask([&] { module_.slotsWithToken(); });
    ask([&] { module_.allSlots(); });
    ask([&] { module_.mechanisms(1); });
    EXPECT_THAT(codes, ::testing::Each(codes.front()));
    return codes.front();
  }

  CK_FUNCTION_LIST functions_{};
  Module module_{functions_};
};

TEST_F(ModuleListsTest, AreAsTheModuleGivesThem) {
  EXPECT_THAT(module_.slotsWithToken(), ElementsAre(10, 11));
  EXPECT_THAT(module_.allSlots(), ElementsAre(10, 11));
  EXPECT_THAT(module_.mechanisms(1), ElementsAre(10, 11));
}

TEST_F(ModuleListsTest, MayShrinkAndGrowBetweenTheCalls) {
  lists.given = 1;
  EXPECT_THAT(module_.mechanisms(1), ElementsAre(10));
  lists = {.announced = 2, .given = 2, .tooSmall = 3};
  EXPECT_THAT(module_.mechanisms(1), ElementsAre(10, 11));
  EXPECT_EQ(lists.asked, 4);
}

TEST_F(ModuleListsTest, OfNoEntriesAreNotAskedFor) {
  lists.announced = 0;
  EXPECT_TRUE(module_.mechanisms(1).empty());
  EXPECT_EQ(lists.asked, 0);
}

TEST_F(ModuleListsTest, ThatGrowForEverAreGivenUp) {
  lists.tooSmall = 1'000;
  EXPECT_EQ(refusal(), ErrorCode::kFault);
  EXPECT_LT(lists.asked, 100);
}

TEST_F(ModuleListsTest, LongerThanCanBeAreRefusedBeforeThereIsRoomForThem) {
  lists.announced = ~CK_ULONG{0};
  EXPECT_EQ(refusal(), ErrorCode::kFault);
  EXPECT_EQ(lists.asked, 0);
}

TEST_F(ModuleListsTest, LongerThanTheRoomAreRefused) {
  lists.given = 3;
  EXPECT_EQ(refusal(), ErrorCode::kFault);
}

}  // namespace
}  // namespace strongroom::hsm::pkcs11
