#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hsm/open_token.h"
#include "tests/support/test_token.h"
#include "tests/tokens/tool.h"
#include "tokens/exit_codes.h"

namespace strongroom::tokens {

inline const std::string kModule(testing::kSoftHsmModule);
inline const std::string kPin = "87654321";
inline const std::string kSoPin = "12345678";

/// The tool as administrators run it, on a SoftHSM of its own.
class ToolFixture : public ::testing::Test {
 protected:
  ToolFixture();

  std::filesystem::path file(const std::string& name) const { return folder_.path() / name; }

  Outcome initialise(const std::string& label = "strongroom");

  /// A configuration of strongroomd whose token is "strongroom". Its port is one that nobody had a
  /// moment ago.
  std::string configure();

  Outcome add(const std::string& name, const std::string& role, std::vector<std::string> more = {});

  /// The token that initialise() made, for what the tool cannot do.
  std::unique_ptr<hsm::Hsm> open() const;

  /// A key made by another tool, with pkcs11-tool's own options.
  void makeKeyByAnotherTool(const std::string& options) const;

  static void expectRefused(const Outcome& outcome, ExitCode exitCode, const std::string& text);

  testing::SoftHsmFolder folder_;
  std::uint16_t port_ = 0;
};

}  // namespace strongroom::tokens
