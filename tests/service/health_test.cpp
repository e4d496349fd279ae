#include "service/health.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "service/keys/sqlite_store.h"
#include "tests/support/fake_hsm.h"
#include "tests/support/manual_clock.h"

namespace strongroom::service {
namespace {

using std::chrono::milliseconds;

class HealthTest : public ::testing::Test {
 protected:
  HealthTest()
      : folder_(std::filesystem::temp_directory_path() /
                ("strongroom-health-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
    store_ = keys::openSqliteStore(folder_ / "store.db");
  }
  ~HealthTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// Waits until report().ready is `ready`; false after ten seconds.
  static bool becomes(const Health& health, bool ready) {
    for (int i = 0; i < 1'000; ++i) {
      if (health.report().ready == ready) return true;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return false;
  }

  std::filesystem::path folder_;
  std::unique_ptr<keys::MetadataStore> store_;
  testing::FakeHsm hsm_;
  testing::ManualClock clock_;
};

TEST_F(HealthTest, IsReadyAsSoonAsItStands) {
  const Health health(hsm_, *store_, clock_);
  EXPECT_TRUE(health.report().ready);
  EXPECT_EQ(health.report().text, "ready\n");
}

TEST_F(HealthTest, NamesAFailingTokenInFixedWordsAndRecovers) {
  hsm_.failNext(hsm::Error(hsm::ErrorCode::kTokenUnavailable, "secret details"));
  const Health health(hsm_, *store_, clock_, {.interval = milliseconds(200)});
  const Health::Report report = health.report();
  EXPECT_FALSE(report.ready);
  EXPECT_EQ(report.text, "token: token-unavailable since 0 s\n");
  EXPECT_TRUE(becomes(health, true));
}

TEST_F(HealthTest, NoticesATokenThatWasInitialisedAnew) {
  const Health health(hsm_, *store_, clock_, {.interval = milliseconds(10)});
  hsm_.reinitialise();
  EXPECT_TRUE(becomes(health, false));
}

TEST_F(HealthTest, DoesNotTrustAResultThatIsTooOld) {
  const Health health(hsm_, *store_, clock_,
                      {.interval = milliseconds(60'000), .staleAfter = milliseconds(50)});
  EXPECT_TRUE(becomes(health, false));
  EXPECT_EQ(health.report().text, "token: no-answer since 0 s\nstore: no-answer since 0 s\n");
}

}  // namespace
}  // namespace strongroom::service
