#pragma once

#include <ostream>

#include "tokens/token_options.h"

namespace strongroom::tokens {

/// What is left to do once a token has a new user PIN: the service has to be given it.
void printPinChores(std::ostream& out, const TokenOptions& token);

}  // namespace strongroom::tokens
