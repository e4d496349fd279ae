#include "hsm/worker/wire.h"

#include <bit>

namespace strongroom::hsm::worker {

Writer& Writer::real(double value) {
  return number(std::bit_cast<std::uint64_t>(value));
}

bool Reader::flag() {
  return below(2) == 1;
}

double Reader::real() {
  return std::bit_cast<double>(number<std::uint64_t>());
}

std::uint8_t Reader::below(std::uint8_t end) {
  const auto value = number<std::uint8_t>();
  if (value >= end) throw ProtocolError("a message holds a value that its field cannot have");
  return value;
}

ByteView Reader::fixed(std::size_t size) {
  if (size > rest_.size()) throw ProtocolError("a message ends before its last field");
  const ByteView field = rest_.first(size);
  rest_ = rest_.subspan(size);
  return field;
}

void Reader::finish() const {
  if (!rest_.empty()) throw ProtocolError("a message goes on after its last field");
}

}  // namespace strongroom::hsm::worker
