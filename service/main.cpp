// strongroomd: AWS KMS on keys that never leave their PKCS#11 token.
#include <Poco/Logger.h>
#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionSet.h>
#include <Poco/Util/ServerApplication.h>

#include <iostream>
#include <memory>

#include "hsm/process_hardening.h"
#include "service/app.h"
#include "service/http/descriptor_limit.h"
#include "service/logging.h"
#include "service/process.h"

namespace strongroom::service {
namespace {

// Exit codes, after sysexits.h; docs/configuration.md lists them.
constexpr int kStopped = 0;
constexpr int kCut = 1;
constexpr int kUsage = 64;
constexpr int kFault = 70;
constexpr std::chrono::seconds kGrace{5};  ///< after the drain, for what does not end by itself
constexpr int kMend = 78;  ///< configuration, PIN, token, store, certificate, address

class Daemon final : public Poco::Util::ServerApplication {
 public:
  /// Poco's own options are left out: --daemon forks, which PKCS#11 modules do not survive.
  void defineOptions(Poco::Util::OptionSet& options) override {
    using Poco::Util::Option;
    options.addOption(
        Option("config", "c", "read the configuration from FILE (docs/configuration.md)")
            .argument("FILE")
            .callback(Poco::Util::OptionCallback<Daemon>(this, &Daemon::setFile)));
    options.addOption(Option("help", "h", "say this and end")
                          .callback(Poco::Util::OptionCallback<Daemon>(this, &Daemon::showHelp)));
    options.addOption(
        Option("version", "v", "say the version and end")
            .callback(Poco::Util::OptionCallback<Daemon>(this, &Daemon::showVersion)));
  }

  int main(const std::vector<std::string>& arguments) override {
    if (answered_) return kStopped;
    if (file_.empty() || !arguments.empty())
      return complain(kUsage, "give --config FILE; see --help");
    try {
      return serve();
    } catch (const Poco::Exception& error) {
      return complain(kFault, error.displayText());
    } catch (
        const std::runtime_error& error) {  // hsm::Error, StoreError, config::Error and their like
      return complain(kMend, error.what());
    } catch (const std::exception& error) {
      return complain(kFault, error.what());
    }
  }

  static int complain(int code, const std::string& what) {
    std::cerr << "strongroomd: " << what << std::endl;
    return code;
  }

 private:
  int serve() {
    const config::Config config = config::load(file_);
    setUpLogging(config.logLevel, config.logFile);
    http::raiseDescriptorLimit();  // before the tokens, whose workers need some
    App app(config);
    Poco::Logger& logger = Poco::Logger::get("service");
    for (;;) {
      if (signals_.wait() != SIGHUP) break;
      try {
        reopenLog();
      } catch (const std::exception& error) {
        logger.error(std::string("the log was not opened again, the old file stays: ") +
                     error.what());
      }
      app.retryLogins();
      try {
        app.reloadCertificate();
        logger.information("the certificate was read again");
      } catch (const std::exception& error) {
        logger.error(std::string("the certificate was not read again, the old one stays: ") +
                     error.what());
      }
    }
    logger.information("stopping");
    endWithin(config.drain + kGrace, kCut);
    const bool drained = app.stop();
    logger.information(drained ? "stopped" : "stopped; requests were cut");
    return drained ? kStopped : kCut;
  }

  void setFile(const std::string&, const std::string& value) { file_ = value; }

  void showHelp(const std::string&, const std::string&) {
    Poco::Util::HelpFormatter formatter(this->options());
    formatter.setUnixStyle(true);
    formatter.setCommand("strongroomd");
    formatter.setUsage("--config FILE");
    formatter.setHeader("Serves AWS KMS over HTTPS on keys that never leave their PKCS#11 token.");
    formatter.setFooter(
        "SIGTERM and SIGINT stop it gracefully, SIGHUP reads the TLS certificate, opens the log "
        "file "
        "and tries tokens that are not there again. Exit codes: 0 stopped, 1 stopped "
        "and requests were cut, 64 wrong command line, 70 a fault, 78 something to mend "
        "(configuration, PIN, token, "
        "store, certificate, address).");
    formatter.format(std::cout);
    answer();
  }

  void showVersion(const std::string&, const std::string&) {
    std::cout << "strongroomd " << STRONGROOM_VERSION << "\n";
    answer();
  }

  void answer() {
    answered_ = true;
    stopOptionsProcessing();
  }

  const Signals signals_;
  std::string file_;
  bool answered_ = false;
};

}  // namespace
}  // namespace strongroom::service

int main(int argc, char** argv) {
  using strongroom::service::Daemon;
  strongroom::hsm::hardenProcess();
  Daemon daemon;
  try {
    // Not ServerApplication::run(argc, argv), which looks for --daemon by itself and forks.
    daemon.init(argc, argv);
  } catch (const Poco::Exception& error) {
    return Daemon::complain(strongroom::service::kUsage, error.displayText() + "; see --help");
  }
  return daemon.Poco::Util::Application::run();
}
