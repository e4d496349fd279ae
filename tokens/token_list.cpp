#include <filesystem>
#include <iostream>
#include <memory>

#include "hsm/open_token.h"
#include "tokens/commands.h"
#include "tokens/text_output.h"

namespace strongroom::tokens {
namespace {

struct Options {
  std::filesystem::path module;
  bool json = false;
};

const char* stateOf(const hsm::TokenInfo& token) {
  if (!token.initialised) return "empty";
  if (token.pinLocked) return "PIN locked";
  return token.pinLow ? "a wrong PIN was given" : "ready";
}

void printTable(const std::vector<hsm::TokenInfo>& tokens) {
  Table table({"SLOT", "LABEL", "SERIAL", "MANUFACTURER", "MODEL", "STATE"});
  for (const hsm::TokenInfo& token : tokens) {
    const hsm::TokenDescription& description = token.description;
    table.add({std::to_string(token.slot), description.label, description.serial,
               description.manufacturer, description.model, stateOf(token)});
  }
  table.print(std::cout);
}

void printJson(const std::vector<hsm::TokenInfo>& tokens) {
  std::cout << '[';
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const hsm::TokenDescription& description = tokens[i].description;
    std::cout << (i == 0 ? "\n" : ",\n") << "  {\"slot\": " << tokens[i].slot
              << ", \"initialised\": " << (tokens[i].initialised ? "true" : "false")
              << ", \"label\": " << jsonString(description.label)
              << ", \"serial\": " << jsonString(description.serial)
              << ", \"manufacturer\": " << jsonString(description.manufacturer)
              << ", \"model\": " << jsonString(description.model)
              << ", \"firmware\": " << jsonString(description.firmware)
              << ", \"pinLow\": " << (tokens[i].pinLow ? "true" : "false")
              << ", \"pinLocked\": " << (tokens[i].pinLocked ? "true" : "false") << '}';
  }
  std::cout << (tokens.empty() ? "]\n" : "\n]\n");
}

}  // namespace

void addTokenList(CLI::App& parent) {
  auto options = std::make_shared<Options>();
  CLI::App* command = parent.add_subcommand("list",
                                            "Show every slot of a module that holds a token, empty "
                                            "ones too. Needs no PIN and changes nothing.");
  command->add_option("--module", options->module, "The PKCS#11 module (.so)")
      ->required()
      ->type_name("PATH");
  command->add_flag("--json", options->json, "Print JSON in place of a table");
  command->footer("Example:\n  strongroom token list --module /usr/lib/softhsm/libsofthsm2.so");
  command->callback([options] {
    const auto tokens = hsm::listTokens(options->module);
    options->json ? printJson(tokens) : printTable(tokens);
  });
}

}  // namespace strongroom::tokens
