#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "hsm/examination.h"
#include "tests/support/module_token.h"

namespace strongroom::testing {
namespace {

using hsm::Examination;
using hsm::Outcome;
using hsm::PartKind;
using hsm::Verdict;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// What an examination must find on a module of Debian.
struct Expectation {
  std::string_view kind;
  Verdict verdict;
  std::vector<std::string> graveAttacks;  ///< those that take a CMK out of the token
  std::vector<std::string> misuses;       ///< those that use one for what it is not for
};

const std::array kExpectations = std::to_array<Expectation>({
    {"softhsm", Verdict::kFit, {}, {}},
    {"opencryptoki",
     Verdict::kFitWithAlternative,
     {},
     {"attack-copy-decrypt", "attack-copy-modifiable"}},
    {"nss",
     Verdict::kUnsafe,
     {"attack-copy-extractable", "attack-wrap"},
     {"attack-copy-decrypt", "attack-copy-modifiable", "attack-derive"}},
    {"tpm2", Verdict::kUnfit, {}, {}},
});

/// One examination of the module that this program runs beside.
class ModuleExaminationTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const ModuleToken token;
    kind_ = token.kind();
    if (kind_ == "softhsm" || kind_ == "opencryptoki") token.provision();
    examination_ = new Examination(hsm::examineToken(
        token.options(), token.pin(),
        {.speed = true, .speedTime = std::chrono::milliseconds(20), .progress = {}}));
  }
  static void TearDownTestSuite() { delete examination_; }

  static const Expectation& expected() {
    return *std::ranges::find(kExpectations, kind_, &Expectation::kind);
  }

  static inline std::string kind_;
  static inline Examination* examination_ = nullptr;
};

TEST_F(ModuleExaminationTest, ReachesTheVerdict) {
  EXPECT_EQ(toString(hsm::verdictOf(*examination_)), toString(expected().verdict))
      << ::testing::PrintToString(hsm::missing(*examination_));
}

TEST_F(ModuleExaminationTest, ComesToItsEndAndLeavesNothingBehind) {
  EXPECT_EQ(examination_->leftBehind, 0U);
  for (const hsm::Finding& finding : examination_->findings) {
    EXPECT_NE(finding.outcome, Outcome::kCrashed) << finding.id << ": " << finding.detail;
    EXPECT_NE(finding.outcome, Outcome::kHung) << finding.id << ": " << finding.detail;
  }
  EXPECT_EQ(examination_->find("inventory")->outcome, Outcome::kWorks);
}

TEST_F(ModuleExaminationTest, TriesEveryAttackWhereThereIsAKeyToAttack) {
  for (const hsm::Part& part : hsm::parts()) {
    if (part.kind != PartKind::kAttack && part.kind != PartKind::kNuisance) continue;
    const Outcome outcome = examination_->find(part.id)->outcome;
    EXPECT_TRUE(outcome == Outcome::kRefused || outcome == Outcome::kAllowed ||
                (kind_ == "tpm2" && outcome == Outcome::kNotTried))
        << part.id << ": " << toString(outcome);
  }
  const auto allowed = [](PartKind kind) {
    std::vector<std::string> ids;
    for (const hsm::Part& part : hsm::parts()) {
      if (part.kind != kind) continue;
      if (examination_->find(part.id)->outcome == Outcome::kAllowed) ids.emplace_back(part.id);
    }
    return ids;
  };
  EXPECT_EQ(allowed(PartKind::kAttack), expected().graveAttacks);
  EXPECT_EQ(allowed(PartKind::kNuisance), expected().misuses);
}

TEST_F(ModuleExaminationTest, FindsWhatIsPeculiarToTheModule) {
  const auto outcome = [&](std::string_view id) { return examination_->find(id)->outcome; };
  if (kind_ == "opencryptoki") {
    EXPECT_EQ(outcome("wrap-aes-key-wrap"), Outcome::kRefused);
    EXPECT_EQ(outcome("wrap-aes-cbc-pad"), Outcome::kWorks);
    EXPECT_EQ(examination_->seen("allowed-mechanisms"), "refused");
  } else if (kind_ == "nss") {
    EXPECT_EQ(outcome("attack-wrap"), Outcome::kAllowed);
    EXPECT_THAT(examination_->find("attack-wrap")->detail, HasSubstr("it is the CMK"));
    EXPECT_EQ(examination_->seen("local"), "false");
    EXPECT_EQ(examination_->seen("allowed-mechanisms"), "refused") << "for keys in the token";
    EXPECT_TRUE(hsm::dangersOf(*examination_).front().grave);
  } else if (kind_ == "tpm2") {
    const auto missing = hsm::missing(*examination_);
    EXPECT_THAT(missing, Contains(HasSubstr("make a CMK")));
    EXPECT_THAT(missing, Contains(HasSubstr("make a binding key")));
    EXPECT_THAT(missing, Contains(HasSubstr("make a data key and read its value")));
    EXPECT_THAT(missing, Contains(HasSubstr("C_GenerateKey")));
    EXPECT_THAT(missing, Contains(HasSubstr("wrap by AES key wrap")));
    EXPECT_THAT(missing, Contains("CKM_AES_KEY_WRAP: not among the module's mechanisms"));
    EXPECT_THAT(missing, Contains("CKM_AES_CBC_PAD: there, but not to wrap and unwrap"));
    EXPECT_THAT(missing, Not(Contains(HasSubstr("random numbers"))));
    EXPECT_EQ(outcome("random"), Outcome::kWorks);
  } else {
    EXPECT_THAT(hsm::dangersOf(*examination_), IsEmpty());
  }
}

}  // namespace
}  // namespace strongroom::testing
