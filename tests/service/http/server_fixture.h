#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>

#include "service/http/server.h"
#include "tests/service/http/certificate.h"
#include "tests/service/http/tls_client.h"

namespace strongroom::testing {

/// A door that a handler waits at until the test opens it.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  /// Returns when `count` handlers have come to the door.
  void awaitWaiting(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

/// A server with a few routes: POST /echo (up to 64 KiB), GET /count, GET /slow (waits at `gate`),
/// GET /throw.
class ServerFixture : public ::testing::Test {
 protected:
  ServerFixture() {
    folder_ =
        std::filesystem::temp_directory_path() / ("strongroom-http-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    options_.port = 0;
    options_.tls = writeSelfSigned(folder_, "first");
  }
  ~ServerFixture() override {
    gate_.open();
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// Starts the server with options_ as they are by then.
  void start() { server_ = std::make_unique<http::Server>(options_, routes(), observer_); }
  std::uint16_t port() const { return server_->port(); }

  http::Routes routes() {
    const auto plain = [](std::string text) {
      http::Response response;
      response.contentType = "text/plain";
      response.setBody(text);
      return response;
    };
    const std::chrono::milliseconds patience(5'000);
    return {
        {"POST",
         "/echo",
         64 * 1024,
         patience,
         [this, plain](http::Request& request, hsm::Deadline) {
           ++calls_;
           return plain(std::string(request.bodyText()));
         },
         {}},
        {"GET",
         "/count",
         0,
         patience,
         [this, plain](http::Request&, hsm::Deadline) {
           ++calls_;
           return plain("counted");
         },
         {}},
        {"GET",
         "/slow",
         0,
         patience,
         [this, plain](http::Request&, hsm::Deadline) {
           gate_.pass();
           return plain("slow");
         },
         {}},
        {"GET",
         "/empty",
         0,
         patience,
         [](http::Request&, hsm::Deadline) { return http::Response(); },
         {}},
        {"GET", "/throw", 0, patience,
         [](http::Request&, hsm::Deadline) -> http::Response {
           throw std::runtime_error("broken");
         },
         [](http::Refusal, const std::string& id) {
           http::Response response;
           response.setBody("in the route's own words " + id);
           return response;
         }},
    };
  }

  std::filesystem::path folder_;
  http::ServerOptions options_;
  http::RequestObserver observer_;
  std::atomic<int> calls_{0};
  Gate gate_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace strongroom::testing
