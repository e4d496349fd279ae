#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace strongroom::tokens {

/// Gives `app` every command of the tool. What is made from the tree it becomes (help, completion)
/// and what is compared with it (the manual page, in a test) cannot go stale.
void describeCommandLine(CLI::App& app, const std::string& version);

}  // namespace strongroom::tokens
