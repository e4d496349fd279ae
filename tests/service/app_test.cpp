// The whole service on a SoftHSM token, asked over its own socket.
#include "service/app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "tests/service/http/certificate.h"
#include "tests/service/http/tls_client.h"
#include "tests/support/test_token.h"

namespace strongroom::service {
namespace {

using ::testing::HasSubstr;

class AppTest : public ::testing::Test {
 protected:
  AppTest() {
    const std::filesystem::path folder = token_.folder().path();
    config_.server.port = 0;
    config_.server.tls = testing::writeSelfSigned(folder, "app");
    config_.aws = {"us-east-1", "000000000000"};
    config_.token = token_.options();
    config_.pin.file = folder / "pin";
    std::ofstream(config_.pin.file) << asText(token_.pin().expose());
    chmod(config_.pin.file.c_str(), 0600);
    config_.store = folder / "store.db";
  }

  /// [token.second] with this PIN in its file; the token itself is not made.
  void configureSecond(const std::string& pin) {
    config::FurtherToken second{.name = "token.second", .token = config_.token};
    second.workers.mayBeAbsent = true;
    second.token.token = {.label = "second", .serial = "", .uri = ""};
    second.pin.file = token_.folder().path() / "second-pin";
    writePin(second.pin.file, pin);
    config_.furtherTokens = {second};
  }

  void makeSecond() {
    hsm::initialiseToken(token_.module(), "second", token_.soPin(), SecretBytes(asBytes(kPin)));
  }

  static void writePin(const std::filesystem::path& file, std::string_view pin) {
    std::ofstream(file) << pin;
    chmod(file.c_str(), 0600);
  }

  /// Waits until /readyz says `text`; fails with the last answer after thirty seconds.
  static void expectReadiness(const App& app, const ::testing::Matcher<std::string>& text) {
    std::string last;
    for (int i = 0; i < 3'000; ++i) {
      last = get(app, "/readyz").body;
      if (text.Matches(last)) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_THAT(last, text);
  }

  static constexpr std::string_view kPin = "pin-of-the-second";

  static testing::TlsClient::Answer get(const App& app, const std::string& path) {
    testing::TlsClient client(app.port());
    client.send("GET " + path + " HTTP/1.1\r\nHost: s\r\n\r\n");
    return client.receive().value_or(testing::TlsClient::Answer{});
  }

  testing::TestToken token_;
  config::Config config_;
};

TEST_F(AppTest, CountsTheDescriptorsOfItsTokensBeforeItTakesConnections) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max > 100'000'000) GTEST_SKIP() << "no limit to meet";
  configureSecond(std::string(kPin));
  const std::uint64_t ofTokens =
      hsm::descriptorsOf(config_.token, config_.workers) +
      hsm::descriptorsOf(config_.furtherTokens[0].token, config_.furtherTokens[0].workers);
  // What is left is enough but for the tokens.
  config_.server.maxConnections = static_cast<int>(limit.rlim_max) - 136;
  try {
    const App app(config_);
    FAIL() << "was taken";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("needs " + std::to_string(limit.rlim_max + ofTokens) +
                                        " file descriptors"));
  }
}

TEST_F(AppTest, IsHealthyAndReadyOnceItStands) {
  App app(config_);
  EXPECT_EQ(get(app, "/healthz").status, 200);
  EXPECT_EQ(get(app, "/readyz").body, "ready\n");
  EXPECT_THAT(get(app, "/metrics").body, HasSubstr("strongroom_ready 1\n"));
  EXPECT_EQ(get(app, "/").status, 405);
}

TEST_F(AppTest, AnswersAnUnsignedRequestInTheDialectOfAws) {
  App app(config_);
  testing::TlsClient client(app.port());
  client.send(
      "POST / HTTP/1.1\r\nHost: s\r\nX-Amz-Target: TrentService.ListKeys\r\nContent-Type: "
      "application/x-amz-json-1.1\r\n"
      "Content-Length: 2\r\n\r\n{}");
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 400);
  EXPECT_THAT(answer->body, HasSubstr("\"__type\":\"MissingAuthenticationTokenException\""));
}

TEST_F(AppTest, CountsAnObjectThatNoRecordNames) {
  token_.open()->generateKey({KeyId{}, 7}, hsm::deadlineIn(std::chrono::seconds(5)));
  App app(config_);
  EXPECT_THAT(get(app, "/metrics").body,
              HasSubstr("strongroom_leftovers{kind=\"stray-object\"} 1\n"));
}

TEST_F(AppTest, CanBeStoppedAndStartedAgainInOneProcess) {
  {
    App app(config_);
    EXPECT_TRUE(app.stop());
  }
  App app(config_);
  EXPECT_EQ(get(app, "/readyz").status, 200);
}

TEST_F(AppTest, ServesTwoTokensOfOneModule) {
  makeSecond();
  configureSecond(std::string(kPin));
  for (int round = 0; round < 2; ++round) {
    App app(config_);
    EXPECT_EQ(get(app, "/readyz").body, "ready\n");
    const std::string metrics = get(app, "/metrics").body;
    EXPECT_THAT(metrics, HasSubstr("strongroom_token_answers{token=\"token\"} 1\n"));
    EXPECT_THAT(metrics, HasSubstr("strongroom_token_answers{token=\"token.second\"} 1\n"));
    EXPECT_THAT(metrics, HasSubstr("strongroom_hsm_logins_total{token=\"token.second\"} 2\n"));
  }
}

TEST_F(AppTest, StartsWithoutAFurtherTokenAndTakesItInWhenItComes) {
  configureSecond(std::string(kPin));
  App app(config_);
  EXPECT_EQ(get(app, "/readyz").status, 200);
  expectReadiness(app,
                  ::testing::StartsWith("ready in part\ntoken.second: token-unavailable since"));
  makeSecond();
  expectReadiness(app, ::testing::Eq("ready\n"));
}

TEST_F(AppTest, TriesARefusedPinOnceUntilItIsAskedToTryAgain) {
  makeSecond();
  configureSecond("a-wrong-pin");
  App app(config_);
  expectReadiness(app, ::testing::StartsWith("ready in part\ntoken.second: login-refused since"));
  writePin(config_.furtherTokens[0].pin.file, kPin);
  app.retryLogins();
  expectReadiness(app, ::testing::Eq("ready\n"));
}

TEST_F(AppTest, RefusesOneTokenUnderTwoNames) {
  configureSecond(std::string(asText(token_.pin().expose())));
  config_.furtherTokens[0].token = config_.token;
  try {
    App app(config_);
    FAIL() << "was taken";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("[token.second] is the same token as [token]"));
  }
}

TEST_F(AppTest, SaysWhichPinFileOthersCanRead) {
  chmod(config_.pin.file.c_str(), 0644);
  try {
    App app(config_);
    FAIL() << "was taken";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("chmod 600"));
  }
}

}  // namespace
}  // namespace strongroom::service
