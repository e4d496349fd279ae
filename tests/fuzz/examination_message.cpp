// The messages of the process that examines a module. Input: the size of the pieces in which they
// come, then the bytes.
#include "hsm/pkcs11/examination/message.h"

#include <stdexcept>

#include "tests/fuzz/fuzz.h"

namespace strongroom::fuzz {
namespace {

using namespace hsm::pkcs11::examination;

/// All messages; nullopt when the bytes are none.
std::optional<std::vector<Message>> read(ByteView bytes, std::size_t piece) {
  MessageReader reader;
  std::vector<Message> messages;
  try {
    for (Input input(bytes); !input.empty();) {
      reader.append(asText(input.bytes(piece)));
      while (auto message = reader.next()) messages.push_back(std::move(*message));
    }
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
  return messages;
}

}  // namespace

void run(ByteView bytes) {
  Input input(bytes);
  const std::size_t piece = 1 + input.number();
  const auto whole = read(input.rest(), std::max<std::size_t>(1, input.rest().size()));
  require(read(input.rest(), piece) == whole, "pieces make no difference");
  if (!whole) return;
  std::string written;
  for (const Message& message : *whole) written += encode(message);
  require(asText(input.rest()).starts_with(written), "messages are written as they were read");
}

}  // namespace strongroom::fuzz
