#include "hsm/pkcs11/session_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

#include "hsm/pkcs11/token_finder.h"
#include "tests/hsm/faulty_module.h"
#include "tests/support/hsm_assertions.h"
#include "tests/support/test_token.h"

namespace strongroom::testing {
namespace {

using hsm::ErrorCode;
using hsm::pkcs11::Lease;
using hsm::pkcs11::SessionPool;
using std::chrono::milliseconds;

class SessionPoolTest : public ::testing::Test {
 protected:
  SessionPoolTest()
      : module_(token_.module()),
        slot_(hsm::pkcs11::findToken(module_, token_.options().token)->slot),
        pool_(module_, slot_, token_.pin().clone(), 2) {}

  static hsm::Deadline soon() { return hsm::deadlineIn(std::chrono::seconds(30)); }
  static void use(Lease& lease) {
    CK_BYTE byte = 0;
    lease.invoke(hsm::pkcs11::kGenerateRandom, &byte, CK_ULONG{1});
  }
  /// SoftHSM does not tell its number of sessions, so the calls are counted; never more than there
  /// were.
  std::uint64_t sessionsOfTheToken() const {
    const std::uint64_t opened = calls("C_OpenSession");
    return opened - calls("C_CloseSession");
  }
  std::uint64_t calls(std::string_view function) const {
    for (const hsm::CallCount& row : module_.counters().read()) {
      if (row.function == function) return row.calls;
    }
    return 0;
  }

  TestToken token_;
  hsm::pkcs11::Module module_;
  CK_SLOT_ID slot_;
  SessionPool pool_;
};

TEST_F(SessionPoolTest, BorrowTimesOutWhenAllAreLeased) {
  const Lease first = pool_.lease(soon());
  const Lease second = pool_.lease(soon());
  EXPECT_EQ(codeOf([&] { pool_.lease(hsm::deadlineIn(milliseconds(30))); }), ErrorCode::kBusy);
  EXPECT_EQ(pool_.counters().timeouts, 1U);
  EXPECT_EQ(pool_.counters().leased, 2U);
}

TEST_F(SessionPoolTest, AWaitingBorrowerGetsTheSessionThatIsGivenBack) {
  auto first = std::make_unique<Lease>(pool_.lease(soon()));
  const Lease second = pool_.lease(soon());
  std::atomic<bool> got{false};
  std::jthread waiting([&] {
    Lease third = pool_.lease(soon());
    use(third);
    got = true;
  });
  while (pool_.counters().waits == 0) std::this_thread::yield();
  EXPECT_FALSE(got);
  first.reset();
  waiting.join();
  EXPECT_TRUE(got);
}

TEST_F(SessionPoolTest, SessionsAreReused) {
  for (int i = 0; i < 5; ++i) {
    Lease lease = pool_.lease(soon());
    use(lease);
  }
  EXPECT_EQ(pool_.counters().open, 1U);
  EXPECT_EQ(sessionsOfTheToken(), 2U) << "one and the anchor";
}

TEST_F(SessionPoolTest, DiscardedSessionsAreClosed) {
  {
    Lease lease = pool_.lease(soon());
    lease.discard();
    EXPECT_EQ(sessionsOfTheToken(), 2U);
  }
  EXPECT_EQ(sessionsOfTheToken(), 1U) << "the anchor alone stays";
  EXPECT_EQ(pool_.counters().open, 0U);
  EXPECT_EQ(pool_.counters().discarded, 1U);
}

TEST_F(SessionPoolTest, NeverMoreSessionsThanTheLimit) {
  std::atomic<std::uint64_t> most{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 50; ++i) {
          Lease lease = pool_.lease(soon());
          use(lease);
          const std::uint64_t now = sessionsOfTheToken();
          std::uint64_t before = most;
          while (now > before && !most.compare_exchange_weak(before, now)) {
          }
          if ((i + t) % 5 == 0) lease.discard();
        }
      });
    }
  }
  EXPECT_LE(most, 3U) << "the limit and the anchor";
  EXPECT_EQ(pool_.counters().leased, 0U);
}

TEST_F(SessionPoolTest, ALateCallIsNotMade) {
  Lease lease = pool_.lease(hsm::deadlineIn(milliseconds(-1)));
  EXPECT_EQ(codeOf([&] { use(lease); }), ErrorCode::kBusy);
}

TEST_F(SessionPoolTest, OneThreadRenewsALostLoginForAll) {
  const std::uint64_t seen = pool_.generation();
  { Lease idle = pool_.lease(soon()); }
  hsm::pkcs11::Session(module_, slot_).invoke(hsm::pkcs11::kLogout);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back(
          [&] { pool_.restore(seen, hsm::pkcs11::Recovery::kDiscardSession, soon()); });
    }
  }
  EXPECT_EQ(pool_.generation(), seen + 1);
  EXPECT_EQ(pool_.counters().logins, 2U);
  EXPECT_EQ(pool_.counters().open, 0U) << "sessions of the old login are closed";
}

TEST_F(SessionPoolTest, AHealthyLoginIsNotRenewed) {
  const std::uint64_t seen = pool_.generation();
  pool_.restore(seen, hsm::pkcs11::Recovery::kDiscardSession, soon());
  EXPECT_EQ(pool_.generation(), seen);
  EXPECT_EQ(pool_.counters().logins, 1U);
}

class FaultySessionPoolTest : public SessionPoolTest {
 protected:
  static constexpr auto kDiscard = hsm::pkcs11::Recovery::kDiscardSession;

  FaultyModule faulty_{module_};
  std::unique_ptr<hsm::pkcs11::Module> adopted_ = faulty_.adopt();
  SessionPool pool_{*adopted_, slot_, token_.pin().clone(), 2};
};

TEST_F(FaultySessionPoolTest, SessionsOfTheOldLoginCountUntilTheyAreClosed) {
  { const Lease idle = pool_.lease(soon()); }
  hsm::pkcs11::Session(module_, slot_).invoke(hsm::pkcs11::kLogout);
  std::vector<std::uint64_t> openWhileClosing;
  faults.onCloseSession = [&] { openWhileClosing.push_back(pool_.counters().open); };
  pool_.restore(pool_.generation(), kDiscard, soon());
  faults.onCloseSession = nullptr;
  EXPECT_EQ(openWhileClosing, std::vector<std::uint64_t>{1});
  EXPECT_EQ(pool_.counters().open, 0U);
}

TEST_F(FaultySessionPoolTest, NothingIsClosedAfterAllSessionsWereLost) {
  { const Lease idle = pool_.lease(soon()); }
  int closed = 0;
  faults.onCloseSession = [&] { ++closed; };
  module_.functions().C_CloseAllSessions(slot_);
  pool_.restore(pool_.generation(), kDiscard, soon());
  faults.onCloseSession = nullptr;
  EXPECT_EQ(closed, 0) << "the numbers may be those of new sessions";
  EXPECT_EQ(pool_.counters().open, 0U);
  Lease lease = pool_.lease(soon());
  use(lease);
}

TEST_F(FaultySessionPoolTest, ANewSessionWithoutALoginTellsOfALossThatNobodyMet) {
  const std::uint64_t seen = pool_.generation();
  int closed = 0;
  faults.onCloseSession = [&] { ++closed; };
  module_.functions().C_CloseAllSessions(slot_);
  Lease lease = pool_.lease(soon());
  faults.onCloseSession = nullptr;
  EXPECT_EQ(pool_.generation(), seen + 1) << "a search would have found nothing";
  EXPECT_EQ(pool_.counters().logins, 2U);
  EXPECT_EQ(closed, 1) << "it would never have been";
  EXPECT_EQ(pool_.counters().open, 1U);
  use(lease);
}

TEST_F(FaultySessionPoolTest, SessionsThatOutliveTheAnchorAreClosed) {
  { const Lease idle = pool_.lease(soon()); }
  int closed = 0;
  faults.onCloseSession = [&] { ++closed; };
  faults.getSessionInfo = CKR_SESSION_HANDLE_INVALID;
  pool_.restore(pool_.generation(), kDiscard, soon());
  faults.onCloseSession = nullptr;
  EXPECT_EQ(closed, 1) << "the login still stood, so the other session did too";
  EXPECT_EQ(pool_.counters().open, 0U);
}

TEST_F(FaultySessionPoolTest, ASessionThatCannotBeClosedKeepsItsPlaceUntilItCan) {
  faults.closeSession = {CKR_DEVICE_ERROR, 4};
  for (int i = 0; i < 2; ++i) {
    Lease lease = pool_.lease(soon());
    lease.discard();
  }
  EXPECT_EQ(pool_.counters().open, 2U);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(codeOf([&] { pool_.lease(soon()); }), ErrorCode::kTokenUnavailable);
  }
  Lease lease = pool_.lease(soon());
  use(lease);
  EXPECT_EQ(pool_.counters().open, 2U);
}

TEST_F(FaultySessionPoolTest, ALeaseOfAnEarlierGenerationReachesTheModuleNoMore) {
  std::optional<Lease> lease = pool_.lease(soon());
  hsm::pkcs11::Session(module_, slot_).invoke(hsm::pkcs11::kLogout);
  pool_.restore(pool_.generation(), kDiscard, soon());
  EXPECT_EQ(codeOf([&] { use(*lease); }), ErrorCode::kTokenUnavailable);
  lease.reset();
  EXPECT_EQ(pool_.counters().open, 0U);
}

TEST_F(FaultySessionPoolTest, ThereIsNoLeaseWithoutALogin) {
  hsm::pkcs11::Session(module_, slot_).invoke(hsm::pkcs11::kLogout);
  faults.login = CKR_FUNCTION_FAILED;
  EXPECT_EQ(codeOf([&] { pool_.restore(pool_.generation(), kDiscard, soon()); }),
            ErrorCode::kTokenUnavailable);
  EXPECT_EQ(codeOf([&] { pool_.lease(soon()); }), ErrorCode::kTokenUnavailable);
  faults.login = CKR_OK;
  Lease lease = pool_.lease(soon());
  use(lease);
}

}  // namespace
}  // namespace strongroom::testing
