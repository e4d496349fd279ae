#pragma once

#include <filesystem>
#include <string>

#include "hsm/open_token.h"
#include "hsm/pin_source.h"

namespace strongroom::testing {

/// Where Debian's SoftHSM lies.
inline constexpr std::string_view kSoftHsmModule = "/usr/lib/softhsm/libsofthsm2.so";

/// A SoftHSM configuration and its token folder, both in a folder of their own that is gone
/// afterwards. SOFTHSM2_CONF names it while it lives, so one lives at a time in a process. The
/// module reads it when it is initialised: everything that uses the tokens ends before this does.
class SoftHsmFolder {
 public:
  /// `configuration` is a file of softhsm-config/ (.conf.in), or empty for the ordinary one.
  explicit SoftHsmFolder(const std::filesystem::path& configuration = {});
  ~SoftHsmFolder();
  SoftHsmFolder(const SoftHsmFolder&) = delete;
  SoftHsmFolder& operator=(const SoftHsmFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path configuration() const { return path_ / "softhsm2.conf"; }
  std::filesystem::path tokens() const { return path_ / "tokens"; }

 private:
  std::filesystem::path path_;
};

/// A provisioned SoftHSM token for one test: own folder, own PINs, a binding key and no CMK.
class TestToken {
 public:
  explicit TestToken(const std::string& label = "test");

  const SoftHsmFolder& folder() const { return folder_; }
  std::filesystem::path module() const { return kSoftHsmModule; }
  const hsm::TokenDescription& description() const { return description_; }
  const SecretBytes& pin() const { return pin_; }
  const SecretBytes& soPin() const { return soPin_; }

  /// What openToken() takes to open it.
  hsm::TokenOptions options(std::uint32_t sessions = 8) const;

  /// A file with the PIN, as the service reads it.
  hsm::PinSource pinSource() const;

  /// openToken() on it.
  std::unique_ptr<hsm::Hsm> open(std::uint32_t sessions = 8) const;

 private:
  SoftHsmFolder folder_;
  SecretBytes soPin_;
  SecretBytes pin_;
  hsm::TokenDescription description_;
};

}  // namespace strongroom::testing
