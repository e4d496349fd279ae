#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace strongroom::auth {

/// The parts of `text` between separators: one more than there are separators, borrowed from
/// `text`.
std::vector<std::string_view> split(std::string_view text, char separator);
std::vector<std::string_view> split(std::string&& temporary,
                                    char separator) = delete;  // would dangle

/// `text` without the spaces and tabs around it, borrowed from `text`.
std::string_view trim(std::string_view text);

/// `text` with ASCII capitals made small; other bytes stay as they are, whatever the locale.
std::string toLower(std::string_view text);

}  // namespace strongroom::auth
