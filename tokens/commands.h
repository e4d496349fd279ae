#pragma once

#include <CLI/CLI.hpp>

namespace strongroom::tokens {

// Each adds one command below `parent`, with its options, help text and the callback that does the
// work. A callback writes its result to standard output and throws what keeps it from that
// (main.cpp turns it into an exit code).

void addTokenDoctor(CLI::App& parent);
void addTokenInit(CLI::App& parent);
void addTokenList(CLI::App& parent);
void addTokenObjects(CLI::App& parent);
void addTokenRetire(CLI::App& parent);
void addTokenSetPin(CLI::App& parent);
void addTokenUnlock(CLI::App& parent);
void addIdentityAdd(CLI::App& parent);
void addIdentityList(CLI::App& parent);
void addIdentityRemove(CLI::App& parent);
void addCompletion(CLI::App& parent);

}  // namespace strongroom::tokens
