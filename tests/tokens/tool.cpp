#include "tests/tokens/tool.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace strongroom::tokens {
namespace {

/// A file without a name, for what a process reads or writes.
class Stream {
 public:
  explicit Stream(const std::string& content = "") : file_(std::tmpfile()) {
    if (file_ == nullptr) throw std::runtime_error("cannot make a temporary file");
    std::fwrite(content.data(), 1, content.size(), file_);
    std::rewind(file_);
  }
  ~Stream() { std::fclose(file_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  int descriptor() const { return fileno(file_); }
  std::string content() {
    std::rewind(file_);
    std::string text;
    for (int c = 0; (c = std::fgetc(file_)) != EOF;) text.push_back(static_cast<char>(c));
    return text;
  }

 private:
  std::FILE* file_;
};

std::vector<char*> argumentsFor(const std::vector<std::string>& arguments) {
  std::vector<char*> argv{const_cast<char*>(STRONGROOM_TOOL)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  return argv;
}

/// Runs the tool with these descriptors as its standard streams; its exit code, -1 when a signal
/// ended it.
int run(const std::vector<std::string>& arguments, int in, int out, int errors) {
  std::vector<char*> argv = argumentsFor(arguments);
  const pid_t child = fork();
  if (child == 0) {
    setsid();  // no terminal: a prompt must fail, not wait
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    execv(STRONGROOM_TOOL, argv.data());
    _exit(127);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child)
    throw std::runtime_error("cannot run " STRONGROOM_TOOL);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

Outcome runTool(const std::vector<std::string>& arguments, const std::string& input) {
  Stream in(input);
  Stream out;
  Stream errors;
  const int exitCode = run(arguments, in.descriptor(), out.descriptor(), errors.descriptor());
  return {exitCode, out.content(), errors.content()};
}

Outcome runToolIntoClosedPipe(const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  close(ends[0]);
  Stream in;
  Stream errors;
  const int exitCode = run(arguments, in.descriptor(), ends[1], errors.descriptor());
  close(ends[1]);
  return {exitCode, "", errors.content()};
}

Outcome runToolAtTerminal(const std::vector<std::string>& arguments,
                          const std::vector<Typed>& script) {
  std::vector<char*> argv = argumentsFor(arguments);
  int keyboard = -1;
  const pid_t child = forkpty(&keyboard, nullptr, nullptr, nullptr);
  if (child == 0) {
    execv(STRONGROOM_TOOL, argv.data());
    _exit(127);
  }
  if (child < 0) throw std::runtime_error("cannot run " STRONGROOM_TOOL);

  Outcome outcome;
  auto next = script.begin();
  std::size_t seen = 0;  // what stands before was answered already
  pollfd ready{keyboard, POLLIN, 0};
  std::array<char, 4096> text;
  while (poll(&ready, 1, 30'000) == 1) {
    const ssize_t count = read(keyboard, text.data(), text.size());
    if (count <= 0) break;  // EIO: the tool has ended
    outcome.output.append(text.data(), static_cast<std::size_t>(count));
    const std::size_t place =
        next == script.end() ? std::string::npos : outcome.output.find(next->prompt, seen);
    if (place == std::string::npos) continue;
    seen = place + next->prompt.size();
    if (next->before) next->before();
    const std::string line = next++->line + "\n";
    if (write(keyboard, line.data(), line.size()) != static_cast<ssize_t>(line.size())) break;
  }
  int status = 0;
  close(keyboard);  // a tool that waits for more ends now
  waitpid(child, &status, 0);
  outcome.exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

void writePrivately(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text;
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace strongroom::tokens
