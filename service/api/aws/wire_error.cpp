#include "service/api/aws/wire_error.h"

#include <array>

#include "hsm/error.h"
#include "service/auth/error.h"
#include "service/json/strict_json.h"
#include "service/keys/metadata_store.h"
#include "service/operations/error.h"

namespace strongroom::api::aws {
namespace {

template <class Code>
struct Row {
  Code code;
  std::string_view type;
  int status = 400;
  std::string_view text = "";  // fixed text, for faults; empty: the exception's own
  bool capitalised = false;
};

using Operation = operations::ErrorCode;
constexpr std::array<Row<Operation>, static_cast<std::size_t>(Operation::kCount)> kOperationErrors{{
    {Operation::kAccessDenied, "AccessDeniedException", 400, "", true},
    {Operation::kAlreadyExists, "AlreadyExistsException"},
    {Operation::kConflict, "ConflictException"},
    {Operation::kDisabled, "DisabledException"},
    {Operation::kDryRun, "DryRunOperationException"},
    {Operation::kIncorrectKey, "IncorrectKeyException"},
    {Operation::kInvalidAliasName, "InvalidAliasNameException"},
    {Operation::kInvalidArn, "InvalidArnException"},
    {Operation::kInvalidCiphertext, "InvalidCiphertextException"},
    {Operation::kInvalidKeyUsage, "InvalidKeyUsageException"},
    {Operation::kInvalidMarker, "InvalidMarkerException"},
    {Operation::kInvalidState, "KMSInvalidStateException"},
    {Operation::kLimitExceeded, "LimitExceededException"},
    {Operation::kMalformedPolicy, "MalformedPolicyDocumentException"},
    {Operation::kNotFound, "NotFoundException"},
    {Operation::kTag, "TagException"},
    {Operation::kUnsupportedOperation, "UnsupportedOperationException"},
    {Operation::kValidation, "ValidationException"},
}};

using Auth = auth::ErrorCode;
constexpr std::array kAuthErrors{
    Row<Auth>{Auth::kMissingAuthentication, "MissingAuthenticationTokenException"},
    Row<Auth>{Auth::kIncompleteSignature, "IncompleteSignatureException"},
    Row<Auth>{Auth::kUnrecognizedClient, "UnrecognizedClientException"},
    Row<Auth>{Auth::kInvalidSignature, "InvalidSignatureException"},
    Row<Auth>{Auth::kThrottled, "ThrottlingException"},
};

using Protocol = ProtocolError::Kind;
constexpr std::array kProtocolErrors{
    Row<Protocol>{Protocol::kValidation, "ValidationException"},
    Row<Protocol>{Protocol::kSerialization, "SerializationException", 400, "", true},
    Row<Protocol>{Protocol::kUnknownOperation, "UnknownOperationException"},
    Row<Protocol>{Protocol::kUnsupportedOperation, "UnsupportedOperationException"},
};

constexpr std::string_view kInternalText =
    "The request was rejected because an internal exception occurred. The request can be retried.";
constexpr std::string_view kTimeoutText =
    "The system timed out while trying to fulfill the request. The request can be retried.";
constexpr std::string_view kUnavailableText =
    "The request was rejected because the specified KMS key was not available. The request can be "
    "retried.";
constexpr std::string_view kFullText = "The token has no room for another key.";

using Hsm = hsm::ErrorCode;
constexpr std::array kHsmErrors{
    Row<Hsm>{Hsm::kBusy, "DependencyTimeoutException", 503, kTimeoutText},
    Row<Hsm>{Hsm::kTokenUnavailable, "KeyUnavailableException", 500, kUnavailableText},
    Row<Hsm>{Hsm::kPinRefused, "KeyUnavailableException", 500, kUnavailableText},
    Row<Hsm>{Hsm::kTokenNotFound, "KeyUnavailableException", 500, kUnavailableText},
    Row<Hsm>{Hsm::kKeyNotFound, "KeyUnavailableException", 500, kUnavailableText},
    Row<Hsm>{Hsm::kKeyUnusable, "KMSInternalException", 500, kInternalText},
    Row<Hsm>{Hsm::kTokenFull, "LimitExceededException", 400, kFullText},
    Row<Hsm>{Hsm::kUnsupported, "KMSInternalException", 500, kInternalText},
    Row<Hsm>{Hsm::kFault, "KMSInternalException", 500, kInternalText},
};

WireError internalError(std::string fault) {
  return {"KMSInternalException", 500, std::string(kInternalText), std::move(fault)};
}

template <class Rows, class Code>
WireError fromTable(const Rows& rows, Code code, const std::exception& failure) {
  for (const auto& row : rows) {
    if (row.code != code) continue;
    if (row.text.empty()) return {row.type, row.status, failure.what(), "", row.capitalised};
    return {row.type, row.status, std::string(row.text), failure.what(), row.capitalised};
  }
  return internalError(failure.what());
}

}  // namespace

WireError toWireError(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const operations::Error& e) {
    return fromTable(kOperationErrors, e.code(), e);
  } catch (const ProtocolError& e) {
    return fromTable(kProtocolErrors, e.kind(), e);
  } catch (const json::Error& e) {
    return fromTable(
        kProtocolErrors, Protocol::kSerialization,
        std::runtime_error(std::string("The request body is not an acceptable JSON object: ") +
                           e.what()));
  } catch (const auth::Error& e) {
    return fromTable(kAuthErrors, e.code(), e);
  } catch (const hsm::Error& e) {
    WireError error = fromTable(kHsmErrors, e.code(), e);
    error.fault = std::string(hsm::toString(e.code())) + ": " + error.fault;
    return error;
  } catch (const keys::StoreError& e) {
    return internalError(std::string("metadata store: ") + e.what());
  } catch (const std::exception& e) {
    return internalError(e.what());
  } catch (...) {
    return internalError("an exception of unknown type");
  }
}

}  // namespace strongroom::api::aws
