// What the handshake settles: certificates, versions, protocols, resumption.
#include <openssl/err.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <thread>

#include "service/http/ticket_keys.h"
#include "tests/service/http/server_fixture.h"

namespace strongroom::testing {
namespace {

const std::string kCount = "GET /count HTTP/1.1\r\nHost: s\r\n\r\n";

using TlsTest = ServerFixture;

TEST_F(TlsTest, ReloadServesTheNewCertificateAndKeepsOldConnections) {
  start();
  TlsClient before(port());
  EXPECT_EQ(before.serverName(), "first");
  const auto ends = server_->certificateNotAfter();
  writeSelfSigned(folder_, "second", 9);
  server_->reloadCertificate();
  TlsClient after(port());
  EXPECT_EQ(after.serverName(), "second");
  EXPECT_GT(server_->certificateNotAfter(), ends);
  before.send(kCount);
  EXPECT_TRUE(before.receive());
}

TEST_F(TlsTest, ReloadRefusesAKeyThatIsNotTheCertificatesAndKeepsTheOld) {
  start();
  const auto other = folder_ / "other";
  std::filesystem::create_directories(other);
  std::filesystem::copy_file(writeSelfSigned(other, "second").privateKey, options_.tls.privateKey,
                             std::filesystem::copy_options::overwrite_existing);
  try {
    server_->reloadCertificate();
    FAIL() << "was taken";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("key.pem: not the key of "), std::string::npos)
        << error.what();
  }
  EXPECT_EQ(TlsClient(port()).serverName(), "first");
}

TEST_F(TlsTest, RefusesAPrivateKeyThatOthersCanRead) {
  chmod(options_.tls.privateKey.c_str(), 0640);
  try {
    start();
    FAIL() << "was taken";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("chmod 600"), std::string::npos) << error.what();
  }
}

TEST_F(TlsTest, SpeaksTls12And13AndNothingOlder) {
  start();
  EXPECT_FALSE(TlsClient(port(), TLS1_VERSION).connected());
  EXPECT_FALSE(TlsClient(port(), TLS1_1_VERSION).connected());
  EXPECT_TRUE(TlsClient(port(), TLS1_2_VERSION).connected());
  EXPECT_TRUE(TlsClient(port(), TLS1_3_VERSION).connected());
}

TEST_F(TlsTest, SpeaksNothingOlderThanTheMinimumThatIsSet) {
  options_.tlsMinimum = http::TlsVersion::k13;
  start();
  EXPECT_FALSE(TlsClient(port(), TLS1_2_VERSION).connected());
  EXPECT_TRUE(TlsClient(port(), TLS1_3_VERSION).connected());
}

TEST_F(TlsTest, AgreesUponHttp11OrHttp2AndRefusesWhatItDoesNotSpeak) {
  start();
  EXPECT_EQ(TlsClient(port(), {.protocol = "h2"}).protocol(), "h2");
  EXPECT_EQ(TlsClient(port(), {.protocol = "http/1.1"}).protocol(), "http/1.1");
  EXPECT_EQ(TlsClient(port()).protocol(), "");
  EXPECT_FALSE(TlsClient(port(), {.protocol = "imap"}).connected());
}

/// Asks once, since TLS 1.3 gives its tickets after the handshake.
auto sessionOf(TlsClient& client) {
  client.send(kCount);
  EXPECT_TRUE(client.receive());
  return client.session();
}

TEST_F(TlsTest, ResumesSessionsAlsoAfterAReload) {
  start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient first(port(), version);
    EXPECT_FALSE(first.resumed());
    const auto session = sessionOf(first);
    TlsClient second(port(), {.maxVersion = version, .session = session.get()});
    EXPECT_TRUE(second.resumed()) << version;
    second.send(kCount);
    EXPECT_TRUE(second.receive());
    server_->reloadCertificate();
    EXPECT_TRUE(TlsClient(port(), {.maxVersion = version, .session = session.get()}).resumed())
        << version;
  }
}

TEST_F(TlsTest, AnotherServersTicketMeansAWholeHandshake) {
  start();
  TlsClient first(port());
  const auto session = sessionOf(first);
  start();
  TlsClient second(port(), {.session = session.get()});
  EXPECT_TRUE(second.connected());
  EXPECT_FALSE(second.resumed());
}

TEST_F(TlsTest, AsksForClientCertificatesOfTheAuthoritiesAlone) {
  const auto known = folder_ / "known";
  const auto unknown = folder_ / "unknown";
  std::filesystem::create_directories(known);
  std::filesystem::create_directories(unknown);
  options_.tls.clientAuthorities = writeSelfSigned(known, "known").certificate;
  writeSelfSigned(unknown, "unknown");
  start();
  const auto served = [this](const std::filesystem::path& identity) {
    TlsClient client(port(), {.identity = identity});
    client.send(kCount);  // TLS 1.3 tells of a refused certificate after the handshake
    return client.receive().has_value();
  };
  EXPECT_TRUE(served(known));
  EXPECT_TRUE(served({})) << "none is needed";
  EXPECT_FALSE(served(unknown));
  writeSelfSigned(known, "another");
  server_->reloadCertificate();
  EXPECT_TRUE(served(known));
}

std::chrono::microseconds processTime() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

TEST_F(TlsTest, SpendsNothingOnARecordThatIsNotThereYet) {
  start();
  TlsClient client(port());
  const std::string record = "\x17\x03\x03\x40" + std::string(1, '\0') + std::string(100, 'x');
  for (const char byte : record) client.sendRaw({&byte, 1});
  const auto before = processTime();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // what this is about
  EXPECT_LT(processTime() - before, std::chrono::milliseconds(100));
}

TEST_F(TlsTest, GoesAlongWithAFewNewKeysAndCutsWhoSendsNothingElse) {
  start();
  TlsClient client(port());
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(client.updateKey());
  client.send(kCount);
  EXPECT_TRUE(client.receive());
  for (int i = 0; i < 1'000 && client.updateKey(); ++i) continue;
  const auto began = std::chrono::steady_clock::now();
  EXPECT_FALSE(client.receive());
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5)) << "was not cut";
  EXPECT_TRUE(TlsClient(port()).connected());
}

/// Two contexts that shake hands in memory.
class TicketKeysTest : public ::testing::Test {
 protected:
  using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
  using Session = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;
  using Ssl = std::unique_ptr<SSL, decltype(&SSL_free)>;

  TicketKeysTest() {
    const auto folder =
        std::filesystem::temp_directory_path() / ("strongroom-tickets-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    const http::TlsFiles files = writeSelfSigned(folder, "s");
    SSL_CTX_use_certificate_file(server_.get(), files.certificate.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(server_.get(), files.privateKey.c_str(), SSL_FILETYPE_PEM);
    std::filesystem::remove_all(folder);
    keys_.serve(server_.get());
  }

  /// Whether `session` was resumed; then it is the new one.
  bool connect(Session& session) {
    const Ssl server(SSL_new(server_.get()), SSL_free);
    const Ssl client(SSL_new(client_.get()), SSL_free);
    BIO* ours = nullptr;
    BIO* theirs = nullptr;
    BIO_new_bio_pair(&ours, 1 << 16, &theirs, 1 << 16);
    SSL_set_bio(server.get(), ours, ours);
    SSL_set_bio(client.get(), theirs, theirs);
    if (session) SSL_set_session(client.get(), session.get());
    SSL_set_accept_state(server.get());
    SSL_set_connect_state(client.get());
    for (int i = 0; i < 4; ++i) {
      SSL_do_handshake(client.get());
      SSL_do_handshake(server.get());
    }
    char byte = 'x';
    SSL_write(server.get(), &byte, 1);
    EXPECT_EQ(SSL_read(client.get(), &byte, 1), 1);
    session.reset(SSL_get1_session(client.get()));
    // Else OpenSSL thinks that the connection broke, and the session with it.
    SSL_set_shutdown(client.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    return SSL_session_reused(client.get()) == 1;
  }

  http::TicketKeys::Clock::time_point now_{std::chrono::hours(1'000)};
  http::TicketKeys keys_{[this] { return now_; }};
  Context server_{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
  Context client_{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
};

TEST_F(TicketKeysTest, ATicketIsGoodForTwoHoursFromItsKeysBirth) {
  Session session(nullptr, SSL_SESSION_free);
  EXPECT_FALSE(connect(session));
  Session kept(SSL_SESSION_dup(session.get()), SSL_SESSION_free);
  EXPECT_TRUE(connect(session));
  now_ += std::chrono::minutes(119);
  EXPECT_TRUE(connect(kept)) << "the key before the last opens still";
  now_ += std::chrono::minutes(1);
  EXPECT_FALSE(connect(session)) << "its key is gone";
  EXPECT_TRUE(connect(kept)) << "a renewed ticket is of the new key";
}

TEST_F(TicketKeysTest, ATicketOfOtherKeysMeansAWholeHandshake) {
  Session session(nullptr, SSL_SESSION_free);
  connect(session);
  http::TicketKeys others;
  others.serve(server_.get());
  EXPECT_FALSE(connect(session));
}

}  // namespace
}  // namespace strongroom::testing
