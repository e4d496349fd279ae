#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "hsm/administration.h"
#include "hsm/pkcs11/session.h"
#include "hsm/pkcs11/token_finder.h"
#include "tests/support/fault_control.h"
#include "tests/support/hsm_assertions.h"
#include "tests/support/test_token.h"

namespace strongroom::testing {
namespace {

hsm::Deadline soon() {
  return hsm::deadlineIn(std::chrono::seconds(30));
}

KeyRef keyOfVersion(std::uint32_t version) {
  return {.key = {.bytes = {std::byte{0xc0}}}, .version = version};
}

/// A module that gives every object the handle of another, and says nothing: what was found before
/// is then something else.
class ShiftedHandlesTest : public ::testing::Test {
 protected:
  ShiftedHandlesTest() {
    options_ = token_.options();
    options_.module = FaultControl::module();
    hsm_ = hsm::openToken(options_, token_.pin());
  }

  /// Their handles follow one another, and those of the foreign ones the last of ours.
  void makeObjects() {
    // By another part of the process, under the same login.
    hsm::pkcs11::Module module(options_.module);
    hsm::pkcs11::Session session(module, hsm::pkcs11::findToken(module, options_.token)->slot);
    for (std::uint32_t version = 1; version <= kKeys; ++version) {
      hsm_->generateKey(keyOfVersion(version), soon());
    }
    for (std::uint32_t i = 0; i < kKeys; ++i) makeForeignObject(session);
  }

  static void makeForeignObject(hsm::pkcs11::Session& session) {
    CK_OBJECT_CLASS data = CKO_DATA;
    CK_BBOOL yes = CK_TRUE;
    std::string label = "theirs";
    CK_ATTRIBUTE attributes[] = {{CKA_CLASS, &data, sizeof data},
                                 {CKA_TOKEN, &yes, sizeof yes},
                                 {CKA_PRIVATE, &yes, sizeof yes},
                                 {CKA_LABEL, label.data(), label.size()}};
    CK_OBJECT_HANDLE made = 0;
    session.invoke(hsm::pkcs11::kCreateObject, attributes, CK_ULONG{4}, &made);
  }

  void shift() {
    control_.begin(
        {.action = FaultAction::kShiftHandles, .function = "C_GenerateRandom", .times = 1});
    std::array<std::byte, 1> random{};
    hsm_->random(random, soon());
    ASSERT_EQ(control_.applied(), 1U);
    control_.end();
  }

  std::vector<std::string> labels() {
    std::vector<std::string> all;
    for (const auto& object : hsm::openTokenObjects(token_.options(), token_.pin())->list({})) {
      all.push_back(object.label);
    }
    return all;
  }

  static constexpr std::uint32_t kKeys = 4;

  TestToken token_;
  FaultControl control_{token_.folder().path()};
  hsm::TokenOptions options_;
  std::unique_ptr<hsm::Hsm> hsm_;
};

TEST_F(ShiftedHandlesTest, DestroyTheKeyThatWasMeantAndNothingElse) {
  makeObjects();
  // Not the last: had another one gone in the place of each, the last would be missing.
  for (std::uint32_t version = 1; version < kKeys; ++version) {
    shift();
    hsm_->destroyKey(keyOfVersion(version), soon());
  }
  EXPECT_THAT(hsm_->listKeys(soon()), ::testing::ElementsAre(keyOfVersion(kKeys)));
  shift();
  hsm_->destroyKey(keyOfVersion(kKeys), soon());
  hsm_.reset();
  EXPECT_THAT(labels(), ::testing::UnorderedElementsAre("strongroom/binding-key", "theirs",
                                                        "theirs", "theirs", "theirs"));
}

}  // namespace
}  // namespace strongroom::testing
