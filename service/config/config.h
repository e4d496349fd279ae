#pragma once

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "hsm/open_isolated_token.h"
#include "hsm/open_token.h"
#include "hsm/pin_source.h"
#include "service/http/server.h"
#include "service/keys/arn.h"

namespace strongroom::config {

/// What is wrong with a configuration file; its text names file, key and, where known, line.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A token beside that of [token].
struct FurtherToken {
  std::string name;  ///< of its table: "token.second" for [token.second]
  hsm::TokenOptions token{};
  hsm::PinSource pin{};
  hsm::WorkerOptions workers{};
};

/// strongroom.toml, read once into one struct per table. Relative paths are relative to the file's
/// folder. Defaults and their reasons stand here and in docs/configuration.md.
struct Config {
  http::ServerOptions server;  ///< [server]
  std::chrono::milliseconds drain{
      30'000};  ///< [server] drain_seconds: how long requests in flight may finish at stop
  std::size_t maxRequestsPerPrincipal = 0;  ///< [server], at a time; 0: no limit of its own
  keys::Account aws;                        ///< [aws] region, account
  hsm::TokenOptions token;                  ///< [token] module, label, serial, uri, sessions
  hsm::PinSource pin;                       ///< [token] pin_file | pin_descriptor | pin_credential
  hsm::WorkerOptions workers;               ///< [token] workers, worker_...
  std::vector<FurtherToken> furtherTokens;  ///< [token.NAME], by name
  std::string newKeysIn = "token";          ///< the table that says new_keys, or else [token]
  std::chrono::milliseconds patience{
      5'000};                   ///< [token] deadline_milliseconds: a request's deadline
  std::filesystem::path store;  ///< [store] path
  std::chrono::milliseconds maintenance{
      60'000};  ///< [maintenance] interval_seconds: due rotations and deletions
  std::string logLevel = "information";  ///< [log] level
  std::filesystem::path logFile;         ///< [log] file; empty: standard error
};

/// Reads and checks a file. Refuses unknown keys, missing keys, wrong types and values out of
/// range, and a file that others may write.
Config load(const std::filesystem::path& file);

}  // namespace strongroom::config
