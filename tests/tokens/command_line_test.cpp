#include "tokens/command_line.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "tokens/command_tree.h"

namespace strongroom::tokens {
namespace {

/// What every command of the tool keeps to.
class CommandLineTest : public ::testing::Test {
 protected:
  CommandLineTest() { describeCommandLine(app_, "0"); }

  static std::string manual() {
    std::ifstream stream(STRONGROOM_SOURCE_DIR "/docs/man/strongroom.1");
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  /// "token list" of "/token/list".
  static std::string spoken(const CommandNode& command) {
    std::string words = command.path.substr(command.path.empty() ? 0 : 1);
    for (char& c : words) c = c == '/' ? ' ' : c;
    return words;
  }

  /// The text of the manual about one command: from its heading to the next.
  static std::string sectionOf(const CommandNode& command, const std::string& manual) {
    const std::size_t begin = manual.find("\n.Ss " + spoken(command) + "\n");
    if (begin == std::string::npos) return "";
    const std::size_t end =
        std::min(manual.find("\n.Ss ", begin + 1), manual.find("\n.Sh ", begin + 1));
    return manual.substr(begin, end - begin);
  }

  CLI::App app_;
};

TEST_F(CommandLineTest, NoOptionTakesASecret) {
  std::size_t sources = 0;
  const CommandNode tree = treeOf(app_);
  for (const CommandNode* command : allCommands(tree)) {
    for (const OptionNode& option : command->options) {
      const std::string& name = option.name;
      const bool aboutSecrets =
          std::regex_search(name, std::regex("pin|secret|password|passphrase"));
      if (!aboutSecrets) continue;
      ++sources;
      EXPECT_TRUE(name.ends_with("-file") || name.ends_with("-descriptor"))
          << spoken(*command) << " --" << name;
    }
  }
  EXPECT_GT(sources, 8U);
}

TEST_F(CommandLineTest, EveryCommandHasASummaryOfOneLineAndAnExample) {
  const CommandNode tree = treeOf(app_);
  for (const CommandNode* command : allCommands(tree)) {
    EXPECT_FALSE(command->summary.empty()) << spoken(*command);
    EXPECT_LE(command->summary.size(), 72U) << command->summary;
    for (const OptionNode& option : command->options) {
      EXPECT_FALSE(option.summary.empty()) << spoken(*command) << " --" << option.name;
    }
    if (!command->commands.empty()) continue;
    CLI::App* app = &app_;
    std::istringstream words(spoken(*command));
    for (std::string word; words >> word;) app = app->get_subcommand(word);
    EXPECT_NE(app->get_footer().find(":\n  strongroom " + spoken(*command)), std::string::npos)
        << spoken(*command);
  }
}

TEST_F(CommandLineTest, WhatPrintsDataPrintsJsonToo) {
  const std::set<std::string> silent{"token set-pin", "token unlock", "identity remove",
                                     "completion"};
  const CommandNode tree = treeOf(app_);
  for (const CommandNode* command : allCommands(tree)) {
    if (!command->commands.empty() || silent.contains(spoken(*command))) continue;
    const bool json =
        std::ranges::any_of(command->options, [](const OptionNode& o) { return o.name == "json"; });
    EXPECT_TRUE(json) << spoken(*command);
  }
}

TEST_F(CommandLineTest, EveryCommandAndOptionStandsInTheManual) {
  const std::string text = manual();
  const CommandNode tree = treeOf(app_);
  for (const CommandNode* command : allCommands(tree)) {
    if (!command->commands.empty()) continue;
    const std::string section = sectionOf(*command, text);
    EXPECT_NE(section, "") << "no section on " << spoken(*command);
    for (const OptionNode& option : command->options) {
      if (option.name == "help" || option.name == "h") continue;
      EXPECT_TRUE(std::regex_search(section, std::regex("\\.(It|Op) Fl -" + option.name + "\\b")))
          << spoken(*command) << " --" << option.name;
    }
  }
}

TEST_F(CommandLineTest, TheManualSaysNothingOfWhatIsNotThere) {
  const std::string text = manual();
  std::set<std::string> sections;
  const CommandNode tree = treeOf(app_);
  for (const CommandNode* command : allCommands(tree)) {
    if (!command->commands.empty()) continue;
    sections.insert(spoken(*command));
    const std::string section = sectionOf(*command, text);
    const std::regex item("\\.It Fl -([a-z-]+)");
    for (std::sregex_iterator match(section.begin(), section.end(), item), end; match != end;
         ++match) {
      const std::string name = (*match)[1];
      const bool known = std::ranges::any_of(command->options,
                                             [&](const OptionNode& o) { return o.name == name; });
      EXPECT_TRUE(known) << spoken(*command) << " --" << name;
    }
  }
  const std::regex heading("\n\\.Ss ((token|identity|completion)[a-z -]*)");
  for (std::sregex_iterator match(text.begin(), text.end(), heading), end; match != end; ++match) {
    EXPECT_TRUE(sections.contains((*match)[1])) << (*match)[1];
  }
}

}  // namespace
}  // namespace strongroom::tokens
