#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "hsm/administration.h"
#include "hsm/pkcs11/status_codec.h"
#include "tests/support/test_token.h"

namespace strongroom::testing {
namespace {

using hsm::PinState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ModuleSurveyTest, OneModuleThatIsOfNoUseCostsNoOtherItsAnswer) {
  const TestToken token;
  const auto answers = hsm::surveyModules({{"/nowhere.so"},
                                           {STRONGROOM_CRASHING_MODULE},
                                           {STRONGROOM_HANGING_MODULE},
                                           {token.module()}},
                                          std::chrono::seconds(3));
  ASSERT_EQ(answers.size(), 4U);
  EXPECT_THAT(answers[0].failure, HasSubstr("cannot load"));
  EXPECT_THAT(answers[1].failure, HasSubstr("the module crashed"));
  EXPECT_THAT(answers[2].failure, HasSubstr("no answer within 3000 ms"));
  EXPECT_EQ(answers[3].failure, "");
  ASSERT_FALSE(answers[3].slots.empty());
  EXPECT_EQ(answers[3].slots.front().token.serial, token.description().serial);
  EXPECT_EQ(answers[3].slots.front().userPin, PinState::kReady);
  EXPECT_EQ(answers[3].slots.front().sessionsOpen, std::nullopt) << "SoftHSM does not tell";
}

TEST(StatusCodecTest, OnlyAWholeMessageIsOne) {
  hsm::ModuleStatus status{.path = {}, .library = "library", .failure = {}, .slots = {{}, {}}};
  status.slots[1].slot = 7;
  status.slots[1].token.label = std::string("a\0b", 3);
  status.slots[1].sessionsMax = 12;
  const std::string text = hsm::pkcs11::encodeStatus(status);
  const auto decoded = hsm::pkcs11::decodeStatus(text);
  ASSERT_TRUE(decoded);
  ASSERT_EQ(decoded->slots.size(), 2U);
  EXPECT_EQ(decoded->library, "library");
  EXPECT_EQ(decoded->slots[1].slot, 7U);
  EXPECT_EQ(decoded->slots[1].token.label, status.slots[1].token.label);
  EXPECT_EQ(decoded->slots[1].sessionsMax, 12U);
  EXPECT_EQ(decoded->slots[1].sessionsOpen, std::nullopt);
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(hsm::pkcs11::decodeStatus(std::string_view(text).substr(0, size))) << size;
  }
}

class ModuleRegistryTest : public ::testing::Test {
 protected:
  ModuleRegistryTest() {
    for (const char* name : {"important", "packaged"}) {
      std::filesystem::create_directory(folder_.path() / name);
    }
  }
  void write(const std::string& file, const std::string& text) {
    std::ofstream(folder_.path() / file) << text;
  }
  std::vector<std::string> found() {
    std::vector<std::string> names;
    const hsm::RegistryFolders folders{
        .entries = {folder_.path() / "important", folder_.path() / "packaged", "/nowhere"},
        .libraries = "/lib/pkcs11"};
    for (const auto& module : hsm::registeredModules(folders)) {
      names.push_back(module.name + "=" + module.path.string());
    }
    return names;
  }

  SoftHsmFolder folder_;
};

TEST_F(ModuleRegistryTest, ReadsNamesAndPathsAsP11KitDoes) {
  write("packaged/relative.module",
        "# module: not-this.so\n  module :  relative.so \npriority: 1\n");
  write("packaged/absolute.module", "module: /usr/lib/absolute.so\n");
  write("packaged/remote.module", "remote: |ssh host p11-kit remote\n");
  write("packaged/readme.txt", "module: /usr/lib/none.so\n");
  EXPECT_THAT(found(), ElementsAre("absolute=/usr/lib/absolute.so",
                                   "relative=/lib/pkcs11/relative.so", "remote="));
}

TEST_F(ModuleRegistryTest, TheMoreImportantFolderDecides) {
  write("packaged/one.module", "module: packaged.so\n");
  write("packaged/two.module", "module: packaged.so\n");
  write("important/one.module", "module: important.so\n");
  write("important/two.module", "trust-policy: yes\n");
  EXPECT_THAT(found(), ElementsAre("one=/lib/pkcs11/important.so", "two=/lib/pkcs11/packaged.so"));
}

}  // namespace
}  // namespace strongroom::testing
