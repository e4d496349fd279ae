#pragma once

#include <rapidjson/document.h>

#include <stdexcept>
#include <vector>

namespace strongroom::json {

/// A body that is no acceptable JSON object; the text says why and quotes nothing of it.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline constexpr std::size_t kMaxDepth = 16;
inline constexpr std::size_t kMaxValues = 2000;

/// How many NULs must follow a text. One ends it; of a character that is cut off by the end, the
/// parser reads all four bytes before it says that there is none.
inline constexpr std::size_t kPadding = 3;

/// Parses a JSON object (RFC 8259) in place: the strings of the result lie in `text`, which must
/// outlive it and stays its owner's to wipe. Refuses what parsers disagree about: repeated member
/// names, invalid UTF-8, lone surrogates, trailing text, NaN, numbers beyond a double; and what
/// only attackers send: more than kMaxDepth levels, more than kMaxValues values. Uses no recursion.
/// `text` is `size` characters and kPadding NULs behind them. Throws Error.
rapidjson::Document parseObject(char* text, std::size_t size);

/// The same for a buffer, which gets the NULs appended.
template <class Allocator>
rapidjson::Document parseObject(std::vector<char, Allocator>& text) {
  const std::size_t size = text.size();
  text.resize(size + kPadding);
  return parseObject(text.data(), size);
}

}  // namespace strongroom::json
