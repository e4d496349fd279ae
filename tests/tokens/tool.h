#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace strongroom::tokens {

/// What a run of the tool left.
struct Outcome {
  int exitCode = -1;
  std::string output;  ///< standard output
  std::string errors;  ///< standard error
};

/// Runs `strongroom` with `arguments` as a process of its own, without a terminal, and with `input`
/// to read from descriptor 0. SOFTHSM2_CONF and the rest of the environment are ours.
Outcome runTool(const std::vector<std::string>& arguments, const std::string& input = "");

/// The same with standard output a pipe that nobody reads any more.
Outcome runToolIntoClosedPipe(const std::vector<std::string>& arguments);

/// One line typed at a terminal once the screen shows `prompt`.
struct Typed {
  std::string prompt;
  std::string line;
  std::function<void()> before = {};  ///< what happens before it is typed
};

/// Runs the tool at a terminal of its own, where somebody types. What the screen shows is `output`.
Outcome runToolAtTerminal(const std::vector<std::string>& arguments,
                          const std::vector<Typed>& script);

/// Writes a file that only its owner may read.
void writePrivately(const std::filesystem::path& file, const std::string& text);

}  // namespace strongroom::tokens
