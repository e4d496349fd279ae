#include "tokens/terminal.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <future>
#include <string>

#include "tokens/failure.h"

namespace strongroom::tokens {
namespace {

/// A terminal with us at its keyboard and its screen.
class TerminalTest : public ::testing::Test {
 protected:
  TerminalTest() { EXPECT_EQ(openpty(&keyboard_, &terminal_, nullptr, nullptr, nullptr), 0); }
  ~TerminalTest() override {
    close(keyboard_);
    close(terminal_);
  }

  /// What readSecret() returns when `keys` are typed once its prompt stands.
  std::string answerTo(const std::string& keys) {
    auto answer = std::async(std::launch::async, [this] { return readSecret(terminal_, "PIN: "); });
    readScreenUntil("PIN: ");
    EXPECT_EQ(write(keyboard_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
    return std::string(asText(answer.get().expose()));
  }

  void readScreenUntil(const std::string& end) {
    pollfd ready{keyboard_, POLLIN, 0};
    while (!screen_.ends_with(end)) {
      char text[256];
      ASSERT_EQ(poll(&ready, 1, 5'000), 1) << "the screen shows: " << screen_;
      const ssize_t count = read(keyboard_, text, sizeof text);
      ASSERT_GT(count, 0);
      screen_.append(text, static_cast<std::size_t>(count));
    }
  }

  tcflag_t modes() const {
    termios state{};
    tcgetattr(terminal_, &state);
    return state.c_lflag;
  }

  int keyboard_ = -1;
  int terminal_ = -1;
  std::string screen_;
};

TEST_F(TerminalTest, ReadsALineAndShowsNothingOfIt) {
  EXPECT_EQ(answerTo("8765 4321\r"), "8765 4321");
  readScreenUntil("\n");
  EXPECT_EQ(screen_, "PIN: \r\n");
}

TEST_F(TerminalTest, ObeysBackspaceAndCtrlU) {
  EXPECT_EQ(answerTo("12\x7f\x7f\x7f"
                     "87\b6\n"),
            "86");
  screen_.clear();
  EXPECT_EQ(answerTo("wrong\x15right\n"), "right");
}

TEST_F(TerminalTest, GivesUpAtCtrlCAndCtrlD) {
  EXPECT_THROW(answerTo("12\x03"), Failure);
  screen_.clear();
  EXPECT_THROW(answerTo("\x04"), Failure);
}

TEST_F(TerminalTest, PutsTheTerminalBackAsItWas) {
  const tcflag_t before = modes();
  ASSERT_TRUE(before & ECHO);
  answerTo("1234\n");
  EXPECT_EQ(modes(), before);
  screen_.clear();
  EXPECT_THROW(answerTo("\x03"), Failure);
  EXPECT_EQ(modes(), before);
}

TEST_F(TerminalTest, RefusesWhatIsNoTerminal) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_THROW(readSecret(ends[0], "PIN: "), Failure);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace strongroom::tokens
