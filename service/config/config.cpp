#include "service/config/config.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "service/config/table_reader.h"

namespace strongroom::config {

namespace {

constexpr std::array kTables{"server", "aws", "token", "store", "maintenance", "log"};

/// Poco's names, from silence to noise.
constexpr std::array<std::string_view, 9> kLevels{
    "none", "fatal", "critical", "error", "warning", "notice", "information", "debug", "trace"};

bool consistsOf(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

constexpr std::string_view kFurtherToken = "token.";

/// NAME becomes a metric's label and a word in log lines and in /readyz.
bool isFurtherToken(std::string_view table) {
  if (!table.starts_with(kFurtherToken)) return false;
  const std::string_view name = table.substr(kFurtherToken.size());
  return !name.empty() && name.size() <= 32 &&
         consistsOf(name, "abcdefghijklmnopqrstuvwxyz0123456789-_");
}

void refuseUnknownTables(const Document& document) {
  for (const auto& [name, table] : document.tables) {
    if (!isFurtherToken(name) && std::ranges::find(kTables, name) == kTables.end()) {
      throw Error(document.at(table.line) + "[" + name + "]: unknown table");
    }
  }
}

/// Every connection, a stranger's too, has a buffer of its own for headers.
void refuseTooMuchMemory(const TableReader& table, const http::ServerOptions& server) {
  constexpr std::uint64_t kMost = 512ULL * 1024 * 1024;
  const std::uint64_t all = server.headerLimit * static_cast<std::uint64_t>(server.maxConnections);
  if (all <= kMost) return;
  table.fail("header_bytes", "times max_connections must be at most " + std::to_string(kMost) +
                                 " bytes, is " + std::to_string(all));
}

http::TlsVersion readTlsMinimum(TableReader& table) {
  const std::string version = table.textOr("tls_minimum", "1.2");
  if (version != "1.2" && version != "1.3") table.fail("tls_minimum", "must be 1.2 or 1.3");
  return version == "1.3" ? http::TlsVersion::k13 : http::TlsVersion::k12;
}

void readServer(TableReader table, Config& config) {
  http::ServerOptions& server = config.server;
  server.address = table.textOr("address", server.address);
  server.port = static_cast<std::uint16_t>(table.integerOr("port", {1, 65'535}, server.port));
  server.tls.certificate = table.path("certificate");
  server.tls.privateKey = table.path("private_key");
  server.tls.clientAuthorities = table.pathOr("client_ca", {});
  server.tlsMinimum = readTlsMinimum(table);
  server.maxConnections =
      static_cast<int>(table.integerOr("max_connections", {1, 65'536}, server.maxConnections));
  server.maxConnectionsPerClient = static_cast<int>(
      table.integerOr("max_connections_per_client", {0, 65'536}, server.maxConnectionsPerClient));
  server.requestQueue =
      static_cast<int>(table.integerOr("max_requests_waiting", {1, 65'536}, server.requestQueue));
  config.maxRequestsPerPrincipal =
      static_cast<std::size_t>(table.integerOr("max_requests_per_principal", {0, 65'536}, 0));
  server.headerLimit = static_cast<std::size_t>(table.integerOr(
      "header_bytes", {4'096, 1'048'576}, static_cast<std::int64_t>(server.headerLimit)));
  refuseTooMuchMemory(table, server);
  server.headerPatience = table.secondsOr("header_seconds", {1, 300}, server.headerPatience);
  server.bodyPatience = table.secondsOr("body_seconds", {1, 300}, server.bodyPatience);
  server.idlePatience = table.secondsOr("idle_seconds", {1, 3'600}, server.idlePatience);
  config.drain = table.secondsOr("drain_seconds", {0, 600}, config.drain);
  table.finish();
}

void readAws(TableReader table, Config& config) {
  config.aws.region = table.text("region");
  if (!consistsOf(config.aws.region, "abcdefghijklmnopqrstuvwxyz0123456789-")) {
    table.fail("region", "must consist of lower-case letters, digits and hyphens");
  }
  config.aws.id = table.text("account");
  if (config.aws.id.size() != 12 || !consistsOf(config.aws.id, "0123456789")) {
    table.fail("account", "must be 12 digits in quotes");
  }
  table.finish();
}

hsm::PinSource readPin(TableReader& table) {
  hsm::PinSource pin;
  constexpr std::array kSources{"pin_file", "pin_descriptor", "pin_credential"};
  const auto given =
      std::ranges::count_if(kSources, [&](const char* key) { return table.has(key); });
  pin.file = table.pathOr("pin_file", {});
  pin.descriptor = static_cast<int>(table.integerOr("pin_descriptor", {0, 65'535}, -1));
  pin.credential = table.textOr("pin_credential", "");
  if (given != 1) {
    table.fail("pin_file",
               "exactly one of pin_file, pin_descriptor and pin_credential must be given");
  }
  if (pin.credential.find('/') != std::string::npos) {
    table.fail("pin_credential", "must be the name of a systemd credential, not a path");
  }
  return pin;
}

hsm::TokenOptions readTokenOptions(TableReader& table) {
  hsm::TokenOptions token;
  token.module = table.path("module");
  token.token.label = table.textOr("label", "");
  token.token.serial = table.textOr("serial", "");
  token.token.uri = table.textOr("uri", "");
  const bool byName = table.has("label") || table.has("serial");
  if (byName == table.has("uri")) table.fail("label", "give label, serial or both, or else uri");
  if (table.has("uri") && !token.token.uri.starts_with("pkcs11:")) {
    table.fail("uri", "must begin with \"pkcs11:\"");
  }
  token.sessions =
      static_cast<std::uint32_t>(table.integerOr("sessions", {1, 1'024}, token.sessions));
  token.moduleArgument = table.textOr("module_argument", "");
  token.allowUnsafeModule = table.flagOr("allow_unsafe_module", false);
  return token;
}

hsm::WorkerOptions readWorkers(TableReader& table, const hsm::TokenOptions& token) {
  hsm::WorkerOptions workers;
  workers.workers = static_cast<unsigned>(
      table.integerOr("workers", {1, 16}, std::min(workers.workers, token.sessions)));
  if (workers.workers > token.sessions) {
    table.fail("workers", "must not exceed sessions (" + std::to_string(token.sessions) +
                              "): each has one at least");
  }
  if (token.sessions > workers.workers * hsm::kMaxSessionsPerWorker) {
    table.fail("sessions", "must not exceed " + std::to_string(hsm::kMaxSessionsPerWorker) +
                               " for each of the workers");
  }
  workers.user = table.textOr("worker_user", "");
  workers.network = table.flagOr("worker_network", workers.network);
  constexpr std::uint64_t kMebibyte = 1ULL << 20;
  workers.memoryGrowth =
      kMebibyte * static_cast<std::uint64_t>(
                      table.integerOr("worker_growth_mib", {8, 65'536},
                                      static_cast<std::int64_t>(workers.memoryGrowth / kMebibyte)));
  return workers;
}

/// One table at most says that new keys go to its token.
void readNewKeys(TableReader& table, const std::string& name, std::string& taken) {
  if (!table.flagOr("new_keys", false)) return;
  if (!taken.empty()) table.fail("new_keys", "[" + taken + "] takes them already");
  taken = name;
}

void readTokens(const Document& document, Config& config) {
  std::string newKeysIn;
  TableReader table(document, "token");
  config.token = readTokenOptions(table);
  config.pin = readPin(table);
  config.workers = readWorkers(table, config.token);
  readNewKeys(table, "token", newKeysIn);
  config.patience = std::chrono::milliseconds(
      table.integerOr("deadline_milliseconds", {100, 60'000}, config.patience.count()));
  table.finish();

  for (const auto& [name, content] : document.tables) {
    if (!isFurtherToken(name)) continue;
    TableReader further(document, name);
    FurtherToken token{.name = name, .token = readTokenOptions(further)};
    token.pin = readPin(further);
    token.workers = readWorkers(further, token.token);
    token.workers.mayBeAbsent = true;  // its keys alone wait for it
    config.furtherTokens.push_back(std::move(token));
    readNewKeys(further, name, newKeysIn);
    further.finish();
  }
  if (!newKeysIn.empty()) config.newKeysIn = newKeysIn;
}

/// A thread for each call that may be at a token or wait for one, so that no token's callers take
/// those of another; and some for requests that need none.
void provideThreads(Config& config) {
  // Every worker has as many lanes as the others.
  const auto lanes = [](const hsm::TokenOptions& token, const hsm::WorkerOptions& workers) {
    return (token.sessions + workers.workers - 1) / workers.workers * workers.workers;
  };
  std::uint32_t all = lanes(config.token, config.workers);
  for (const FurtherToken& further : config.furtherTokens) {
    all += lanes(further.token, further.workers);
  }
  config.server.requestThreads =
      static_cast<int>(all * (1 + hsm::kWaitingPerSession) + hsm::kWaitingBesides);
}

void readStore(TableReader table, Config& config) {
  config.store = table.path("path");
  table.finish();
}

void readMaintenance(TableReader table, Config& config) {
  config.maintenance = table.secondsOr("interval_seconds", {1, 86'400}, config.maintenance);
  table.finish();
}

void readLog(TableReader table, Config& config) {
  config.logLevel = table.textOr("level", config.logLevel);
  if (std::ranges::find(kLevels, config.logLevel) == kLevels.end()) {
    std::string list;
    for (const std::string_view level : kLevels)
      list.append(list.empty() ? "" : ", ").append(level);
    table.fail("level", "must be one of " + list);
  }
  config.logFile = table.pathOr("file", {});
  table.finish();
}

}  // namespace

Config load(const std::filesystem::path& file) {
  const Document document = parseDocument(file);
  refuseUnknownTables(document);
  Config config;
  readServer({document, "server"}, config);
  readAws({document, "aws"}, config);
  readTokens(document, config);
  provideThreads(config);
  readStore({document, "store"}, config);
  readMaintenance({document, "maintenance"}, config);
  readLog({document, "log"}, config);
  return config;
}

}  // namespace strongroom::config
