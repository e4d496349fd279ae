#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "service/http/message.h"
#include "service/keys/clock.h"

namespace strongroom::auth {

/// How far a request's date may be from ours, in either direction: what AWS KMS allows.
inline constexpr std::chrono::minutes kAllowedSkew{5};

/// "20150830T123600Z": ISO 8601's basic format, in UTC and whole seconds.
std::string toIsoBasic(std::chrono::sys_seconds time);

/// Reads exactly the form of toIsoBasic(); nullopt otherwise, and for a date that the calendar does
/// not have.
std::optional<std::chrono::sys_seconds> parseIsoBasic(std::string_view text);

/// Reads an HTTP date in its one current form, "Sun, 30 Aug 2015 12:36:00 GMT", with "+0000" and
/// "-0000" in place of "GMT" as clients write it too; nullopt otherwise.
std::optional<std::chrono::sys_seconds> parseHttpDate(std::string_view text);

/// When a request says that it was signed, and by which header.
struct RequestDate {
  std::string_view header;  ///< "x-amz-date" or "date": the one that must be signed
  std::chrono::sys_seconds time;
};

/// The date by X-Amz-Date or, where that is missing, by Date. Throws auth::Error
/// (kIncompleteSignature) when there is none, more than one, or one that cannot be read.
RequestDate requestDate(const http::Request& request);

/// Throws auth::Error (kInvalidSignature) in AWS's words when `date` is further from `now` than
/// kAllowedSkew. SDKs take it as a hint to correct their clock.
void requireFresh(std::chrono::sys_seconds date, keys::TimePoint now);

}  // namespace strongroom::auth
