#include "service/http/route.h"

#include <array>

namespace strongroom::http {

namespace {

struct Row {
  Refusal refusal;
  int status;
  const char* word;  ///< for metrics and logs
  const char* text;  ///< for clients
};

constexpr std::array kRows{
    Row{Refusal::kMalformed, 400, "Malformed", "the request is not well-formed HTTP"},
    Row{Refusal::kNotFound, 404, "NotFound", "there is nothing at this path"},
    Row{Refusal::kMethodNotAllowed, 405, "MethodNotAllowed", "this path does not take that method"},
    Row{Refusal::kTooSlow, 408, "TooSlow", "the request was not complete in time"},
    Row{Refusal::kLengthRequired, 411, "LengthRequired", "a body needs a Content-Length"},
    Row{Refusal::kBodyTooLarge, 413, "BodyTooLarge", "the body is larger than this path takes"},
    Row{Refusal::kHeadersTooLarge, 431, "HeadersTooLarge",
        "the header fields are too many or too large"},
    Row{Refusal::kOverloaded, 503, "Overloaded",
        "the service takes no more requests for the moment; try again"},
    Row{Refusal::kFault, 500, "Fault", "the service failed; its log names this request"},
};

const Row& rowOf(Refusal refusal) {
  for (const Row& row : kRows) {
    if (row.refusal == refusal) return row;
  }
  return kRows.back();
}

}  // namespace

int statusOf(Refusal refusal) {
  return rowOf(refusal).status;
}

Response refuseInPlainText(Refusal refusal, const std::string& requestId) {
  const Row& row = rowOf(refusal);
  Response response;
  response.status = row.status;
  response.contentType = "text/plain; charset=utf-8";
  response.error = row.word;
  std::string text = row.text;
  response.setBody(text.append("\nrequest ").append(requestId).append("\n"));
  return response;
}

}  // namespace strongroom::http
