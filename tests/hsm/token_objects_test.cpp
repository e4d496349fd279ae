#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hsm/administration.h"
#include "hsm/pkcs11/session.h"
#include "hsm/pkcs11/token_finder.h"
#include "tests/support/hsm_assertions.h"
#include "tests/support/test_token.h"

namespace strongroom::testing {
namespace {

using hsm::ErrorCode;
using hsm::Owner;
using ::testing::ElementsAre;

const KeyRef kKey{.key = {.bytes = {std::byte{0xc0}, std::byte{0xff}, std::byte{0xee}}},
                  .version = 1};

hsm::Deadline soon() {
  return hsm::deadlineIn(std::chrono::seconds(30));
}

class TokenObjectsTest : public ::testing::Test {
 protected:
  std::unique_ptr<hsm::TokenObjects> open() const {
    return hsm::openTokenObjects(token_.options(), token_.pin());
  }

  TestToken token_;
};

TEST_F(TokenObjectsTest, AreListedOursFirstWithTheirNames) {
  token_.open()->generateKey(kKey, soon());
  const auto objects = open()->list({});
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_EQ(objects[0].owner, Owner::kCmk);
  EXPECT_EQ(objects[0].ref, kKey);
  EXPECT_EQ(objects[0].kind, "AES secret key");
  EXPECT_THAT(objects[0].faults, ElementsAre());
  EXPECT_EQ(objects[1].owner, Owner::kBindingKey);
  EXPECT_THAT(objects[1].faults, ElementsAre());
}

TEST_F(TokenObjectsTest, TellHowFarTheReadingIs) {
  token_.open()->generateKey(kKey, soon());
  std::vector<std::size_t> done;
  open()->list([&](std::size_t now, std::size_t all) {
    done.push_back(now);
    EXPECT_EQ(all, 2U);
  });
  EXPECT_THAT(done, ElementsAre(1U, 2U));
}

TEST_F(TokenObjectsTest, GiveTheMacThatTheServiceGets) {
  const SecretBytes ofService = token_.open()->bindingMac(asBytes("message"), soon());
  EXPECT_TRUE(open()->bindingMac(asBytes("message")) == ofService);
}

TEST_F(TokenObjectsTest, AreShownUnderALoginThatStandsAndNotWhatIsLeftWithoutOne) {
  token_.open()->generateKey(kKey, soon());
  hsm::pkcs11::Module module(token_.module());
  const auto logOut = [&] {
    const auto slot = hsm::pkcs11::findToken(module, token_.options().token)->slot;
    hsm::pkcs11::Session(module, slot).invoke(hsm::pkcs11::kLogout);
  };
  const auto token = open();
  logOut();
  EXPECT_EQ(token->list({}).size(), 2U);
  bool halfWay = false;
  const auto objects = token->list([&](std::size_t, std::size_t) {
    if (!std::exchange(halfWay, true)) logOut();
  });
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_EQ(objects[0].owner, Owner::kCmk);
  EXPECT_EQ(objects[1].owner, Owner::kBindingKey);
  logOut();
  EXPECT_NO_THROW(token->bindingMac(asBytes("message")));
}

TEST_F(TokenObjectsTest, AreDestroyedOnceAndForAll) {
  token_.open()->generateKey(kKey, soon());
  const auto token = open();
  const hsm::TokenObject key = token->list({}).front();
  token->destroy(key);
  EXPECT_EQ(token->list({}).size(), 1U);
  EXPECT_ANY_THROW(token->destroy(key));
}

TEST_F(TokenObjectsTest, AreNotDestroyedWhenTheHandleNamesAnotherObjectNow) {
  token_.open()->generateKey(kKey, soon());
  token_.open()->generateKey({.key = kKey.key, .version = 2}, soon());
  const auto token = open();
  const auto objects = token->list({});
  hsm::TokenObject mistaken = objects[0];
  mistaken.handle = objects[1].handle;  // as a module does that uses a handle again
  EXPECT_EQ(codeOf([&] { token->destroy(mistaken); }), ErrorCode::kKeyUnusable);
  EXPECT_EQ(token->list({}).size(), objects.size());
}

TEST_F(TokenObjectsTest, OfOthersAreNeverDestroyed) {
  const auto token = open();
  hsm::TokenObject object = token->list({}).front();
  object.owner = Owner::kForeign;
  EXPECT_EQ(codeOf([&] { token->destroy(object); }), ErrorCode::kKeyUnusable);
  EXPECT_EQ(token->list({}).size(), 1U);
}

}  // namespace
}  // namespace strongroom::testing
