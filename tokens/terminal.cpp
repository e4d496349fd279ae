#include "tokens/terminal.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

#include "tokens/failure.h"

namespace strongroom::tokens {
namespace {

constexpr std::size_t kMaxLength = 255;  // what PKCS#11 modules take

/// No echo, and every key comes to us at once: a Ctrl-C that ended the process here would leave the
/// terminal mute.
class RawMode {
 public:
  explicit RawMode(int terminal) : terminal_(terminal) {
    if (tcgetattr(terminal_, &saved_) != 0) {
      throw Failure("This is no terminal to ask a PIN at.",
                    "Give the PIN by --pin-file or --pin-descriptor.");
    }
    termios raw = saved_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(terminal_, TCSAFLUSH, &raw);
  }
  ~RawMode() { tcsetattr(terminal_, TCSAFLUSH, &saved_); }
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;

 private:
  int terminal_;
  termios saved_{};
};

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

void write(int terminal, std::string_view text) {
  // A prompt that cannot be shown is no reason to refuse the answer.
  [[maybe_unused]] const ssize_t written = ::write(terminal, text.data(), text.size());
}

[[noreturn]] void giveUp() {
  throw Failure("No PIN was entered.", "Run the command again.", ExitCode::kPinRefused);
}

std::byte readKey(int terminal) {
  std::byte key{};
  ssize_t count = 0;
  do {
    count = ::read(terminal, &key, 1);
  } while (count < 0 && errno == EINTR);
  if (count != 1) giveUp();
  return key;
}

}  // namespace

SecretBytes readSecret(int terminal, const std::string& prompt) {
  constexpr std::byte kCtrlC{0x03}, kCtrlD{0x04}, kBackspace{0x08}, kNewline{0x0a}, kReturn{0x0d},
      kCtrlU{0x15}, kDelete{0x7f};
  const RawMode raw(terminal);
  write(terminal, prompt);
  SecretBytes secret;
  for (;;) {
    const std::byte key = readKey(terminal);
    if (key == kNewline || key == kReturn) break;
    if (key == kCtrlC || key == kCtrlD) {
      write(terminal, "\n");
      giveUp();
    }
    if (key == kCtrlU) {
      secret.truncate(0);
    } else if (key == kBackspace || key == kDelete) {
      if (!secret.empty()) secret.truncate(secret.size() - 1);
    } else if (secret.size() < kMaxLength) {
      secret.append(ByteView(&key, 1));
    }
  }
  write(terminal, "\n");
  return secret;
}

SecretBytes promptForSecret(const std::string& prompt) {
  const Descriptor terminal(open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (terminal.number() < 0) {
    throw Failure("A PIN is needed and there is no terminal to ask for it.",
                  "Give it by a file or a descriptor: see --help.", ExitCode::kPinRefused);
  }
  return readSecret(terminal.number(), prompt);
}

SecretBytes promptForNewSecret(const std::string& name) {
  SecretBytes first = promptForSecret(capitalised(name) + ": ");
  if (first.empty()) giveUp();
  if (!(first == promptForSecret("The " + name + " again: "))) {
    throw Failure("The two entries of the " + name + " differ.", "Run the command again.",
                  ExitCode::kPinRefused);
  }
  return first;
}

std::string promptForLine(const std::string& prompt) {
  const Descriptor terminal(open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (terminal.number() < 0) {
    throw Failure("A confirmation is needed and there is no terminal to ask for it.",
                  "Give it by an option: see --help.");
  }
  write(terminal.number(), prompt);
  // The terminal itself echoes, and hands over whole lines.
  std::string line;
  for (char key = 0; ::read(terminal.number(), &key, 1) == 1 && key != '\n';) line.push_back(key);
  return line;
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

}  // namespace strongroom::tokens
