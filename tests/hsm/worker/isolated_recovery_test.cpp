#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <fstream>
#include <future>

#include "tests/hsm/worker/isolated_fixture.h"
#include "tests/support/fault_control.h"

namespace strongroom::testing {
namespace {

using hsm::ErrorCode;
using hsm::Plaintext;
using std::chrono::milliseconds;

namespace fs = std::filesystem;

using IsolatedRecoveryTest = IsolatedHsmTest;

/// For calls that are to fail, and not to be waited for.
hsm::Deadline shortly() {
  return hsm::deadlineIn(milliseconds(500));
}

TEST_F(IsolatedRecoveryTest, AKilledWorkerIsReplacedAndNoCallFails) {
  open();
  const KeyRef ref = makeKey();
  DataKeyLoad load(*hsm_, ref, 8);
  ASSERT_TRUE(eventually([&] { return load.done() > 100; }));
  ASSERT_EQ(::kill(servants().front(), SIGKILL), 0);
  EXPECT_TRUE(eventually([&] { return ended("crashed") == 1 && allServe(); }, milliseconds(2'000)));
  const std::uint64_t before = load.done();
  EXPECT_TRUE(eventually([&] { return load.done() > before + 200; }));
  load.stop();
  EXPECT_EQ(load.failed(), 0U) << "what was in flight is made once more on the other worker";
  EXPECT_TRUE(logged("signal 9")) << log();
}

TEST_F(IsolatedRecoveryTest, AStoppedWorkerIsReplacedAndNoCallWaitsForItsDeadline) {
  open();
  const KeyRef ref = makeKey();
  DataKeyLoad load(*hsm_, ref, 8);
  ASSERT_TRUE(eventually([&] { return load.done() > 100; }));
  ASSERT_EQ(::kill(servants().front(), SIGSTOP), 0);
  EXPECT_TRUE(eventually([&] { return ended("hung") == 1 && allServe(); }));
  load.stop();
  EXPECT_EQ(load.failed(), 0U);
  EXPECT_LT(load.slowest(), kSoon);
  EXPECT_TRUE(isGone(servants().front())) << "it is not left behind";
}

TEST_F(IsolatedRecoveryTest, CallsOutliveTheDeathOfAllWorkers) {
  open();
  const KeyRef ref = makeKey();
  DataKeyLoad load(*hsm_, ref, 8);
  for (std::uint64_t round = 1; round <= 5; ++round) {
    const std::uint64_t before = load.done();
    ASSERT_TRUE(eventually([&] { return load.done() > before + 50; })) << round;
    ASSERT_TRUE(eventually([&] { return allServe(); }));
    for (const pid_t worker : servants()) ::kill(worker, SIGKILL);
    ASSERT_TRUE(eventually([&] { return ended("crashed") >= 2 * round; }));
  }
  const std::uint64_t before = load.done();
  EXPECT_TRUE(eventually([&] { return load.done() > before + 200 && allServe(); }));
}

TEST_F(IsolatedRecoveryTest, AWorkerThatHasGrownIsReplacedWithoutAPause) {
  open({.memoryGrowth = 1 << 20});  // SoftHSM keeps some 240 bytes of every data key
  const KeyRef ref = makeKey();
  DataKeyLoad load(*hsm_, ref, 4);
  EXPECT_TRUE(eventually([&] { return ended("grown") >= 2; }, milliseconds(60'000)));
  load.stop();
  EXPECT_EQ(load.failed(), 0U);
  EXPECT_EQ(ended("hung") + ended("crashed") + ended("replaced"), 0U);
}

TEST_F(IsolatedRecoveryTest, AWrongPinIsGivenOnceUntilAnAdministratorActs) {
  const hsm::PinSource pin = token_.pinSource();
  open();
  const KeyRef ref = makeKey();
  std::ofstream(pin.file) << "wrong";
  for (const pid_t worker : servants()) ::kill(worker, SIGKILL);
  const auto refused = [&] {
    return codeOf([&] { hsm_->generateDataKey(ref, 32, Plaintext::kReturn, shortly()); }) ==
           ErrorCode::kPinRefused;
  };
  ASSERT_TRUE(eventually(refused)) << log();
  const std::uint64_t started = hsm_->statistics().workers.started;
  EXPECT_EQ(started, 3U) << "one of the two that were missing was tried, and the other not";
  // Longer than any pause between two tries.
  EXPECT_FALSE(eventually([&] { return hsm_->statistics().workers.started != started; },
                          milliseconds(1'500)));
  std::ofstream(pin.file) << asText(token_.pin().expose());
  EXPECT_TRUE(refused()) << "nobody has said that the PIN was mended";
  hsm_->retryLogin();
  EXPECT_TRUE(eventually([&] { return allServe(); }));
  EXPECT_EQ(hsm_->generateDataKey(ref, 32, Plaintext::kReturn, soon()).plaintext.size(), 32U);
}

TEST_F(IsolatedRecoveryTest, APinInDoubtIsNotGivenToATokenThatCountsAWrongOne) {
  FaultControl control(token_.folder().path());
  openBy(FaultControl::module());
  EXPECT_EQ(codeOf([&] { hsm::openToken(token_.options(), SecretBytes(asBytes("wrong"))); }),
            ErrorCode::kPinRefused);
  const std::uint64_t loginsBefore = control.calls("C_Login");
  // A module that does not say that it was the PIN.
  control.begin({.function = "C_Login", .value = CKR_FUNCTION_FAILED, .times = 1});
  for (const pid_t worker : servants()) ::kill(worker, SIGKILL);
  EXPECT_TRUE(eventually([&] { return logged("counts a wrong PIN"); })) << log();
  EXPECT_EQ(control.calls("C_Login"), loginsBefore + 1);
  hsm_->retryLogin();
  EXPECT_TRUE(eventually([&] { return allServe(); })) << log();
}

TEST_F(IsolatedRecoveryTest, OneCallAtATimeMakesListsOrDestroysKeysWhicheverWorkerHasIt) {
  FaultControl control(token_.folder().path());
  openBy(FaultControl::module());
  const KeyRef first = makeKey();
  const KeyRef second{.key = first.key, .version = 2};
  const KeyRef third{.key = first.key, .version = 3};
  control.begin({.action = FaultAction::kHang,
                 .function = "C_GenerateKey",
                 .times = 1,
                 .tokenObjectsOnly = true});
  auto making = std::async(std::launch::async, [&] { hsm_->generateKey(second, soon()); });
  ASSERT_TRUE(eventually([&] { return control.applied() == 1; }));
  // The other worker is free.
  EXPECT_EQ(codeOf([&] { hsm_->listKeys(shortly()); }), ErrorCode::kBusy);
  EXPECT_EQ(codeOf([&] { hsm_->destroyKey(first, shortly()); }), ErrorCode::kBusy);
  EXPECT_EQ(codeOf([&] { hsm_->generateKey(third, shortly()); }), ErrorCode::kBusy);
  EXPECT_NO_THROW(hsm_->generateDataKey(first, 32, Plaintext::kReturn, shortly()));
  auto listing = std::async(std::launch::async, [&] { return hsm_->listKeys(soon()); });
  control.end();
  making.get();
  const auto listed = listing.get();
  EXPECT_EQ(listed, (std::vector{first, second})) << "what waited goes on when it is over";
}

/// SoftHSM's token folder, away for as long as this lives.
class AwayFolder {
 public:
  explicit AwayFolder(fs::path folder)
      : folder_(std::move(folder)), away_(folder_.string() + ".away") {
    fs::rename(folder_, away_);
    fs::create_directory(folder_);
  }
  ~AwayFolder() {
    fs::remove_all(folder_);
    fs::rename(away_, folder_);
  }

 private:
  fs::path folder_;
  fs::path away_;
};

TEST_F(IsolatedRecoveryTest, ATokenThatIsLostAndComesBackServesAgain) {
  open();
  const KeyRef ref = makeKey();
  const auto key = hsm_->generateDataKey(ref, 32, Plaintext::kReturn, soon());
  {
    const AwayFolder away(token_.folder().tokens());
    const auto unavailable = [&] {
      return codeOf([&] { hsm_->unwrapDataKey(ref, key.method, key.wrapped, shortly()); }) ==
             ErrorCode::kTokenUnavailable;
    };
    EXPECT_TRUE(eventually(unavailable)) << log();
    for (int i = 0; i < 20; ++i) {
      const auto code =
          codeOf([&] { hsm_->unwrapDataKey(ref, key.method, key.wrapped, shortly()); });
      EXPECT_TRUE(code == ErrorCode::kTokenUnavailable || code == ErrorCode::kBusy)
          << "a lost token is no reason to forget a key";
    }
    EXPECT_TRUE(codeOf([&] { hsm_->probe(shortly()); }));
  }
  EXPECT_TRUE(eventually([&] { return allServe(); })) << log();
  EXPECT_TRUE(hsm_->unwrapDataKey(ref, key.method, key.wrapped, soon()) == key.plaintext);
}

TEST_F(IsolatedRecoveryTest, AnotherTokenInItsPlaceIsRefused) {
  open();
  const KeyRef ref = makeKey();
  const std::string serial = token_.description().serial;
  const AwayFolder away(token_.folder().tokens());
  hsm::initialiseToken(token_.module(), token_.description().label, token_.soPin(), token_.pin());
  for (const pid_t worker : servants()) ::kill(worker, SIGKILL);
  // Chosen by serial, it is not found; the error that counts is that nothing is served from it.
  EXPECT_TRUE(eventually([&] {
    return codeOf([&] { hsm_->generateDataKey(ref, 32, Plaintext::kReturn, shortly()); }) ==
           ErrorCode::kTokenUnavailable;
  })) << log();
}

TEST_F(IsolatedRecoveryTest, ATokenOfTheSameLabelInItsPlaceIsKnownByItsBindingKey) {
  hsm::TokenOptions byLabel = token_.options();
  byLabel.token = {.label = token_.description().label, .serial = {}, .uri = {}};
  std::vector<std::string> lines;
  std::mutex mutex;
  const auto isolated = hsm::openIsolatedToken(byLabel, token_.pinSource(), {.workers = 1},
                                               [&](const std::string& line) {
                                                 const std::lock_guard lock(mutex);
                                                 lines.push_back(line);
                                               });
  const AwayFolder away(token_.folder().tokens());
  hsm::initialiseToken(token_.module(), token_.description().label, token_.soPin(), token_.pin());
  EXPECT_TRUE(eventually([&] {
    static_cast<void>(codeOf([&] { isolated->probe(shortly()); }));
    const std::lock_guard lock(mutex);
    return std::ranges::any_of(lines, [](const std::string& line) {
      return line.find("binding key is another one") != std::string::npos;
    });
  }));
  EXPECT_EQ(codeOf([&] { isolated->bindingMac(asBytes("x"), shortly()); }),
            ErrorCode::kTokenUnavailable);
}

TEST_F(IsolatedRecoveryTest, ATokenThatIsAbsentAtFirstIsTakenInWhenItComes) {
  const hsm::PinSource pin = token_.pinSource();
  {
    const AwayFolder away(token_.folder().tokens());
    EXPECT_EQ(codeOf([&] { open(); }), ErrorCode::kTokenNotFound);
    open({.mayBeAbsent = true});
    EXPECT_EQ(codeOf([&] { hsm_->probe(shortly()); }), ErrorCode::kTokenUnavailable);
    EXPECT_EQ(hsm_->describe().serial, token_.description().serial) << "as it is configured";
  }
  EXPECT_TRUE(eventually([&] { return allServe(); })) << log();
  EXPECT_EQ(hsm_->describe().label, token_.description().label);
  EXPECT_EQ(makeKey().version, 1U);
}

}  // namespace
}  // namespace strongroom::testing
