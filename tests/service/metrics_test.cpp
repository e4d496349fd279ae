#include "service/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "service/hsm_metrics.h"
#include "service/keys/sqlite_store.h"
#include "tests/support/fake_hsm.h"
#include "tests/support/manual_clock.h"
#include "tests/support/one_token.h"

namespace strongroom::service {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class MetricsTest : public ::testing::Test {
 protected:
  MetricsTest()
      : folder_(std::filesystem::temp_directory_path() /
                ("strongroom-metrics-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
    store_ = keys::openSqliteStore(folder_ / "store.db");
    health_.emplace(tokens_, *store_, clock_);
    metrics_.emplace(tokens_, *health_);
  }
  ~MetricsTest() override {
    metrics_.reset();
    health_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::filesystem::path folder_;
  std::unique_ptr<keys::MetadataStore> store_;
  testing::FakeHsm hsm_;
  testing::OneToken tokens_{hsm_};
  testing::ManualClock clock_;
  std::optional<Health> health_;
  std::optional<Metrics> metrics_;
};

TEST_F(MetricsTest, CountsRequestsByOperationAndError) {
  metrics_->requests().observe("Decrypt", "", 0.002);
  metrics_->requests().observe("Decrypt", "", 0.002);
  metrics_->requests().observe("Decrypt", "NotFoundException", 0.002);
  metrics_->requests().observe("", "Malformed", 0);
  const std::string text = metrics_->render();
  EXPECT_THAT(text,
              HasSubstr("strongroom_requests_total{error=\"none\",operation=\"Decrypt\"} 2\n"));
  EXPECT_THAT(
      text,
      HasSubstr(
          "strongroom_requests_total{error=\"NotFoundException\",operation=\"Decrypt\"} 1\n"));
  EXPECT_THAT(text,
              HasSubstr("strongroom_requests_total{error=\"Malformed\",operation=\"none\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("strongroom_request_seconds_count{operation=\"Decrypt\"} 3\n"));
}

TEST_F(MetricsTest, ShowsTheTokensCountersAndReadiness) {
  const std::string text = metrics_->render();
  EXPECT_THAT(text,
              HasSubstr("strongroom_hsm_calls_total{function=\"C_GenerateKey\",token=\"token\"} "));
  EXPECT_THAT(text, HasSubstr("strongroom_hsm_sessions{state=\"leased\",token=\"token\"} "));
  EXPECT_THAT(text, HasSubstr("strongroom_ready 1\n"));
  EXPECT_THAT(text, HasSubstr("strongroom_token_answers{token=\"token\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("strongroom_build_info{version=\""));
}

TEST_F(MetricsTest, ShowsWhatCrashesLeftBehind) {
  keys::Leftovers leftovers;
  leftovers.strayObjects.resize(3);
  metrics_->setLeftovers(leftovers);
  const std::string text = metrics_->render();
  EXPECT_THAT(text, HasSubstr("strongroom_leftovers{kind=\"stray-object\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("strongroom_leftovers{kind=\"intent\"} 0\n"));
}

TEST_F(MetricsTest, BoundsTheNumberOfSeries) {
  for (int i = 0; i < 10'000; ++i)
    metrics_->requests().observe("made-up-" + std::to_string(i), "", 0);
  const std::string text = metrics_->render();
  EXPECT_THAT(text, HasSubstr("operation=\"other\""));
  EXPECT_THAT(text, Not(HasSubstr("made-up-9999")));
}

}  // namespace
}  // namespace strongroom::service
