#include "tokens/shell_completion.h"

#include <string_view>

namespace strongroom::tokens {
namespace {

using Value = OptionNode::Value;

/// With its dashes.
std::string flagOf(const OptionNode& option) {
  return (option.name.size() == 1 ? "-" : "--") + option.name;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator = " ") {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : std::string(separator)) + word;
  return text;
}

/// The paths of all commands below the program, for a pattern of `case`.
std::string pathPattern(const CommandNode& program, std::string_view separator) {
  std::vector<std::string> paths;
  for (const CommandNode* command : allCommands(program)) {
    if (!command->path.empty()) paths.push_back(command->path);
  }
  return joined(paths, separator);
}

/// "'/token/list --module'", of every option that takes a value of that kind.
std::string valuePattern(const CommandNode& program, Value value) {
  std::vector<std::string> patterns;
  for (const CommandNode* command : allCommands(program)) {
    for (const OptionNode& option : command->options) {
      if (option.value == value)
        patterns.push_back("'" + command->path + ' ' + flagOf(option) + "'");
    }
  }
  return joined(patterns, " | ");
}

/// Letters are quicker typed than completed.
std::string flagsOf(const CommandNode& command) {
  std::vector<std::string> flags;
  for (const OptionNode& option : command.options) {
    if (option.name.size() > 1) flags.push_back(flagOf(option));
  }
  return joined(flags);
}

/// What may follow a command besides options: further commands, or the values of its arguments.
std::string wordsOf(const CommandNode& command) {
  std::vector<std::string> words = command.arguments;
  for (const CommandNode& next : command.commands) words.push_back(next.name());
  return joined(words);
}

/// Inside of single quotes; a shell joins what stands side by side.
std::string quoted(std::string_view text, std::string_view quote) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string(quote) : std::string(1, c);
  return "'" + out + "'";
}

/// Walks the words before the cursor down the tree: the command that they have reached is in `at`.
/// The same text is right for bash and for zsh, whose arrays begin elsewhere.
void writeWalk(const CommandNode& program, std::string_view words, std::string_view first,
               std::ostream& out) {
  out << "  for word in \"${" << words << "[@]:" << first << "}\"; do\n"
      << "    case $at/$word in\n"
      << "      " << pathPattern(program, " | ") << ") at=$at/$word ;;\n"
      << "    esac\n"
      << "  done\n";
}

/// The options whose value is one of a few words.
void writeChoices(const CommandNode& program, std::string_view before, std::string_view after,
                  std::ostream& out) {
  for (const CommandNode* command : allCommands(program)) {
    for (const OptionNode& option : command->options) {
      if (option.value != Value::kChoice) continue;
      out << "    '" << command->path << ' ' << flagOf(option) << "') " << before
          << joined(option.choices) << after << " ;;\n";
    }
  }
}

}  // namespace

void writeBashCompletion(const CommandNode& program, std::ostream& out) {
  out << "# bash completion for strongroom; made by: strongroom completion bash\n"
         "_strongroom() {\n"
         "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
         "  local at='' words='' flags='' word\n"
         "  COMPREPLY=()\n";
  writeWalk(program, "COMP_WORDS", "1:COMP_CWORD - 1", out);
  out << "  case \"$at $prev\" in\n"
         "    "
      << valuePattern(program, Value::kFile)
      << ")\n"
         "      compopt -o filenames\n"
         "      mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
         "      return ;;\n"
         "    "
      << valuePattern(program, Value::kOther) << ") return ;;\n";
  writeChoices(program, "mapfile -t COMPREPLY < <(compgen -W '", "' -- \"$cur\"); return", out);
  out << "  esac\n"
         "  case $at in\n";
  for (const CommandNode* command : allCommands(program)) {
    out << "    '" << command->path << "') words='" << wordsOf(*command) << "' flags='"
        << flagsOf(*command) << "' ;;\n";
  }
  out << "  esac\n"
         "  [[ $cur != -* && -n $words ]] || words=$flags\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
         "}\n"
         "complete -F _strongroom strongroom\n";
}

void writeZshCompletion(const CommandNode& program, std::ostream& out) {
  out << "#compdef strongroom\n"
         "# zsh completion for strongroom; made by: strongroom completion zsh\n"
         "_strongroom() {\n"
         "  local at='' word prev=${words[CURRENT-1]}\n"
         "  local -a commands options\n";
  writeWalk(program, "words", "1:$((CURRENT - 2))", out);
  out << "  case \"$at $prev\" in\n"
         "    "
      << valuePattern(program, Value::kFile)
      << ") _files; return ;;\n"
         "    "
      << valuePattern(program, Value::kOther) << ") return ;;\n";
  writeChoices(program, "compadd -- ", "; return", out);
  out << "  esac\n"
         "  case $at in\n";
  for (const CommandNode* command : allCommands(program)) {
    out << "    '" << command->path << "')\n      commands=(";
    for (const std::string& word : command->arguments) out << ' ' << quoted(word, "'\\''");
    for (const CommandNode& next : command->commands) {
      out << "\n        " << quoted(next.name() + ':' + next.summary, "'\\''");
    }
    out << ")\n      options=(";
    for (const OptionNode& option : command->options) {
      if (option.name.size() == 1) continue;
      out << "\n        " << quoted(flagOf(option) + ':' + option.summary, "'\\''");
    }
    out << ") ;;\n";
  }
  out << "  esac\n"
         "  [[ $PREFIX == -* ]] || (( ! $#commands )) || options=()\n"
         "  [[ $PREFIX == -* ]] || _describe command commands\n"
         "  _describe option options\n"
         "}\n"
         "if [[ $funcstack[1] == _strongroom ]]; then _strongroom; else compdef _strongroom "
         "strongroom; fi\n";
}

void writeFishCompletion(const CommandNode& program, std::ostream& out) {
  out << "# fish completion for strongroom; made by: strongroom completion fish\n"
         "function __strongroom_at\n"
         "  set -l at ''\n"
         "  for word in (commandline -opc)[2..-1]\n"
         "    switch $at/$word\n"
         "      case "
      << pathPattern(program, " ")
      << "\n"
         "        set at $at/$word\n"
         "    end\n"
         "  end\n"
         "  test \"$at\" = \"$argv[1]\"\n"
         "end\n"
         "complete -c strongroom -f\n";
  for (const CommandNode* command : allCommands(program)) {
    const std::string when =
        "complete -c strongroom -n \"__strongroom_at '" + command->path + "'\"";
    for (const std::string& word : command->arguments) out << when << " -a " << word << '\n';
    for (const CommandNode& next : command->commands) {
      out << when << " -a " << next.name() << " -d " << quoted(next.summary, "\\'") << '\n';
    }
    for (const OptionNode& option : command->options) {
      out << when << (option.name.size() == 1 ? " -s " : " -l ") << option.name;
      if (option.value == Value::kFile) out << " -r -F";
      if (option.value == Value::kOther) out << " -x";
      if (option.value == Value::kChoice) out << " -x -a " << quoted(joined(option.choices), "\\'");
      out << " -d " << quoted(option.summary, "\\'") << '\n';
    }
  }
}

}  // namespace strongroom::tokens
