#pragma once

#include <ostream>

#include "tokens/command_tree.h"

namespace strongroom::tokens {

// Each writes a script that teaches a shell to complete the commands, options and values of
// `program`.

void writeBashCompletion(const CommandNode& program, std::ostream& out);
void writeZshCompletion(const CommandNode& program, std::ostream& out);
void writeFishCompletion(const CommandNode& program, std::ostream& out);

}  // namespace strongroom::tokens
