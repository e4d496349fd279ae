// strongroom_bench: what the service delivers, next to what its token delivers in the same run on
// the same machine.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "hsm/open_token.h"
#include "hsm/pin_source.h"
#include "tests/bench/hsm_load.h"
#include "tests/bench/https_load.h"
#include "tests/bench/report.h"

int main(int argc, char** argv) {
  using namespace strongroom;
  hsm::TokenOptions token;
  hsm::PinSource pin;
  bench::HttpsTarget target;
  unsigned connections = 8;
  int seconds = 3;

  CLI::App app("Measures data keys in process and over HTTPS; ci/bench prepares what it needs.");
  app.add_option("--module", token.module, "the PKCS#11 module")->required();
  app.add_option("--label", token.token.label, "the token for the part in process")->required();
  app.add_option("--pin-file", pin.file, "its PIN")->required();
  app.add_option("--port", target.port, "where strongroomd listens on 127.0.0.1")->required();
  app.add_option("--authority", target.authority, "the certificate authority to trust")->required();
  app.add_option("--requests", target.requests, "the folder of signed requests")->required();
  app.add_option("--process", target.process, "strongroomd's process id, for its CPU time");
  app.add_option("--connections", connections, "HTTPS connections")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--seconds", seconds, "how long each measurement takes")
      ->check(CLI::Range(1, 30))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  try {
    const bench::Bounds bounds{.time = std::chrono::seconds(seconds)};
    std::vector<bench::Measurement> inProcess;
    {
      const std::unique_ptr<hsm::Hsm> hsm = hsm::openToken(token, hsm::readPin(pin));
      inProcess = bench::measureHsm(*hsm, bounds);
    }
    bench::report(std::cout, inProcess, bench::measureHttps(target, connections, bounds));
  } catch (const std::exception& error) {
    std::cerr << "strongroom_bench: " << error.what() << '\n';
    return 1;
  }
}
