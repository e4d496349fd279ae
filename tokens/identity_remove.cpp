#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "service/config/config.h"
#include "service/keys/sqlite_store.h"
#include "tokens/commands.h"
#include "tokens/failure.h"

namespace strongroom::tokens {
namespace {

struct Options {
  std::string accessKeyId;
  std::filesystem::path config;
};

void run(const Options& options) {
  const auto store = keys::openSqliteStore(config::load(options.config).store);
  if (!store->removeIdentity(options.accessKeyId)) {
    throw Failure(
        "There is no access key '" + options.accessKeyId + "'.",
        "See which there are: strongroom identity list --config " + options.config.string(),
        ExitCode::kNotFound);
  }
  std::cout << "Removed " << options.accessKeyId
            << ". Requests signed by it are refused from now on.\n";
  const auto left = store->listIdentities();
  if (std::ranges::find(left, keys::Role::kAdministrator, &keys::Identity::role) == left.end()) {
    std::cerr << "strongroom: warning: no administrator is left.\n"
              << "  Add one: strongroom identity add NAME --role administrator --config "
              << options.config.string() << '\n';
  }
}

}  // namespace

void addIdentityRemove(CLI::App& parent) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      parent.add_subcommand("remove",
                            "Remove an access key\n\n"
                            "A running strongroomd refuses it from the next request on.");
  command->add_option("access-key-id", options->accessKeyId, "The access key to remove")
      ->required();
  command->add_option("--config", options->config, "strongroomd's configuration")
      ->required()
      ->type_name("FILE");
  command->footer(
      "Example:\n  strongroom identity remove SRAKABCDEFGHIJKLM234 --config strongroomd.toml");
  command->callback([options] { run(*options); });
}

}  // namespace strongroom::tokens
