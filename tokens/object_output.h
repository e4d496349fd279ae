#pragma once

#include <string_view>
#include <vector>

#include "hsm/administration.h"
#include "tokens/json.h"
#include "tokens/text_output.h"

// How `token objects` and `token retire` show what is in a token.
namespace strongroom::tokens {

/// A table of `objects`, one line each.
Table tableOf(const std::vector<hsm::TokenObject>& objects);

Json jsonOf(const hsm::TokenObject& object);
Json jsonOf(const hsm::TokenDescription& token);

/// "Token 'main', serial 0123, SoftHSM project SoftHSM v2"
std::string headingOf(const hsm::TokenDescription& token);

}  // namespace strongroom::tokens
