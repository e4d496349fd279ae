#pragma once

#include <filesystem>
#include <string>

#include "hsm/secret_bytes.h"

namespace strongroom::hsm {

/// Where a PIN comes from; exactly one is given. Never an argument's or an environment variable's
/// value.
struct PinSource {
  std::filesystem::path
      file{};                ///< owned by us or root, and readable by nobody else (mode & 077 == 0)
  int descriptor = -1;       ///< an inherited file descriptor, read to its end and closed
  std::string credential{};  ///< a systemd credential's name, looked up in $CREDENTIALS_DIRECTORY

  bool given() const { return !file.empty() || descriptor >= 0 || !credential.empty(); }
};

/// Reads a PIN (1 to 255 bytes; one trailing newline is dropped). Throws std::runtime_error that
/// names the source and what is wrong with it ("readable by others: chmod 600"), never its content.
SecretBytes readPin(const PinSource& source);

}  // namespace strongroom::hsm
