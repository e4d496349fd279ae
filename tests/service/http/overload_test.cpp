// What those who have proven nothing can take from those who have: places, descriptors, time.
#include <sys/resource.h>

#include <chrono>
#include <deque>
#include <thread>

#include "tests/service/http/server_fixture.h"

namespace strongroom::testing {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

const std::string kCount = "GET /count HTTP/1.1\r\nHost: s\r\n\r\n";
const std::string kMember = "GET /member HTTP/1.1\r\nHost: s\r\n\r\n";

/// The fixture's routes, one whose caller is known, and one at "/" with a dialect of its own.
class OverloadTest : public ServerFixture {
 protected:
  void start() {
    http::Routes all = routes();
    all.push_back({"GET",
                   "/member",
                   0,
                   milliseconds(5'000),
                   [](http::Request&, hsm::Deadline) {
                     http::Response response;
                     response.caller = "SRAK";
                     return response;
                   },
                   {}});
    all.push_back({"GET",
                   "/check",
                   0,
                   milliseconds(5'000),
                   [](http::Request&, hsm::Deadline) { return http::Response(); },
                   {},
                   http::Handlers::kChecks});
    all.push_back(
        {"POST", "/", 1'024, milliseconds(5'000),
         [](http::Request&, hsm::Deadline) { return http::Response(); },
         [](http::Refusal, const std::string& id) {
           http::Response response;
           response.contentType = "application/x-amz-json-1.1";
           response.headers = {{"X-Amzn-ErrorType", "SomeException"}, {"x-amzn-RequestId", id}};
           response.setBody("{\"__type\":\"SomeException\"}");
           return response;
         }});
    server_ = std::make_unique<http::Server>(options_, all, observer_);
  }

  /// Asks and waits for the answer, so that the connection is idle or ended afterwards.
  static int ask(TlsClient& client, const std::string& request) {
    client.send(request);
    const auto answer = client.receive();
    return answer ? answer->status : 0;
  }

  /// Starts the server with one place, and takes that for a proven caller.
  std::unique_ptr<TlsClient> memberInTheOnlyPlace() {
    options_.maxConnections = 1;
    start();
    auto member = std::make_unique<TlsClient>(port());
    EXPECT_EQ(ask(*member, kMember), 200);
    return member;
  }

  /// A client whose request is at work until the gate opens.
  std::unique_ptr<TlsClient> clientAtTheGate() {
    auto client = std::make_unique<TlsClient>(port());
    client->send("GET /slow HTTP/1.1\r\nHost: s\r\n\r\n");
    gate_.awaitWaiting(1);
    return client;
  }

  /// `bytes`, sent by a new client, are refused with `status` in the words of "/".
  void expectRefusal(const std::string& bytes, int status) {
    TlsClient client(port());
    client.send(bytes);
    const auto answer = client.receive();
    ASSERT_TRUE(answer) << status;
    EXPECT_EQ(answer->status, status);
    EXPECT_EQ(answer->body, "{\"__type\":\"SomeException\"}");
    EXPECT_NE(answer->head.find("\r\nX-Amzn-ErrorType: SomeException\r\n"), std::string::npos);
    EXPECT_NE(answer->head.find("\r\nx-amzn-RequestId: "), std::string::npos);
  }
};

TEST_F(OverloadTest, RefusesWhatReachesNoRouteInTheWordsOfTheRootPath) {
  options_.headerPatience = milliseconds(500);
  start();
  expectRefusal("nonsense\r\n\r\n", 400);
  expectRefusal("GET /nowhere HTTP/1.1\r\nHost: s\r\n\r\n", 404);
  expectRefusal("POST / HTTP/1.1\r\n", 408);
  expectRefusal("POST / HTTP/1.1\r\nHost: s\r\n\r\n", 411);
  expectRefusal("POST / HTTP/1.1\r\nHost: s\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n", 431);
}

TEST_F(OverloadTest, RefusesAConnectionTooManyInTheWordsOfTheRootPath) {
  const auto member = memberInTheOnlyPlace();
  expectRefusal("POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 0\r\n\r\n", 503);
}

TEST_F(OverloadTest, EndsTheStrangerThatIsIdleLongestForANewcomer) {
  options_.maxConnections = 3;
  start();
  TlsClient member(port());
  ASSERT_EQ(ask(member, kMember), 200);
  TlsClient longest(port());
  ASSERT_EQ(ask(longest, kCount), 200);
  TlsClient shorter(port());
  ASSERT_EQ(ask(shorter, kCount), 200);
  TlsClient newcomer(port());
  EXPECT_EQ(ask(newcomer, kMember), 200);
  EXPECT_TRUE(longest.ended());
  EXPECT_EQ(ask(shorter, kCount), 200);
  EXPECT_EQ(ask(member, kMember), 200);
}

TEST_F(OverloadTest, GivesManyNewcomersInTurnThePlacesOfIdleStrangers) {
  options_.maxConnections = 2;
  start();
  std::deque<TlsClient> clients;
  for (int i = 0; i < 30; ++i) EXPECT_EQ(ask(clients.emplace_back(port()), kCount), 200) << i;
}

TEST_F(OverloadTest, GivesTheNewcomerThePlaceOfAStrangerWithHalfARequest) {
  options_.maxConnections = 1;
  start();
  for (const char* half : {"G", "GET /count HTTP/1.1\r\nHo",
                           "POST /echo HTTP/1.1\r\nHost: s\r\nContent-Length: 9\r\n\r\nx"}) {
    TlsClient stranger(port());
    stranger.send(half);
    TlsClient newcomer(port());
    EXPECT_EQ(ask(newcomer, kCount), 200) << half;
    EXPECT_TRUE(stranger.ended()) << half;
  }
}

TEST_F(OverloadTest, GivesTheNewcomerThePlaceOfAStrangerThatNeverBeganToSpeakHttp2) {
  options_.maxConnections = 1;
  start();
  TlsClient stranger(port(), {.protocol = "h2"});
  ASSERT_EQ(stranger.protocol(), "h2");
  TlsClient newcomer(port());
  EXPECT_EQ(ask(newcomer, kCount), 200);
}

TEST_F(OverloadTest, AnswersChecksOnAConnectionTooManyToo) {
  const auto member = memberInTheOnlyPlace();
  TlsClient newcomer(port());
  EXPECT_EQ(ask(newcomer, "GET /check HTTP/1.1\r\nHost: s\r\n\r\n"), 200);
  EXPECT_EQ(ask(newcomer, kCount), 503);
}

TEST_F(OverloadTest, AnswersChecksWhileRequestsWaitAndRefusesRequestsThatAreTooMany) {
  options_.requestThreads = 1;
  options_.requestQueue = 1;
  start();
  const auto running = clientAtTheGate();
  TlsClient waiting(port());
  waiting.send(kCount);
  TlsClient refused(port());
  while (server_->statistics().requestsWaiting == 0) std::this_thread::yield();
  refused.send(kCount);
  const auto answer = refused.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_NE(answer->head.find("\r\nRetry-After: 1\r\n"), std::string::npos);
  EXPECT_EQ(ask(refused, "GET /check HTTP/1.1\r\nHost: s\r\n\r\n"), 200)
      << "the connection goes on";
  gate_.open();
  EXPECT_TRUE(running->receive());
  EXPECT_EQ(waiting.receive()->status, 200);
}

TEST_F(OverloadTest, RefusesARequestThatWaitedTooLong) {
  options_.requestThreads = 1;
  options_.queuePatience = milliseconds(20);
  start();
  const auto running = clientAtTheGate();
  TlsClient waiting(port());
  waiting.send(kCount);
  while (server_->statistics().requestsWaiting == 0) std::this_thread::yield();
  std::this_thread::sleep_for(milliseconds(40));  // its patience, which is what this is about
  gate_.open();
  EXPECT_EQ(waiting.receive()->status, 503);
  EXPECT_EQ(calls_, 0);
}

TEST_F(OverloadTest, LimitsTheConnectionsOfOneClient) {
  options_.maxConnectionsPerClient = 1;
  start();
  TlsClient first(port());
  ASSERT_EQ(ask(first, kMember), 200);
  TlsClient second(port());
  EXPECT_EQ(ask(second, kCount), 503);
  EXPECT_EQ(ask(first, kMember), 200);
}

TEST_F(OverloadTest, EndsNoConnectionOfAProvenCallerForANewcomer) {
  const auto member = memberInTheOnlyPlace();
  TlsClient newcomer(port());
  EXPECT_EQ(ask(newcomer, kCount), 503);
  EXPECT_TRUE(newcomer.ended());
  EXPECT_EQ(ask(*member, kMember), 200);
}

TEST_F(OverloadTest, EndsNoConnectionInTheMiddleOfARequestForANewcomer) {
  options_.maxConnections = 1;
  start();
  const auto busy = clientAtTheGate();
  TlsClient newcomer(port());
  EXPECT_EQ(ask(newcomer, kCount), 503);
  gate_.open();
  EXPECT_TRUE(busy->receive());
}

TEST_F(OverloadTest, KeepsAnIdleConnectionOnlyForAProvenCaller) {
  options_.headerPatience = milliseconds(200);
  start();
  TlsClient member(port());
  ASSERT_EQ(ask(member, kMember), 200);
  TlsClient stranger(port());
  ASSERT_EQ(ask(stranger, kCount), 200);
  const auto began = Clock::now();
  EXPECT_TRUE(stranger.ended());
  EXPECT_LT(Clock::now() - began, milliseconds(5'000));
  EXPECT_EQ(ask(member, kMember), 200);
}

TEST_F(OverloadTest, EndsAnIdleConnectionWithoutAWord) {
  options_.idlePatience = milliseconds(100);
  start();
  TlsClient member(port());
  ASSERT_EQ(ask(member, kMember), 200);
  EXPECT_TRUE(member.ended());
}

TEST_F(OverloadTest, RaisesItsDescriptorLimitAsFarAsItMay) {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit low{256, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  start();
  rlimit after{};
  getrlimit(RLIMIT_NOFILE, &after);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  setrlimit(RLIMIT_NOFILE, &before);
}

TEST_F(OverloadTest, RefusesMoreConnectionsThanThereAreDescriptorsFor) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max > 100'000'000) GTEST_SKIP() << "no limit to meet";
  options_.maxConnections = static_cast<int>(limit.rlim_max) - 100;
  options_.spareDescriptors = 70;
  try {
    start();
    FAIL() << "was taken";
  } catch (const std::runtime_error& error) {
    const std::string needed = std::to_string(limit.rlim_max - 100 + 64 + 8 + 70);
    EXPECT_EQ(std::string(error.what()),
              "max_connections = " + std::to_string(options_.maxConnections) + " needs " + needed +
                  " file descriptors and " + std::to_string(limit.rlim_max) +
                  " are allowed: raise the hard limit (LimitNOFILE=, ulimit -Hn) or lower "
                  "max_connections");
  }
}

// A thread of the server's that came too late for its connection may wait for another one; which of
// them does is chance, hence the rounds.
TEST_F(OverloadTest, StopsAtOnceAfterABurst) {
  for (int round = 0; round < 15; ++round) {
    start();
    std::deque<std::thread> burst;
    for (int i = 0; i < 12; ++i) {
      burst.emplace_back([this] {
        for (int turn = 0; turn < 4; ++turn) {
          TlsClient client(port());
          ask(client, kCount);
        }
      });
    }
    for (std::thread& client : burst) client.join();
    const auto began = Clock::now();
    server_->stop(milliseconds(10'000));
    ASSERT_LT(Clock::now() - began, milliseconds(8'000)) << round;
  }
}

}  // namespace
}  // namespace strongroom::testing
