#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "tokens/commands.h"
#include "tokens/shell_completion.h"

namespace strongroom::tokens {
namespace {

using Writer = void (*)(const CommandNode&, std::ostream&);

const std::map<std::string, Writer> kShells{
    {"bash", writeBashCompletion}, {"fish", writeFishCompletion}, {"zsh", writeZshCompletion}};

}  // namespace

void addCompletion(CLI::App& parent) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = parent.add_subcommand(
      "completion",
      "Print a script that teaches a shell to complete strongroom's commands\n\n"
      "It is made from the commands themselves, and installed with the programs for bash, zsh and "
      "fish.");
  command->add_option("shell", *shell, "Which shell")->required()->check(CLI::IsMember(kShells));
  command->footer(
      "Examples:\n"
      "  strongroom completion bash > ~/.local/share/bash-completion/completions/strongroom\n"
      "  source <(strongroom completion bash)");
  command->callback([shell, &parent] { kShells.at (*shell)(treeOf(parent), std::cout); });
}

}  // namespace strongroom::tokens
