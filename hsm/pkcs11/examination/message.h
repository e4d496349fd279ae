#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strongroom::hsm::pkcs11::examination {

/// What a child tells its parent: a kind, and the fields that go with it.
using Message = std::vector<std::string>;

/// As bytes for a pipe.
std::string encode(const Message& message);

/// Puts messages together from what a pipe delivers.
class MessageReader {
 public:
  void append(std::string_view bytes) { buffer_.append(bytes); }
  /// The next message; nullopt until all of it is there. Throws std::runtime_error for what
  /// encode() never writes: a module may have written into the pipe.
  std::optional<Message> next();

 private:
  std::string buffer_;
};

}  // namespace strongroom::hsm::pkcs11::examination
