#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "service/auth/request_date.h"
#include "service/config/config.h"
#include "tokens/commands.h"
#include "tokens/existing_store.h"
#include "tokens/json.h"
#include "tokens/roles.h"
#include "tokens/text_output.h"

namespace strongroom::tokens {
namespace {

struct Options {
  std::filesystem::path config;
  bool json = false;
};

/// "20231114T221320Z"
std::string created(const keys::Identity& identity) {
  return auth::toIsoBasic(std::chrono::floor<std::chrono::seconds>(identity.created));
}

void printTable(const std::vector<keys::Identity>& identities) {
  Table table({"ACCESS KEY ID", "NAME", "ROLE", "CREATED"});
  for (const keys::Identity& identity : identities) {
    table.add({identity.accessKeyId, identity.name, nameOf(identity.role), created(identity)});
  }
  table.print(std::cout);
}

void printJson(const std::vector<keys::Identity>& identities) {
  Json::arrayOf(identities, [](const keys::Identity& identity) {
    return Json::object({{"accessKeyId", identity.accessKeyId},
                         {"name", identity.name},
                         {"role", nameOf(identity.role)},
                         {"created", created(identity)}});
  }).print(std::cout);
}

}  // namespace

void addIdentityList(CLI::App& parent) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      parent.add_subcommand("list", "Show every access key: whose it is and what it may do");
  command->add_option("--config", options->config, "strongroomd's configuration")
      ->required()
      ->type_name("FILE");
  command->add_flag("--json", options->json, "Print JSON in place of a table");
  command->footer("Example:\n  strongroom identity list --config strongroomd.toml");
  command->callback([options] {
    const auto identities =
        openExistingStore(config::load(options->config).store, keys::StoreUse::kLook)
            ->listIdentities();
    options->json ? printJson(identities) : printTable(identities);
  });
}

}  // namespace strongroom::tokens
