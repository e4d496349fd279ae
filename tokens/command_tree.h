#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace strongroom::tokens {

/// One option of a command.
struct OptionNode {
  enum class Value : std::uint8_t { kNone, kFile, kChoice, kOther };
  std::string name;     ///< without dashes: "pin-file"; one letter for a short one
  std::string summary;  ///< its description
  Value value = Value::kNone;
  std::vector<std::string> choices;
};

/// One command, as its place in the tree of CLI11 describes it.
struct CommandNode {
  std::string path;     ///< "" for the program itself, "/token/list" for a command
  std::string summary;  ///< the first line of its description
  std::vector<OptionNode> options;
  std::vector<CommandNode> commands;
  std::vector<std::string> arguments;  ///< choices of its positional arguments

  std::string name() const { return path.substr(path.rfind('/') + 1); }
};

/// The words that a value of `option` may be; empty when it may be any.
std::vector<std::string> choicesOf(const CLI::Option& option);

/// The tree below `app`, as it is: what is made from it cannot go stale.
CommandNode treeOf(const CLI::App& app);

/// `root` and everything below it, in the order of the help.
std::vector<const CommandNode*> allCommands(const CommandNode& root);

}  // namespace strongroom::tokens
