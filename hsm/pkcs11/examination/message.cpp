#include "hsm/pkcs11/examination/message.h"

#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace strongroom::hsm::pkcs11::examination {
namespace {

// Far above what any message has; a length beyond is no length of ours.
constexpr std::uint32_t kMaxFields = 100'000;
constexpr std::uint32_t kMaxFieldBytes = 1 << 20;

// Parent and child are one program on one machine: numbers go as they lie in memory.
void put(std::string& out, std::size_t value) {
  const auto number = static_cast<std::uint32_t>(value);
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

/// Takes a number off the front of `bytes`; nullopt when it is not all there.
std::optional<std::uint32_t> take(std::string_view& bytes, std::uint32_t limit) {
  std::uint32_t number = 0;
  if (bytes.size() < sizeof number) return std::nullopt;
  std::memcpy(&number, bytes.data(), sizeof number);
  if (number > limit) throw std::runtime_error("the examination's own report is garbled");
  bytes.remove_prefix(sizeof number);
  return number;
}

}  // namespace

std::string encode(const Message& message) {
  std::string bytes;
  put(bytes, message.size());
  for (const std::string& field : message) {
    put(bytes, field.size());
    bytes += field;
  }
  return bytes;
}

std::optional<Message> MessageReader::next() {
  std::string_view rest = buffer_;
  const auto count = take(rest, kMaxFields);
  if (!count) return std::nullopt;
  Message message;
  for (std::uint32_t i = 0; i < *count; ++i) {
    const auto size = take(rest, kMaxFieldBytes);
    if (!size || rest.size() < *size) return std::nullopt;
    message.emplace_back(rest.substr(0, *size));
    rest.remove_prefix(*size);
  }
  buffer_.erase(0, buffer_.size() - rest.size());
  return message;
}

}  // namespace strongroom::hsm::pkcs11::examination
