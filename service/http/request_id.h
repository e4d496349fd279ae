#pragma once

#include <string>

namespace strongroom::http {

/// A new random UUID (version 4), 36 characters, from the operating system's generator.
std::string newRequestId();

}  // namespace strongroom::http
