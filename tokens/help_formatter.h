#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace strongroom::tokens {

/// CLI11's help in plainer words: a value by its name alone, commands by their first line. What
/// excludes what is said by the message that refuses it, where it is of use.
class HelpFormatter final : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(32); }

  std::string make_option_name(const CLI::Option* option, bool isPositional) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_option_desc(const CLI::Option* option) const override;
  std::string make_subcommand(const CLI::App* command) const override;
};

/// "FILE", or the words that it may be: "administrator|user".
std::string valueNameOf(const CLI::Option& option);

}  // namespace strongroom::tokens
