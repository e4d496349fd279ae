#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "hsm/examination.h"
#include "tests/support/test_token.h"
#include "tests/tokens/tool.h"

namespace strongroom::tokens {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// `strongroom token doctor` as administrators run it, on a SoftHSM of its own.
class DoctorTest : public ::testing::Test {
 protected:
  Outcome run(std::vector<std::string> more) {
    const auto pinFile = token_.folder().path() / "pin";
    writePrivately(pinFile, std::string(asText(token_.pin().expose())));
    std::vector<std::string> arguments{"token",         "doctor",   "--module",
                                       token_.module(), "--serial", token_.description().serial,
                                       "--pin-file",    pinFile};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return runTool(arguments);
  }

  testing::TestToken token_;
};

TEST_F(DoctorTest, SaysForPeopleThatATokenIsFitAndWhatItSaw) {
  const Outcome outcome = run({"--quick"});
  EXPECT_EQ(outcome.exitCode, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("Fit for Strongroom.\n"), HasSubstr("No dangers"),
                                    HasSubstr("LIFE OF A KEY"), HasSubstr("ATTACKS ON A CMK"),
                                    HasSubstr("CKR_KEY_UNEXTRACTABLE"), Not(HasSubstr("SPEED"))));
  EXPECT_THAT(outcome.errors, IsEmpty());
}

TEST_F(DoctorTest, ItsJsonIsCompleteAndHoldsNoPin) {
  const Outcome outcome = run({"--json"});
  EXPECT_EQ(outcome.exitCode, 0) << outcome.errors;
  rapidjson::Document json;
  json.Parse(outcome.output.c_str());
  ASSERT_TRUE(json.IsObject()) << outcome.output;
  EXPECT_STREQ(json["verdict"].GetString(), "fit");
  for (const char* list :
       {"missing", "dangers", "mechanisms", "allMechanisms", "findings", "behaviour", "speed"}) {
    ASSERT_TRUE(json.HasMember(list)) << list;
    EXPECT_TRUE(json[list].IsArray()) << list;
  }
  EXPECT_EQ(json["findings"].Size(), hsm::parts().size());
  EXPECT_GT(json["findings"][0]["calls"].Size(), 0U);
  EXPECT_GT(json["speed"].Size(), 0U);
  EXPECT_THAT(outcome.output, Not(HasSubstr(std::string(asText(token_.pin().expose())))));
}

TEST_F(DoctorTest, ItsMarkdownIsTheSameEveryTime) {
  const std::string first = run({"--quick", "--markdown"}).output;
  EXPECT_THAT(first, HasSubstr("| **verdict** | **fit** |"));
  EXPECT_EQ(run({"--markdown"}).output, first);
}

TEST_F(DoctorTest, EndsWithAnotherCodeWhenTheTokenIsNotFit) {
  const testing::SoftHsmFolder limited(std::filesystem::path(STRONGROOM_SOFTHSM_CONFIG_DIR) /
                                       "limited.conf.in");
  std::filesystem::remove(limited.tokens());
  std::filesystem::create_directory_symlink(token_.folder().tokens(), limited.tokens());
  const Outcome outcome = run({"--quick"});
  EXPECT_EQ(outcome.exitCode, 2) << outcome.errors;
  EXPECT_THAT(outcome.output,
              HasSubstr("Not fit for Strongroom. What is missing:\n"
                        "  - CKM_AES_KEY_WRAP: not among the module's mechanisms\n"));
  EXPECT_THAT(outcome.output, HasSubstr("\n  - wrap by AES key wrap (RFC 3394): refused"));
}

}  // namespace
}  // namespace strongroom::tokens
