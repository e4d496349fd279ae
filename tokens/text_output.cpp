#include "tokens/text_output.h"

#include <algorithm>

namespace strongroom::tokens {
namespace {

constexpr std::string_view kColumnGap = "  ";

/// The length of the UTF-8 sequence that `text` begins with (not ASCII); 0 when it is none,
/// as overlong forms and surrogates are none.
std::size_t sequenceLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead >= 0xc2 && lead <= 0xdf   ? 2
                             : (lead & 0xf0) == 0xe0        ? 3
                             : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                            : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
  const bool beyond = (lead == 0xed && byte(1) >= 0xa0) || (lead == 0xf4 && byte(1) >= 0x90);
  return overlong || beyond ? 0 : length;
}

}  // namespace

void Table::add(std::vector<std::string> row) {
  for (std::string& entry : row) entry = printable(entry);
  rows_.push_back(std::move(row));
}

void Table::print(std::ostream& out, std::size_t indentation) const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows_) {
    std::string line(indentation, ' ');
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += kColumnGap;
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size(), ' ');
    }
    out << line << '\n';
  }
}

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t length = c < 0x80 ? 1 : sequenceLength(text.substr(i));
    // U+0080 to U+009F are control characters too, some of them with a terminal's full powers.
    const bool isControl =
        c < 0x20 || c == 0x7f ||
        (c == 0xc2 && length == 2 && static_cast<unsigned char>(text[i + 1]) < 0xa0);
    out += length == 0 || isControl ? "?" : text.substr(i, length);
    i += std::max<std::size_t>(length, 1);
  }
  return out;
}

std::string jsonString(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x80) {
      const std::size_t length = sequenceLength(text.substr(i));
      out += length > 0 ? text.substr(i, length) : std::string_view("\xef\xbf\xbd");
      i += std::max<std::size_t>(length, 1);
      continue;
    }
    if (c < 0x20 || c == 0x7f) {
      out.append("\\u00").append({kDigits[c >> 4], kDigits[c & 15U]});
    } else {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(text[i]);
    }
    ++i;
  }
  return out + '"';
}

}  // namespace strongroom::tokens
