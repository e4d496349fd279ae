#include "service/api/aws/answer.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <new>

#include "service/api/base64.h"

namespace strongroom::api::aws {
namespace {

// Free() is told no size, so each block carries its own in front, at the alignment malloc promises.
constexpr std::size_t kHeader = alignof(std::max_align_t);

}  // namespace

void* WipingAllocator::Malloc(std::size_t size) {
  if (size == 0) return nullptr;
  auto* block = static_cast<char*>(std::malloc(kHeader + size));
  if (block == nullptr) throw std::bad_alloc();
  std::memcpy(block, &size, sizeof size);
  return block + kHeader;
}

void* WipingAllocator::Realloc(void* old, std::size_t oldSize, std::size_t newSize) {
  void* memory = Malloc(newSize);
  if (old != nullptr && memory != nullptr)
    std::memcpy(memory, old, oldSize < newSize ? oldSize : newSize);
  Free(old);
  return memory;
}

void WipingAllocator::Free(void* memory) {
  if (memory == nullptr) return;
  char* block = static_cast<char*>(memory) - kHeader;
  std::size_t size = 0;
  std::memcpy(&size, block, sizeof size);
  explicit_bzero(memory, size);
  std::free(block);
}

void Answer::name(std::string_view name) {
  writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
}

Answer& Answer::text(std::string_view name, std::string_view value) {
  this->name(name);
  return element(value);
}

Answer& Answer::blob(std::string_view name, ByteView value) {
  this->name(name);
  http::SecretChars encoded(base64Length(value.size()));
  encodeBase64(value, encoded.data());
  return element({encoded.data(), encoded.size()});
}

Answer& Answer::flag(std::string_view name, bool value) {
  this->name(name);
  writer_.Bool(value);
  return *this;
}

Answer& Answer::integer(std::string_view name, std::int64_t value) {
  this->name(name);
  writer_.Int64(value);
  return *this;
}

Answer& Answer::time(std::string_view name, keys::TimePoint value) {
  this->name(name);
  const long long milliseconds = value.time_since_epoch().count();
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%lld.%03lld", milliseconds / 1000,
                                   milliseconds % 1000);
  writer_.RawValue(text.data(), static_cast<std::size_t>(length), rapidjson::kNumberType);
  return *this;
}

Answer& Answer::beginObject(std::string_view name) {
  this->name(name);
  return beginObject();
}

Answer& Answer::beginObject() {
  writer_.StartObject();
  return *this;
}

Answer& Answer::endObject() {
  writer_.EndObject();
  return *this;
}

Answer& Answer::beginList(std::string_view name) {
  this->name(name);
  writer_.StartArray();
  return *this;
}

Answer& Answer::element(std::string_view value) {
  writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  return *this;
}

Answer& Answer::endList() {
  writer_.EndArray();
  return *this;
}

http::SecretChars Answer::finish() {
  writer_.EndObject();
  const char* text = buffer_.GetString();
  return {text, text + buffer_.GetSize()};
}

}  // namespace strongroom::api::aws
