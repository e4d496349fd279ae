#include <arpa/inet.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <chrono>
#include <thread>

#include "tests/service/http/server_fixture.h"

namespace strongroom::testing {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

const std::string kCount = "GET /count HTTP/1.1\r\nHost: s\r\n\r\n";

std::string post(const std::string& body, const std::string& fields = "") {
  return "POST /echo HTTP/1.1\r\nHost: s\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class ServerTest : public ServerFixture {};

TEST_F(ServerTest, KeepsAConnectionForRequestAfterRequest) {
  start();
  TlsClient client(port());
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(client.send(post("message " + std::to_string(i))));
    const auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "message " + std::to_string(i));
    EXPECT_EQ(answer->head.find("Connection:"), std::string::npos);
    EXPECT_NE(answer->head.find("\r\nDate: "), std::string::npos);
  }
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  TlsClient client(port());
  client.send(post("one") + post("two") + kCount + post("three"));
  for (const char* expected : {"one", "two", "counted", "three"}) {
    const auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, expected);
  }
}

TEST_F(ServerTest, ReadsABodyThatComesInPieces) {
  start();
  TlsClient client(port());
  const std::string body(60'000, 'b');
  const std::string request = post(body);
  for (std::size_t at = 0; at < request.size(); at += 7'001) client.send(request.substr(at, 7'001));
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, body);
}

TEST_F(ServerTest, SendsContentLengthZeroForAnEmptyBody) {
  start();
  TlsClient client(port());
  client.send("GET /empty HTTP/1.1\r\nHost: s\r\n\r\n");
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_NE(answer->head.find("\r\nContent-Length: 0\r\n"), std::string::npos);
  EXPECT_EQ(answer->head.find("Content-Type"), std::string::npos);
}

TEST_F(ServerTest, AsksForTheBodyOfAClientThatExpectsIt) {
  start();
  TlsClient client(port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: s\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  const auto interim = client.receive();
  ASSERT_TRUE(interim);
  EXPECT_EQ(interim->status, 100);
  client.send("hello");
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "hello");
}

TEST_F(ServerTest, RefusesABodyTooLargeInsteadOfAskingForIt) {
  start();
  TlsClient client(port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: s\r\nExpect: 100-continue\r\nContent-Length: 70000\r\n\r\n");
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 413);
}

TEST_F(ServerTest, ListensOnForAMomentToAClientThatGoesOnSendingWhatWasRefused) {
  start();
  TlsClient client(port());
  client.send("POST /echo HTTP/1.1\r\nHost: s\r\nContent-Length: 500000\r\n\r\n");
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 413);
  // A closed socket would answer these with a reset, which can take the answer away from its
  // reader.
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(client.send(std::string(10'000, 'x'))) << i;
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTest, EndsTheConnectionWhenTheClientAsksSo) {
  start();
  TlsClient client(port());
  client.send(post("bye", "Connection: close\r\n"));
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "bye");
  EXPECT_NE(answer->head.find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTest, ServesHttp10AndEndsTheConnection) {
  start();
  TlsClient client(port());
  client.send("GET /count HTTP/1.0\r\n\r\n");
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTest, NeverActsOnHalfABody) {
  start();
  TlsClient client(port());
  client.send("POST /echo HTTP/1.1\r\nHost: s\r\nContent-Length: 10\r\n\r\nhalf");
  client.endSending();
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 400);
  EXPECT_EQ(calls_, 0);
}

TEST_F(ServerTest, NamesTheMethodsOfAPath) {
  start();
  TlsClient client(port());
  client.send("DELETE /echo HTTP/1.1\r\nHost: s\r\n\r\n");
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 405);
  EXPECT_NE(answer->head.find("\r\nAllow: POST\r\n"), std::string::npos);
}

TEST_F(ServerTest, AnswersAFaultInTheRoutesOwnWords) {
  start();
  TlsClient client(port());
  client.send("GET /throw HTTP/1.1\r\nHost: s\r\n\r\n");
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 500);
  EXPECT_EQ(answer->body.rfind("in the route's own words ", 0), 0u);
  EXPECT_EQ(answer->body.find("broken"), std::string::npos);
}

TEST_F(ServerTest, TellsTheObserverOfAnswersAndRefusals) {
  std::mutex mutex;
  std::vector<std::string> seen;
  observer_ = [&](const http::Request& request, const http::Response& response, double seconds) {
    const std::lock_guard lock(mutex);
    EXPECT_EQ(request.requestId.size(), 36u);
    EXPECT_EQ(request.peer.rfind("127.0.0.1:", 0), 0u);
    EXPECT_GE(seconds, 0);
    seen.push_back(std::to_string(response.status) + " " + response.error);
  };
  start();
  TlsClient client(port());
  client.send(kCount + "GET /x HTTP/1.1\r\nHost: s\r\n\r\n");
  client.receive();
  client.receive();
  EXPECT_TRUE(client.ended());
  server_.reset();
  EXPECT_EQ(seen, (std::vector<std::string>{"200 ", "404 NotFound"}));
}

TEST_F(ServerTest, KeepsHeadersInOrderWithRepetitionsAndTheirBytes) {
  std::vector<http::Header> seen;
  observer_ = [&](const http::Request& request, const http::Response&, double) {
    seen = request.headers;
  };
  start();
  TlsClient client(port());
  client.send(
      "GET /count?a=%20&b HTTP/1.1\r\nHost: s\r\nX-B:  =?utf-8?q?=00?= \r\nX-A: 1\r\nx-b: "
      "\xC3\xA4\t\r\n\r\n");
  ASSERT_TRUE(client.receive());
  server_.reset();
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_EQ(seen[1].name, "X-B");
  EXPECT_EQ(seen[1].value, "=?utf-8?q?=00?=");
  EXPECT_EQ(seen[3].name, "x-b");
  EXPECT_EQ(seen[3].value, "\xC3\xA4");
}

TEST_F(ServerTest, CutsAClientThatDripsItsHeadersAndServesOthersMeanwhile) {
  options_.headerPatience = milliseconds(600);
  start();
  TlsClient slow(port());
  const auto began = Clock::now();
  std::thread drip([&] {
    for (const char c : std::string("GET /count HTTP/1.1\r\nHost: " + std::string(200, 's'))) {
      if (!slow.send({&c, 1})) break;
      std::this_thread::sleep_for(milliseconds(20));
      if (Clock::now() - began > milliseconds(1'500)) break;
    }
  });
  int served = 0;
  while (Clock::now() - began < milliseconds(400)) {
    TlsClient quick(port());
    quick.send(kCount);
    served += quick.receive().has_value();
  }
  drip.join();
  const auto answer = slow.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 408);
  EXPECT_GT(served, 3);
}

TEST_F(ServerTest, CutsABodyThatDoesNotComeInTime) {
  options_.bodyPatience = milliseconds(200);
  start();
  TlsClient client(port());
  client.send("POST /echo HTTP/1.1\r\nHost: s\r\nContent-Length: 10\r\n\r\nhalf");
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 408);
  EXPECT_EQ(calls_, 0);
}

TEST_F(ServerTest, StopLetsARequestInFlightFinishAndWakesIdleConnections) {
  start();
  TlsClient busy(port());
  TlsClient idle(port());
  idle.send(kCount);
  ASSERT_TRUE(idle.receive());
  busy.send("GET /slow HTTP/1.1\r\nHost: s\r\n\r\n");
  gate_.awaitWaiting(1);
  bool drained = false;
  std::thread stopping([&] { drained = server_->stop(milliseconds(10'000)); });
  EXPECT_TRUE(idle.ended());
  gate_.open();
  const auto answer = busy.receive();
  stopping.join();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "slow");
  EXPECT_NE(answer->head.find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_TRUE(drained);
  EXPECT_FALSE(TlsClient(port()).connected());
}

TEST_F(ServerTest, StopCutsWhatIsLeftAtItsDeadline) {
  start();
  TlsClient client(port());
  client.send("GET /count HTTP/1.1\r\nHost: ");  // and never the rest
  TlsClient other(port());
  other.send(kCount);
  ASSERT_TRUE(other.receive());
  const auto began = Clock::now();
  EXPECT_FALSE(server_->stop(milliseconds(300)));
  EXPECT_LT(Clock::now() - began, milliseconds(5'000));
  EXPECT_FALSE(client.receive());
}

TEST_F(ServerTest, SaysWhichPortIsTaken) {
  start();
  options_.port = port();
  try {
    http::Server second(options_, routes(), {});
    FAIL() << "shared the port";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(
        std::string(error.what()).rfind("cannot listen on 127.0.0.1:" + std::to_string(port()), 0),
        0u)
        << error.what();
  }
}

TEST_F(ServerTest, CutsAConnectionThatNeverShakesHands) {
  start();
  const int silent = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(silent, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const timeval patience{8, 0};
  setsockopt(silent, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  char byte = 0;
  EXPECT_EQ(::recv(silent, &byte, 1, 0), 0) << "still open after eight seconds";
  ::close(silent);
}

TEST_F(ServerTest, IsNotConfusedByAnOpenSslErrorThatAHandlerLeftBehind) {
  http::Routes withErrors = routes();
  withErrors.push_back({"GET",
                        "/error",
                        0,
                        milliseconds(1'000),
                        [](http::Request&, hsm::Deadline) {
                          ERR_raise(ERR_LIB_EVP, ERR_R_INTERNAL_ERROR);
                          return http::Response();
                        },
                        {}});
  server_ = std::make_unique<http::Server>(options_, withErrors, observer_);
  TlsClient client(port());
  for (int i = 0; i < 3; ++i) {
    client.send("GET /error HTTP/1.1\r\nHost: s\r\n\r\n");
    ASSERT_TRUE(client.receive()) << "the connection ended after request " << i;
  }
}

}  // namespace
}  // namespace strongroom::testing
