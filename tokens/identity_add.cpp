#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "service/auth/access_key.h"
#include "service/config/config.h"
#include "service/keys/clock.h"
#include "service/keys/sqlite_store.h"
#include "service/keys/token_fingerprint.h"
#include "tokens/commands.h"
#include "tokens/failure.h"
#include "tokens/pin_options.h"
#include "tokens/roles.h"
#include "tokens/text_output.h"

namespace strongroom::tokens {
namespace {

struct Options {
  std::string name;
  std::string role;
  std::filesystem::path config;
  PinOptions pin{"pin", "PIN"};
  bool shell = false;
  bool json = false;
};

/// The rule for user names of IAM, since the name becomes part of an ARN.
std::string checkName(const std::string& name) {
  const bool fits =
      !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view("_+=,.@-").find(static_cast<char>(c)) != std::string_view::npos;
      });
  return fits ? "" : "a name has 1 to 64 of the characters A-Z a-z 0-9 _ + = , . @ -";
}

/// One name is one principal with one role, however many access keys it has.
void requireSameRole(keys::MetadataStore& store, const keys::Identity& identity) {
  for (const keys::Identity& other : store.listIdentities()) {
    if (other.name == identity.name && other.role != identity.role) {
      throw Failure("'" + identity.name + "' has an access key already, in the role '" +
                        nameOf(other.role) + "'.",
                    "Choose another name, or remove " + other.accessKeyId + " first.");
    }
  }
}

/// Not by Json, which would leave copies of the secret in memory that nobody wipes.
void print(const keys::Identity& identity, const SecretBytes& secret, const Options& options) {
  const std::string_view secretText = asText(secret.expose());
  if (options.json) {
    std::cout << "{\"accessKeyId\": " << jsonString(identity.accessKeyId)
              << ", \"secretAccessKey\": \"" << secretText
              << "\", \"name\": " << jsonString(identity.name)
              << ", \"role\": " << jsonString(nameOf(identity.role)) << "}\n";
  } else if (options.shell) {
    std::cout << "export AWS_ACCESS_KEY_ID=" << identity.accessKeyId
              << "\nexport AWS_SECRET_ACCESS_KEY=" << secretText << '\n';
  } else {
    std::cout << "Added '" << identity.name << "' (" << nameOf(identity.role) << ").\n\n"
              << "  Access key id      " << identity.accessKeyId << '\n'
              << "  Secret access key  " << secretText << "\n\n"
              << "The secret is shown this once. It works at once; no restart is needed.\n";
  }
  std::cout.flush();
}

void run(const Options& options) {
  const config::Config config = config::load(options.config);
  const auto store = keys::openSqliteStore(config.store);
  keys::Identity identity{"", options.name, kRoles.at(options.role), keys::SystemClock().now()};
  requireSameRole(*store, identity);

  // One session is enough, and leaves the token's others to a service that runs beside us.
  hsm::TokenOptions token = config.token;
  token.sessions = 1;
  const auto hsm = hsm::openToken(token, options.pin.read(config.pin));
  // Another token would derive a secret that the service cannot know.
  keys::requireSameToken(*store, *hsm, hsm::deadlineIn(config.patience));
  identity.accessKeyId = auth::newAccessKeyId(*hsm, hsm::deadlineIn(config.patience));
  const SecretBytes secret =
      auth::secretAccessKey(*hsm, identity.accessKeyId, hsm::deadlineIn(config.patience));

  if (!store->addIdentity(identity)) {
    throw Failure("The access key id " + identity.accessKeyId + " is taken already.",
                  "Run the command again.");
  }
  print(identity, secret, options);
  if (!std::cout) {
    store->removeIdentity(identity.accessKeyId);
    throw Failure(
        "The secret could not be written to standard output, so the access key was removed again.",
        "Run the command with an output that can be written to.", ExitCode::kOutput);
  }
}

}  // namespace

void addIdentityAdd(CLI::App& parent) {
  auto options = std::make_shared<Options>();
  CLI::App* command = parent.add_subcommand("add",
                                            "Make an access key and show its secret, once\n\n"
                                            "strongroomd may be running; the key works at once, "
                                            "without a restart. The token derives the\n"
                                            "secret. The PIN comes from [token] pin_file of the "
                                            "configuration unless an option gives it.");
  command->add_option("name", options->name, "Whom the access key is for; a name may have several")
      ->required()
      ->check(CLI::Validator(checkName, ""));
  command
      ->add_option("--role", options->role,
                   "What it may do: everything, or use keys and change none")
      ->required()
      ->check(CLI::IsMember(kRoles));
  command->add_option("--config", options->config, "strongroomd's configuration")
      ->required()
      ->type_name("FILE");
  options->pin.addTo(*command);
  CLI::Option* shell =
      command->add_flag("--shell", options->shell, "Print two lines for a shell to source");
  command->add_flag("--json", options->json, "Print JSON in place of text")->excludes(shell);
  command->footer(
      "Example:\n"
      "  strongroom identity add backup --role user --config strongroomd.toml");
  command->callback([options] { run(*options); });
}

}  // namespace strongroom::tokens
