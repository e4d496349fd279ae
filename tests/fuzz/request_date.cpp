// The dates of a signed request, in both of their forms.
#include "service/auth/request_date.h"

#include "tests/fuzz/fuzz.h"

namespace strongroom::fuzz {

void run(ByteView input) {
  const std::string_view text = asText(input);
  if (const auto time = auth::parseIsoBasic(text)) {
    require(auth::toIsoBasic(*time) == text, "a time has one ISO text");
  }
  if (const auto time = auth::parseHttpDate(text)) {
    const auto again = auth::parseIsoBasic(auth::toIsoBasic(*time));
    require(again == time, "both forms tell the same times");
    require(!auth::parseIsoBasic(text), "no text is of both forms");
  }
}

}  // namespace strongroom::fuzz
