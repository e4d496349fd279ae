#include "service/api/base64.h"

#include <array>

namespace strongroom::api {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

std::uint32_t valueOf(char c) {
  return kValues[static_cast<unsigned char>(c)];
}

}  // namespace

void encodeBase64(ByteView bytes, char* out) {
  const auto byteAt = [&](std::size_t i) {
    return i < bytes.size() ? std::to_integer<std::uint32_t>(bytes[i]) : 0U;
  };
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t group = byteAt(i) << 16 | byteAt(i + 1) << 8 | byteAt(i + 2);
    *out++ = kAlphabet[group >> 18];
    *out++ = kAlphabet[group >> 12 & 63];
    *out++ = i + 1 < bytes.size() ? kAlphabet[group >> 6 & 63] : '=';
    *out++ = i + 2 < bytes.size() ? kAlphabet[group & 63] : '=';
  }
}

std::optional<SecretBytes> decodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  const std::string_view digits = text.substr(0, text.size() - padding);
  SecretBytes result(text.size() / 4 * 3 - padding);
  const std::span<std::byte> out = result.exposeWritable();
  std::size_t written = 0;
  std::uint32_t bits = 0;
  std::uint32_t invalid = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const std::uint32_t value = valueOf(digits[i]);
    invalid |= value & ~63U;
    bits = bits << 6 | (value & 63U);
    if (i % 4 != 0) out[written++] = static_cast<std::byte>(bits >> (6 - 2 * (i % 4)) & 0xffU);
  }
  const std::uint32_t strayBits = bits & ((1U << 2 * padding) - 1U);
  if (invalid != 0 || strayBits != 0) return std::nullopt;
  return result;
}

}  // namespace strongroom::api
