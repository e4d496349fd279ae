#include "tokens/command_tree.h"

namespace strongroom::tokens {
namespace {

OptionNode optionNode(const CLI::Option& option, const std::string& name) {
  using enum OptionNode::Value;
  OptionNode node{.name = name, .summary = option.get_description(), .value = kNone, .choices = {}};
  if (option.get_items_expected_max() == 0) return node;
  const std::string type = option.get_type_name();
  node.choices = choicesOf(option);
  node.value = !node.choices.empty() ? kChoice : type == "FILE" || type == "PATH" ? kFile : kOther;
  return node;
}

CommandNode commandNode(const CLI::App& app, const std::string& path) {
  const std::string description = app.get_description();
  CommandNode node{.path = path,
                   .summary = description.substr(0, description.find('\n')),
                   .options = {},
                   .commands = {},
                   .arguments = {}};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      for (auto& choice : choicesOf(*option)) {
        node.arguments.push_back(std::move(choice));
      }
    }
    for (const auto* names : {&option->get_lnames(), &option->get_snames()}) {
      for (const std::string& name : *names) node.options.push_back(optionNode(*option, name));
    }
  }
  const auto every = [](const CLI::App*) { return true; };
  for (const CLI::App* command : app.get_subcommands(every)) {
    node.commands.push_back(commandNode(*command, path + '/' + command->get_name()));
  }
  return node;
}

void collect(const CommandNode& node, std::vector<const CommandNode*>& all) {
  all.push_back(&node);
  for (const CommandNode& command : node.commands) collect(command, all);
}

}  // namespace

std::vector<std::string> choicesOf(const CLI::Option& option) {
  // CLI::IsMember writes its set there: "TEXT:{administrator,user}".
  const std::string type = option.get_type_name();
  const std::size_t begin = type.find('{');
  if (begin == std::string::npos || !type.ends_with('}')) return {};
  return CLI::detail::split(type.substr(begin + 1, type.size() - begin - 2), ',');
}

CommandNode treeOf(const CLI::App& app) {
  return commandNode(app, "");
}

std::vector<const CommandNode*> allCommands(const CommandNode& root) {
  std::vector<const CommandNode*> all;
  collect(root, all);
  return all;
}

}  // namespace strongroom::tokens
