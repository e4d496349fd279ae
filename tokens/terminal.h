#pragma once

#include <string>

#include "hsm/secret_bytes.h"

namespace strongroom::tokens {

/// Asks for a secret at `terminal`, a descriptor of a terminal, and reads a line without echo.
/// Backspace and Ctrl-U correct; Ctrl-C and Ctrl-D give up. The terminal is put back as it was in
/// every case. Throws Failure.
SecretBytes readSecret(int terminal, const std::string& prompt);

/// The same at the process's own terminal, /dev/tty, wherever standard input comes from.
SecretBytes promptForSecret(const std::string& prompt);

/// Asks twice for `name`, a secret that is being set. Throws Failure when the answers differ or are
/// empty.
SecretBytes promptForNewSecret(const std::string& name);

/// Asks at the process's own terminal for a line that is no secret. Throws Failure when there is no
/// terminal.
std::string promptForLine(const std::string& prompt);

/// "New PIN" of "new PIN".
std::string capitalised(std::string text);

}  // namespace strongroom::tokens
