#include "tokens/command_line.h"

#include <memory>

#include "tokens/commands.h"
#include "tokens/exit_codes.h"
#include "tokens/help_formatter.h"

namespace strongroom::tokens {
namespace {

std::string exitCodes() {
  std::string text = "Exit codes:\n";
  for (const ExitCodeRow& row : kExitCodes) {
    const std::string number = std::to_string(static_cast<int>(row.code));
    text += std::string(4 - number.size(), ' ') + number + "  " + std::string(row.meaning) + "\n";
  }
  return text;
}

}  // namespace

void describeCommandLine(CLI::App& app, const std::string& version) {
  app.name("strongroom");
  app.formatter(std::make_shared<HelpFormatter>());  // its commands inherit it
  app.set_help_flag("-h,--help", "Say this and end");
  app.description("Administers Strongroom: its tokens, and who may use it.");
  app.require_subcommand(1);
  app.set_version_flag("--version", "strongroom " + version, "Say the version and end");
  app.footer(exitCodes() +
             "\nExamples:\n"
             "  strongroom token list\n"
             "  strongroom token init --help");

  CLI::App* token =
      app.add_subcommand("token", "Tokens: see them, bring them into service, look after them");
  token->require_subcommand(1);
  addTokenList(*token);
  addTokenInit(*token);
  addTokenDoctor(*token);
  addTokenObjects(*token);
  addTokenSetPin(*token);
  addTokenUnlock(*token);
  addTokenRetire(*token);

  CLI::App* identity = app.add_subcommand("identity", "Access keys: add, list and remove them");
  identity->require_subcommand(1);
  addIdentityAdd(*identity);
  addIdentityList(*identity);
  addIdentityRemove(*identity);

  addCompletion(app);
}

}  // namespace strongroom::tokens
