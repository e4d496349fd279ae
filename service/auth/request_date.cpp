#include "service/auth/request_date.h"

#include <array>

#include "service/auth/error.h"

namespace strongroom::auth {
namespace {

using std::chrono::sys_seconds;

/// The decimal number that is the whole of text[at, at + digits); nullopt when any character is no
/// digit.
std::optional<int> number(std::string_view text, std::size_t at, std::size_t digits) {
  int value = 0;
  for (const char c : text.substr(at, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// Nullopt when any part is missing or the calendar or the clock does not have it. Leap seconds are
/// not dates.
std::optional<sys_seconds> assemble(std::optional<int> year, std::optional<int> month,
                                    std::optional<int> day, std::optional<int> hour,
                                    std::optional<int> minute, std::optional<int> second) {
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

/// `value` in decimal with leading zeros.
std::string padded(int value, std::size_t digits) {
  std::string text = std::to_string(value);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return text;
}

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kWeekdays{"Sun", "Mon", "Tue", "Wed",
                                                    "Thu", "Fri", "Sat"};

/// botocore writes its Date in the manner of RFC 5322.
bool isUtc(std::string_view zone) {
  return zone == "GMT" || zone == "-0000" || zone == "+0000";
}

std::optional<int> monthNumber(std::string_view name) {
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] == name) return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorCode::kIncompleteSignature, message);
}

}  // namespace

std::string toIsoBasic(sys_seconds time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(time - days);
  return padded(static_cast<int>(date.year()), 4) +
         padded(static_cast<int>(static_cast<unsigned>(date.month())), 2) +
         padded(static_cast<int>(static_cast<unsigned>(date.day())), 2) + 'T' +
         padded(static_cast<int>(clock.hours().count()), 2) +
         padded(static_cast<int>(clock.minutes().count()), 2) +
         padded(static_cast<int>(clock.seconds().count()), 2) + 'Z';
}

std::optional<sys_seconds> parseIsoBasic(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  return assemble(number(text, 0, 4), number(text, 4, 2), number(text, 6, 2), number(text, 9, 2),
                  number(text, 11, 2), number(text, 13, 2));
}

std::optional<sys_seconds> parseHttpDate(std::string_view text) {
  constexpr std::string_view kPattern = "???, ?? ??? ???? ??:??:?? ";
  if (text.size() < kPattern.size() || !isUtc(text.substr(kPattern.size()))) return std::nullopt;
  for (std::size_t i = 0; i < kPattern.size(); ++i) {
    if (kPattern[i] != '?' && kPattern[i] != text[i]) return std::nullopt;
  }
  const auto time =
      assemble(number(text, 12, 4), monthNumber(text.substr(8, 3)), number(text, 5, 2),
               number(text, 17, 2), number(text, 20, 2), number(text, 23, 2));
  if (!time) return std::nullopt;
  const std::chrono::weekday weekday(std::chrono::floor<std::chrono::days>(*time));
  return kWeekdays[weekday.c_encoding()] == text.substr(0, 3) ? time : std::nullopt;
}

RequestDate requestDate(const http::Request& request) {
  for (const std::string_view name : {"x-amz-date", "date"}) {
    const std::vector<std::string_view> values = request.headerValues(name);
    if (values.empty()) continue;
    if (values.size() > 1) refuse("The request has more than one '" + std::string(name) + "'.");
    auto time = parseIsoBasic(values.front());
    if (!time && name == "date") time = parseHttpDate(values.front());
    if (!time) refuse("Date must be in ISO-8601 'basic format'.");
    return {name, *time};
  }
  refuse("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
}

void requireFresh(sys_seconds date, keys::TimePoint now) {
  const sys_seconds clock = std::chrono::floor<std::chrono::seconds>(now);
  const sys_seconds earliest = clock - kAllowedSkew;
  const sys_seconds latest = clock + kAllowedSkew;
  if (date < earliest) {
    throw Error(ErrorCode::kInvalidSignature, "Signature expired: " + toIsoBasic(date) +
                                                  " is now earlier than " + toIsoBasic(earliest) +
                                                  " (" + toIsoBasic(clock) + " - 5 min.)");
  }
  if (date > latest) {
    throw Error(ErrorCode::kInvalidSignature, "Signature not yet current: " + toIsoBasic(date) +
                                                  " is still later than " + toIsoBasic(latest) +
                                                  " (" + toIsoBasic(clock) + " + 5 min.)");
  }
}

}  // namespace strongroom::auth
