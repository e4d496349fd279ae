#include "service/api/aws/endpoint.h"

#include "service/api/aws/operation_table.h"
#include "service/api/aws/wire_error.h"
#include "service/json/strict_json.h"

namespace strongroom::api::aws {
namespace {

constexpr std::string_view kContentType = "application/x-amz-json-1.1";
constexpr std::string_view kTargetPrefix = "TrentService.";

/// The operation that X-Amz-Target names. Throws ProtocolError when AWS has none of that name, or
/// we do not serve it.
const Operation& targetOf(const http::Request& request) {
  const std::string_view target = request.header("X-Amz-Target").value_or("");
  const Operation* operation = target.starts_with(kTargetPrefix)
                                   ? findOperation(target.substr(kTargetPrefix.size()))
                                   : nullptr;
  if (operation == nullptr) throw ProtocolError(ProtocolError::Kind::kUnknownOperation, "");
  return *operation;
}

http::Response errorResponse(const WireError& error) {
  http::Response response;
  response.status = error.status;
  response.contentType = kContentType;
  response.headers.push_back({"X-Amzn-ErrorType", std::string(error.type)});
  response.error = error.type;
  response.fault = error.fault;
  Answer body;
  body.text("__type", error.type);
  if (!error.message.empty()) body.text(error.capitalised ? "Message" : "message", error.message);
  response.body = body.finish();
  return response;
}

struct RefusalText {
  http::Refusal refusal;
  std::string_view type;
  std::string_view text;
};

constexpr std::array kRefusals{
    RefusalText{http::Refusal::kMalformed, "SerializationException",
                "The request is not valid HTTP."},
    RefusalText{http::Refusal::kNotFound, "UnknownOperationException", "There is no such path."},
    RefusalText{http::Refusal::kMethodNotAllowed, "UnknownOperationException",
                "Only POST is served here."},
    RefusalText{http::Refusal::kTooSlow, "RequestTimeoutException",
                "The request did not arrive in time."},
    RefusalText{http::Refusal::kLengthRequired, "SerializationException",
                "Content-Length is required."},
    RefusalText{http::Refusal::kBodyTooLarge, "RequestEntityTooLargeException",
                "The request body is too large."},
    RefusalText{http::Refusal::kHeadersTooLarge, "RequestEntityTooLargeException",
                "The headers are too large."},
    RefusalText{http::Refusal::kOverloaded, "ServiceUnavailableException",
                "The service takes no more requests for the moment."},
    RefusalText{http::Refusal::kFault, "KMSInternalException",
                "The request was rejected because an internal exception occurred. The request can "
                "be retried."},
};

}  // namespace

http::Response Endpoint::handle(http::Request& request, hsm::Deadline deadline) const {
  http::Response response;
  const Operation* operation = nullptr;
  std::string caller;
  try {
    const auth::Principal principal = verifier_.verify(request, deadline);
    caller = principal.accessKeyId;
    const auth::PrincipalShares::Share share = shares_.enter(principal.accessKeyId);
    operation = &targetOf(request);
    if (operation->run == nullptr) {
      throw ProtocolError(ProtocolError::Kind::kUnsupportedOperation,
                          std::string(operation->name) + " is not supported by this service.");
    }
    const rapidjson::Document body = json::parseObject(request.body);
    Members members(body);
    Answer answer;
    operation->run(*operation, {kms_, principal, request.requestId, deadline}, members, answer);
    if (operation->answersObject) {
      response.contentType = kContentType;
      response.body = answer.finish();
    }
  } catch (...) {
    response = errorResponse(toWireError(std::current_exception()));
  }
  response.headers.push_back({"x-amzn-RequestId", request.requestId});
  response.caller = std::move(caller);
  if (operation != nullptr) response.operation = operation->name;
  return response;
}

http::Response Endpoint::refuse(http::Refusal refusal, const std::string& requestId) {
  const RefusalText* row = &kRefusals.back();
  for (const RefusalText& each : kRefusals) {
    if (each.refusal == refusal) row = &each;
  }
  http::Response response = errorResponse(
      {.type = row->type, .status = http::statusOf(refusal), .message = std::string(row->text)});
  response.headers.push_back({"x-amzn-RequestId", requestId});
  return response;
}

}  // namespace strongroom::api::aws
