#include "tokens/help_formatter.h"

#include "tokens/command_tree.h"

namespace strongroom::tokens {

std::string valueNameOf(const CLI::Option& option) {
  const std::vector<std::string> choices = choicesOf(option);
  if (!choices.empty()) return CLI::detail::join(choices, "|");
  const std::string type = option.get_type_name();  // with what its validators add: "N:NONNEGATIVE"
  return type.substr(0, type.find(':'));
}

std::string HelpFormatter::make_option_name(const CLI::Option* option, bool isPositional) const {
  const std::string names = Formatter::make_option_name(option, isPositional);
  return CLI::detail::find_and_replace(names, ",", ", ");
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  return option->get_type_size() == 0 ? "" : " " + valueNameOf(*option);
}

std::string HelpFormatter::make_option_desc(const CLI::Option* option) const {
  return option->get_description() + (option->get_required() ? " (required)" : "");
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  const std::string description = command->get_description();
  std::stringstream out;
  CLI::detail::format_help(out, command->get_display_name(true),
                           description.substr(0, description.find('\n')), column_width_);
  return out.str();
}

}  // namespace strongroom::tokens
