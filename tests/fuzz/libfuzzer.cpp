// The entry of a target that is built with libFuzzer.
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // At an empty input libFuzzer may hand over no address.
  strongroom::fuzz::run(size == 0 ? strongroom::ByteView{} : std::as_bytes(std::span(data, size)));
  return 0;
}
