#include "tests/tokens/tool.h"

#include <fcntl.h>
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

/// Runs the tool with these descriptors as its standard streams; its exit code, -1 when a signal
/// ended it.
int run(const std::vector<std::string>& arguments, int in, int out, int errors) {
  std::vector<char*> argv{const_cast<char*>(STRONGROOM_TOOL)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

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

void writePrivately(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text;
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace strongroom::tokens
