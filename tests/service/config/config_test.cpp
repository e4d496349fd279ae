#include "service/config/config.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

namespace strongroom::config {
namespace {

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() {
    folder_ =
        std::filesystem::temp_directory_path() / ("strongroom-config-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    file_ = folder_ / "strongroom.toml";
  }
  ~ConfigTest() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& text) {
    std::ofstream(file_) << text;
    chmod(file_.c_str(), 0600);
  }
  Config read(const std::string& text) {
    write(text);
    return load(file_);
  }
  /// What load() has to say, without the folder.
  std::string complaint(const std::string& text) {
    write(text);
    return complaintOfFile();
  }
  std::string complaintOfFile() {
    try {
      load(file_);
      return "";
    } catch (const Error& error) {
      const std::string what = error.what();
      const std::string prefix = folder_.string() + "/";
      EXPECT_EQ(what.rfind(prefix, 0), 0u) << what;
      return what.substr(prefix.size());
    }
  }

  std::filesystem::path folder_;
  std::filesystem::path file_;
};

constexpr const char* kSmallest = R"([server]
certificate = "tls/server.pem"
private_key = "/etc/tls/server.key"
[aws]
region = "eu-central-1"
account = "000000000000"
[token]
module = "/usr/lib/softhsm/libsofthsm2.so"
label = "strongroom"
pin_file = "../pin"
[store]
path = "strongroom.db"
)";

/// kSmallest with one line replaced, or with more in front.
std::string with(const std::string& line, const std::string& replacement) {
  std::string text = kSmallest;
  const std::size_t at = text.find(line + "\n");
  EXPECT_NE(at, std::string::npos) << line;
  return text.replace(at, line.size(), replacement);
}

TEST_F(ConfigTest, FillsInDefaultsAndResolvesPathsFromTheFilesFolder) {
  const Config config = read(kSmallest);
  EXPECT_EQ(config.server.address, "127.0.0.1");
  EXPECT_EQ(config.server.port, 7373);
  EXPECT_EQ(config.server.tls.certificate, folder_ / "tls/server.pem");
  EXPECT_EQ(config.server.tls.privateKey, "/etc/tls/server.key");
  EXPECT_EQ(config.pin.file, folder_.parent_path() / "pin");
  EXPECT_EQ(config.store, folder_ / "strongroom.db");
  EXPECT_EQ(config.aws.region, "eu-central-1");
  EXPECT_EQ(config.aws.id, "000000000000");
  EXPECT_EQ(config.token.sessions, 8u);
  EXPECT_EQ(config.token.moduleArgument, "");
  EXPECT_FALSE(config.token.allowUnsafeModule);
  EXPECT_EQ(config.workers.workers, 2u);
  EXPECT_EQ(config.workers.user, "");
  EXPECT_FALSE(config.workers.network);
  EXPECT_EQ(config.workers.memoryGrowth, 128u << 20);
  EXPECT_FALSE(config.workers.mayBeAbsent);
  EXPECT_EQ(config.patience, std::chrono::seconds(5));
  EXPECT_EQ(config.drain, std::chrono::seconds(30));
  EXPECT_EQ(config.maintenance, std::chrono::minutes(1));
  EXPECT_EQ(config.logLevel, "information");
  EXPECT_TRUE(config.logFile.empty());
}

TEST_F(ConfigTest, ReadsEveryKey) {
  const Config config = read(R"([server]
address = "127.0.0.2"
port = 7374
certificate = "c"
private_key = "k"
max_connections = 10
header_bytes = 8192
header_seconds = 1
body_seconds = 2
idle_seconds = 3
drain_seconds = 4
[aws]
region = "us-east-1"
account = "123456789012"
[token]
module = "m.so"
uri = "pkcs11:token=x"
module_argument = "configdir='sql:/var/nss'"
allow_unsafe_module = true
sessions = 5
workers = 3
worker_user = "hsm"
worker_network = true
worker_growth_mib = 64
pin_descriptor = 3
deadline_milliseconds = 600
[store]
path = "s"
[maintenance]
interval_seconds = 7
[log]
level = "debug"
file = "log"
)");
  EXPECT_EQ(config.server.address, "127.0.0.2");
  EXPECT_EQ(config.server.port, 7374);
  EXPECT_EQ(config.server.maxConnections, 10);
  EXPECT_EQ(config.server.headerLimit, 8192u);
  EXPECT_EQ(config.server.headerPatience, std::chrono::seconds(1));
  EXPECT_EQ(config.server.bodyPatience, std::chrono::seconds(2));
  EXPECT_EQ(config.server.idlePatience, std::chrono::seconds(3));
  EXPECT_EQ(config.drain, std::chrono::seconds(4));
  EXPECT_EQ(config.token.module, folder_ / "m.so");
  EXPECT_EQ(config.token.token.uri, "pkcs11:token=x");
  EXPECT_EQ(config.token.sessions, 5u);
  EXPECT_EQ(config.token.moduleArgument, "configdir='sql:/var/nss'");
  EXPECT_TRUE(config.token.allowUnsafeModule);
  EXPECT_EQ(config.workers.workers, 3u);
  EXPECT_EQ(config.workers.user, "hsm");
  EXPECT_TRUE(config.workers.network);
  EXPECT_EQ(config.workers.memoryGrowth, 64u << 20);
  EXPECT_EQ(config.pin.descriptor, 3);
  EXPECT_EQ(config.patience, std::chrono::milliseconds(600));
  EXPECT_EQ(config.maintenance, std::chrono::seconds(7));
  EXPECT_EQ(config.logLevel, "debug");
  EXPECT_EQ(config.logFile, folder_ / "log");
}

TEST_F(ConfigTest, TakesFurtherTokensAndSendsNewKeysToTheOneThatSaysSo) {
  const std::string further = R"([token.zurich]
module = "z.so"
serial = "1"
pin_file = "z"
[token.basel]
module = "b.so"
label = "b"
pin_credential = "b"
sessions = 2
)";
  const Config config = read(kSmallest + further);
  ASSERT_EQ(config.furtherTokens.size(), 2u);
  const FurtherToken& basel = config.furtherTokens[0];
  EXPECT_EQ(basel.name, "token.basel");
  EXPECT_EQ(basel.token.module, folder_ / "b.so");
  EXPECT_EQ(basel.token.token.label, "b");
  EXPECT_EQ(basel.token.sessions, 2u);
  EXPECT_EQ(basel.workers.workers, 2u);
  EXPECT_TRUE(basel.workers.mayBeAbsent) << "its keys alone wait for it";
  EXPECT_EQ(basel.pin.credential, "b");
  EXPECT_EQ(config.furtherTokens[1].name, "token.zurich");
  EXPECT_EQ(config.furtherTokens[1].pin.file, folder_ / "z");
  EXPECT_EQ(config.newKeysIn, "token");
  EXPECT_EQ(read(kSmallest + further + "new_keys = true\n").newKeysIn, "token.basel");
}

TEST_F(ConfigTest, RefusesAFileThatIsNotUtf8) {
  const std::string smallest = kSmallest;
  for (const std::string bytes : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x9f\xbf", "\xe2\x82",
                                  "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xff"}) {
    for (const std::string& line : {"# " + bytes, "a = '" + bytes + "'", "a = \"" + bytes}) {
      EXPECT_EQ(complaint("\n" + line), "strongroom.toml:2: holds a byte that is not UTF-8");
      EXPECT_NE(complaint(smallest + line).find("holds a byte that is not UTF-8"),
                std::string::npos);
    }
  }
  EXPECT_NO_THROW(read(smallest + "# \xc2\x80 \xe0\xa0\x80 \xed\x9f\xbf \xef\xbf\xbf "
                                  "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf\n"));
}

struct Mistake {
  const char* line;  ///< of kSmallest
  const char* replacement;
  const char* complaint;  ///< all of it
};

class MistakeTest : public ConfigTest, public ::testing::WithParamInterface<Mistake> {};

TEST_P(MistakeTest, IsNamedWithFileLineTableAndKey) {
  EXPECT_EQ(complaint(with(GetParam().line, GetParam().replacement)), GetParam().complaint);
}

constexpr Mistake kMistakes[] = {
    {"[server]", "[server]\nport = 99999",
     "strongroom.toml:2: [server] port: must be between 1 and 65535, is 99999"},
    {"[server]", "[server]\nport = 0",
     "strongroom.toml:2: [server] port: must be between 1 and 65535, is 0"},
    {"[server]", "[server]\nport = \"7373\"",
     "strongroom.toml:2: [server] port: must be an integer, is a string"},
    {"[server]", "[server]\nport = 73.73",
     "strongroom.toml:2: [server] port: must be an integer, is a float"},
    {"[server]", "[server]\nport = true",
     "strongroom.toml:2: [server] port: must be an integer, is a boolean"},
    {"[server]", "[server]\nport = [1]",
     "strongroom.toml:2: [server] port: must be an integer, is an array"},
    {"[server]", "[server]\nprot = 1",
     "strongroom.toml:2: [server] prot: unknown key; this table takes address, port, certificate, "
     "private_key, client_ca, tls_minimum, max_connections, max_connections_per_client, "
     "max_requests_waiting, max_requests_per_principal, header_bytes, header_seconds, "
     "body_seconds, idle_seconds, drain_seconds"},
    {"[server]", "[server]\nmax_connections = 513\nheader_bytes = 1048576",
     "strongroom.toml:3: [server] header_bytes: times max_connections must be at most 536870912 "
     "bytes, is 537919488"},
    {"[server]", "port = 1\n[server]", "strongroom.toml:1: port: stands outside of every table"},
    {"[server]", "[sever]\nport = 1\n[server]", "strongroom.toml:1: [sever]: unknown table"},
    {"[server]", "[server]\nport = = 1", "strongroom.toml:2: bad format: unknown value appeared"},
    {"certificate = \"tls/server.pem\"", "", "strongroom.toml:1: [server] certificate: is missing"},
    {"certificate = \"tls/server.pem\"", "certificate = \"\"",
     "strongroom.toml:2: [server] certificate: must not be empty"},
    {"certificate = \"tls/server.pem\"", "certificate = 1",
     "strongroom.toml:2: [server] certificate: must be a string, is an integer"},
    {"region = \"eu-central-1\"", "region = \"EU\"",
     "strongroom.toml:5: [aws] region: must consist of lower-case letters, digits and hyphens"},
    {"account = \"000000000000\"", "account = \"1234\"",
     "strongroom.toml:6: [aws] account: must be 12 digits in quotes"},
    {"account = \"000000000000\"", "account = \"00000000000x\"",
     "strongroom.toml:6: [aws] account: must be 12 digits in quotes"},
    {"account = \"000000000000\"", "account = 123456789012",
     "strongroom.toml:6: [aws] account: must be a string, is an integer"},
    {"label = \"strongroom\"", "",
     "strongroom.toml:7: [token] label: give label, serial or both, or else uri"},
    {"label = \"strongroom\"", "label = \"a\"\nuri = \"pkcs11:token=a\"",
     "strongroom.toml:9: [token] label: give label, serial or both, or else uri"},
    {"label = \"strongroom\"", "uri = \"token=a\"",
     "strongroom.toml:9: [token] uri: must begin with \"pkcs11:\""},
    {"pin_file = \"../pin\"", "",
     "strongroom.toml:7: [token] pin_file: exactly one of pin_file, pin_descriptor and "
     "pin_credential must be given"},
    {"pin_file = \"../pin\"", "pin_file = \"a\"\npin_descriptor = 3",
     "strongroom.toml:10: [token] pin_file: exactly one of pin_file, pin_descriptor and "
     "pin_credential must be given"},
    {"pin_file = \"../pin\"", "pin_credential = \"a/b\"",
     "strongroom.toml:10: [token] pin_credential: must be the name of a systemd credential, not a "
     "path"},
    {"pin_file = \"../pin\"", "pin = \"1234\"\npin_file = \"a\"",
     "strongroom.toml:10: [token] pin: unknown key; this table takes module, label, serial, uri, "
     "sessions, module_argument, allow_unsafe_module, pin_file, "
     "pin_descriptor, pin_credential, workers, worker_user, worker_network, worker_growth_mib, "
     "new_keys, deadline_milliseconds"},
    {"[store]", "sessions = 3\nworkers = 4\n[store]",
     "strongroom.toml:12: [token] workers: must not exceed sessions (3): each has one at least"},
    {"[store]", "sessions = 201\n[store]",
     "strongroom.toml:11: [token] sessions: must not exceed 100 for each of the workers"},
    {"[store]", "workers = 17\n[store]",
     "strongroom.toml:11: [token] workers: must be between 1 and 16, is 17"},
    {"[store]", "worker_network = 1\n[store]",
     "strongroom.toml:11: [token] worker_network: must be true or false, is an integer"},
    {"[store]", "new_keys = 1\n[store]",
     "strongroom.toml:11: [token] new_keys: must be true or false, is an integer"},
    {"[store]", "[token.Two]\n[store]", "strongroom.toml:11: [token.Two]: unknown table"},
    {"[store]", "[token.two.three]\n[store]",
     "strongroom.toml:11: [token.two.three]: unknown table"},
    {"[store]", "[server.two]\n[store]", "strongroom.toml:11: [server.two]: unknown table"},
    {"[store]", "[token.two]\nlabel = \"two\"\n[store]",
     "strongroom.toml:11: [token.two] module: is missing"},
    {"[store]",
     "[token.two]\nmodule = \"m\"\nlabel = \"two\"\npin_file = \"p\"\ndeadline_milliseconds = 900\n"
     "[store]",
     "strongroom.toml:15: [token.two] deadline_milliseconds: unknown key; this table takes module, "
     "label, serial, uri, sessions, module_argument, allow_unsafe_module, pin_file, "
     "pin_descriptor, pin_credential, workers, worker_user, worker_network, worker_growth_mib, "
     "new_keys"},
    {"[store]",
     "new_keys = true\n[token.two]\nmodule = \"m\"\nlabel = \"two\"\npin_file = \"p\"\n"
     "new_keys = true\n[store]",
     "strongroom.toml:16: [token.two] new_keys: [token] takes them already"},
    {"path = \"strongroom.db\"", "", "strongroom.toml:11: [store] path: is missing"},
    {"path = \"strongroom.db\"", "path = \"s\"\n[maintenance]\ninterval_seconds = 0",
     "strongroom.toml:14: [maintenance] interval_seconds: must be between 1 and 86400, is 0"},
    {"path = \"strongroom.db\"", "path = \"s\"\n[log]\nlevel = \"loud\"",
     "strongroom.toml:14: [log] level: must be one of none, fatal, critical, error, warning, "
     "notice, information, "
     "debug, trace"},
};

INSTANTIATE_TEST_SUITE_P(Table, MistakeTest, ::testing::ValuesIn(kMistakes));

TEST_F(ConfigTest, NamesAMissingTablesKey) {
  EXPECT_EQ(complaint("[aws]\n"), "strongroom.toml: [server] certificate: is missing");
}

TEST_F(ConfigTest, RefusesAFileThatOthersMayWrite) {
  write(kSmallest);
  chmod(file_.c_str(), 0620);
  EXPECT_EQ(complaintOfFile(), "strongroom.toml: may be written by others: chmod go-w");
  chmod(file_.c_str(), 0644);
  EXPECT_EQ(complaintOfFile(), "");
}

TEST_F(ConfigTest, NamesAFileThatIsNotThere) {
  EXPECT_EQ(complaintOfFile(), "strongroom.toml: No such file or directory");
}

TEST_F(ConfigTest, TakesTheExampleOfTheManual) {
  std::ifstream manual(STRONGROOM_MANUAL);
  std::stringstream text;
  text << manual.rdbuf();
  const std::string all = text.str();
  const std::size_t begin = all.find("```toml\n");
  ASSERT_NE(begin, std::string::npos);
  const std::size_t end = all.find("```", begin + 8);
  const Config shown = read(all.substr(begin + 8, end - begin - 8));
  const Config defaults;  // the example spells out every default
  EXPECT_EQ(shown.server.port, defaults.server.port);
  EXPECT_EQ(shown.server.maxConnections, defaults.server.maxConnections);
  EXPECT_EQ(shown.server.headerLimit, defaults.server.headerLimit);
  EXPECT_EQ(shown.server.headerPatience, defaults.server.headerPatience);
  EXPECT_EQ(shown.server.bodyPatience, defaults.server.bodyPatience);
  EXPECT_EQ(shown.server.idlePatience, defaults.server.idlePatience);
  EXPECT_EQ(shown.drain, defaults.drain);
  EXPECT_EQ(shown.token.sessions, defaults.token.sessions);
  EXPECT_EQ(shown.workers.workers, defaults.workers.workers);
  EXPECT_EQ(shown.workers.network, defaults.workers.network);
  EXPECT_EQ(shown.workers.memoryGrowth, defaults.workers.memoryGrowth);
  EXPECT_EQ(shown.patience, defaults.patience);
  EXPECT_EQ(shown.maintenance, defaults.maintenance);
  EXPECT_EQ(shown.logLevel, defaults.logLevel);
}

}  // namespace
}  // namespace strongroom::config
