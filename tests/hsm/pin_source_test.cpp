#include "hsm/pin_source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace strongroom::testing {
namespace {

namespace fs = std::filesystem;
using hsm::readPin;

class PinSourceTest : public ::testing::Test {
 protected:
  PinSourceTest() {
    std::string name = (fs::temp_directory_path() / "strongroom-pin-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~PinSourceTest() override { fs::remove_all(folder_); }

  fs::path write(const std::string& content, ::mode_t mode = 0600) {
    const fs::path path = folder_ / "pin";
    std::ofstream(path) << content;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }

  /// The message of the refusal; empty when the PIN was read.
  static std::string refusalOf(const hsm::PinSource& source) {
    try {
      static_cast<void>(readPin(source));
      return "";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }
  static hsm::PinSource fromFile(const fs::path& path) {
    return {.file = path, .descriptor = -1, .credential = {}};
  }

  fs::path folder_;
};

TEST_F(PinSourceTest, ReadsAPrivateFileAndDropsOneNewline) {
  EXPECT_EQ(asText(readPin(fromFile(write("1234\n"))).expose()), "1234");
  EXPECT_EQ(asText(readPin(fromFile(write("1234"))).expose()), "1234");
  EXPECT_EQ(asText(readPin(fromFile(write("1234\n\n"))).expose()), "1234\n");
}

TEST_F(PinSourceTest, RefusesAFileThatOthersCanReadAndSaysWhatToDo) {
  for (const ::mode_t mode : {0644U, 0640U, 0604U, 0620U, 0601U}) {
    const std::string refusal = refusalOf(fromFile(write("canary", mode)));
    EXPECT_NE(refusal.find("chmod 600"), std::string::npos) << mode;
    EXPECT_NE(refusal.find(folder_.string()), std::string::npos) << "it does not name the file";
    EXPECT_EQ(refusal.find("canary"), std::string::npos) << "it tells the PIN";
  }
}

TEST_F(PinSourceTest, RefusesAFileOfAnotherUser) {
  const fs::path path = write("1234");
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
  EXPECT_NE(refusalOf(fromFile(path)).find("another user"), std::string::npos);
}

TEST_F(PinSourceTest, RefusesWhatIsNoRegularFile) {
  EXPECT_NE(refusalOf(fromFile(folder_)), "");
  const fs::path fifo = folder_ / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_NE(refusalOf(fromFile(fifo)).find("not a regular file"), std::string::npos);
}

TEST_F(PinSourceTest, RefusesAMissingAnEmptyAndAnOverlongFile) {
  EXPECT_NE(refusalOf(fromFile(folder_ / "absent")), "");
  EXPECT_NE(refusalOf(fromFile(write(""))).find("empty"), std::string::npos);
  EXPECT_NE(refusalOf(fromFile(write("\n"))).find("empty"), std::string::npos);
  EXPECT_EQ(readPin(fromFile(write(std::string(255, 'p') + "\n"))).size(), 255U);
  EXPECT_NE(refusalOf(fromFile(write(std::string(256, 'p')))).find("longer"), std::string::npos);
  EXPECT_NE(refusalOf(fromFile(write(std::string(5000, 'p')))).find("longer"), std::string::npos);
}

TEST_F(PinSourceTest, ReadsADescriptorToItsEndAndClosesIt) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "12", 2), 2);
  ASSERT_EQ(::write(ends[1], "34\n", 3), 3);
  ::close(ends[1]);
  EXPECT_EQ(asText(readPin({.file = {}, .descriptor = ends[0], .credential = {}}).expose()),
            "1234");
  EXPECT_EQ(::fcntl(ends[0], F_GETFD), -1) << "it was left open";
}

TEST_F(PinSourceTest, FindsACredentialInItsFolder) {
  write("1234\n", 0440);  // as systemd shows a file with an access list
  const hsm::PinSource source{.file = {}, .descriptor = -1, .credential = "pin"};
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_NE(refusalOf(source).find("CREDENTIALS_DIRECTORY"), std::string::npos);
  ::setenv("CREDENTIALS_DIRECTORY", folder_.c_str(), 1);
  EXPECT_EQ(asText(readPin(source).expose()), "1234");
  EXPECT_NE(refusalOf({.file = {}, .descriptor = -1, .credential = "../pin"}), "");
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_F(PinSourceTest, WantsExactlyOneSource) {
  EXPECT_NE(refusalOf({}), "");
  hsm::PinSource two = fromFile(write("1234"));
  two.credential = "pin";
  EXPECT_NE(refusalOf(two), "");
}

}  // namespace
}  // namespace strongroom::testing
