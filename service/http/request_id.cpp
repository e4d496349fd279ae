#include "service/http/request_id.h"

#include <sys/random.h>

#include <array>
#include <cstdint>
#include <system_error>

namespace strongroom::http {

std::string newRequestId() {
  std::array<std::uint8_t, 16> bytes;
  // Up to 256 bytes come whole and uninterrupted (getrandom(2)).
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);  // version 4
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);  // RFC 4122's variant

  constexpr char kDigits[] = "0123456789abcdef";
  std::string id;
  id.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) id.push_back('-');
    id.push_back(kDigits[bytes[i] >> 4]);
    id.push_back(kDigits[bytes[i] & 0x0F]);
  }
  return id;
}

}  // namespace strongroom::http
