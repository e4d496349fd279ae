#include "service/logging.h"

#include <Poco/Logger.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "service/request_log.h"

namespace strongroom::service {
namespace {

class LoggingTest : public ::testing::Test {
 protected:
  LoggingTest()
      : file_(std::filesystem::temp_directory_path() /
              ("strongroom-log-" + std::to_string(getpid()))) {}
  ~LoggingTest() override {
    setUpLogging("none", {});
    std::filesystem::remove(file_);
  }

  std::string written() const {
    std::stringstream text;
    text << std::ifstream(file_).rdbuf();
    return text.str();
  }

  std::filesystem::path file_;
};

TEST_F(LoggingTest, WritesOneLineInUtcForTheOwnerAlone) {
  std::ofstream(file_).close();
  chmod(file_.c_str(), 0644);
  setUpLogging("information", file_);
  Poco::Logger::get("x").information("one\r\n2026-01-01T00:00:00.000Z Error x: forged");
  Poco::Logger::get("x").debug("too quiet");
  struct stat status {};
  stat(file_.c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_TRUE(
      std::regex_match(written(), std::regex("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z "
                                             "Information x: one  2026-01-01T.* forged\n")))
      << written();
}

TEST_F(LoggingTest, NamesAFileThatCannotBeWritten) {
  try {
    setUpLogging("information", "/nonexistent/log");
    FAIL() << "was taken";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "log file /nonexistent/log: No such file or directory");
  }
}

TEST_F(LoggingTest, GoesOnInANewFileWhenTheOldOneWasMovedAway) {
  setUpLogging("information", file_);
  Poco::Logger::get("x").information("before");
  const std::filesystem::path moved = file_.string() + ".1";
  std::filesystem::rename(file_, moved);
  Poco::Logger::get("x").information("meanwhile");
  reopenLog();
  Poco::Logger::get("x").information("after");
  EXPECT_TRUE(std::regex_match(written(), std::regex(".* x: after\n"))) << written();
  std::stringstream old;
  old << std::ifstream(moved).rdbuf();
  EXPECT_NE(old.str().find(" x: meanwhile\n"), std::string::npos) << old.str();
  struct stat status {};
  stat(file_.c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  std::filesystem::remove(moved);
}

TEST_F(LoggingTest, KeepsTheOldFileWhenThereCannotBeANewOne) {
  setUpLogging("information", file_);
  const std::filesystem::path moved = file_.string() + ".1";
  std::filesystem::rename(file_, moved);
  std::filesystem::create_directory(file_);
  EXPECT_THROW(reopenLog(), std::runtime_error);
  Poco::Logger::get("x").information("still here");
  std::stringstream old;
  old << std::ifstream(moved).rdbuf();
  EXPECT_NE(old.str().find(" x: still here\n"), std::string::npos) << old.str();
  std::filesystem::remove(moved);
}

TEST_F(LoggingTest, LogsTheRefusalsOfStrangersOnlyWhenAskedAndOurFaultsAlways) {
  setUpLogging("information", file_);
  http::Response response;
  response.status = 503;
  response.error = "ServiceUnavailableException";
  logRequest({}, response, 0.001);
  response.status = 400;
  logRequest({}, response, 0.001);
  EXPECT_EQ(written(), "");
  response.status = 500;
  response.fault = "the store is broken";
  logRequest({}, response, 0.001);
  EXPECT_NE(written().find("fault=\"the store is broken\""), std::string::npos) << written();
  Poco::Logger::setLevel("", Poco::Message::PRIO_DEBUG);
  response.fault.clear();
  response.error = "RefusedOfAStranger";
  logRequest({}, response, 0.001);
  EXPECT_NE(written().find("RefusedOfAStranger"), std::string::npos) << written();
}

TEST_F(LoggingTest, LogsRefusedRequestsWithoutTheirBodiesAndSuccessesOnlyWhenAsked) {
  setUpLogging("information", file_);
  http::Request request;
  request.requestId = "the-id";
  request.peer = "127.0.0.1:1";
  request.body.assign(6, 'c');
  request.headers.push_back({"Authorization", "cccccc"});
  http::Response response;
  response.operation = "Decrypt";
  response.caller = "SRAK";
  logRequest(request, response, 0.001);
  EXPECT_EQ(written(), "");
  response.status = 400;
  response.error = "NotFoundException";
  response.setBody("cccccc");
  logRequest(request, response, 0.0015);
  EXPECT_NE(written().find("Information http: request the-id peer=127.0.0.1:1 caller=SRAK "
                           "operation=Decrypt status=400 "
                           "error=NotFoundException ms=1.500\n"),
            std::string::npos)
      << written();
}

}  // namespace
}  // namespace strongroom::service
