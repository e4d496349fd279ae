#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <string_view>

#include "hsm/bytes.h"
#include "service/http/message.h"
#include "service/keys/clock.h"

namespace strongroom::api::aws {

/// A rapidjson allocator that wipes what it frees: answers carry plaintext data keys.
class WipingAllocator {
 public:
  static constexpr bool kNeedFree = true;
  void* Malloc(std::size_t size);
  void* Realloc(void* old, std::size_t oldSize, std::size_t newSize);
  static void Free(void* memory);
};

/// Writes the JSON object of an answer, member by member, in the order of calls.
class Answer {
 public:
  Answer() : writer_(buffer_) { writer_.StartObject(); }

  Answer& text(std::string_view name, std::string_view value);
  Answer& blob(std::string_view name, ByteView value);  ///< as standard base64
  Answer& flag(std::string_view name, bool value);
  Answer& integer(std::string_view name, std::int64_t value);
  /// Epoch seconds with milliseconds as their fraction, which every SDK reads.
  Answer& time(std::string_view name, keys::TimePoint value);
  Answer& beginObject(std::string_view name);
  Answer& beginObject();  ///< an element of a list
  Answer& endObject();
  Answer& beginList(std::string_view name);
  Answer& element(std::string_view value);
  Answer& endList();

  /// Closes the object and hands the text over; the last call on this object.
  http::SecretChars finish();

 private:
  void name(std::string_view name);

  using Buffer = rapidjson::GenericStringBuffer<rapidjson::UTF8<>, WipingAllocator>;
  Buffer buffer_;
  rapidjson::Writer<Buffer> writer_;
};

}  // namespace strongroom::api::aws
