#include "service/api/aws/wire_error.h"

#include <gtest/gtest.h>

#include <set>

#include "hsm/error.h"
#include "service/auth/error.h"
#include "service/json/strict_json.h"
#include "service/keys/metadata_store.h"
#include "service/operations/error.h"

namespace strongroom::api::aws {
namespace {

constexpr const char* kInternalText =
    "The request was rejected because an internal exception occurred. The request can be retried.";
constexpr const char* kUnavailableText =
    "The request was rejected because the specified KMS key was not available. The request can be "
    "retried.";

template <class Exception>
WireError wireErrorOf(const Exception& exception) {
  return toWireError(std::make_exception_ptr(exception));
}

// The functions below are switches without a default: the compiler refuses an enumerator that is
// not considered here.

std::string_view expectedType(operations::ErrorCode code) {
  using enum operations::ErrorCode;
  switch (code) {
    case kAccessDenied:
      return "AccessDeniedException";
    case kAlreadyExists:
      return "AlreadyExistsException";
    case kConflict:
      return "ConflictException";
    case kDisabled:
      return "DisabledException";
    case kDryRun:
      return "DryRunOperationException";
    case kIncorrectKey:
      return "IncorrectKeyException";
    case kInvalidAliasName:
      return "InvalidAliasNameException";
    case kInvalidArn:
      return "InvalidArnException";
    case kInvalidCiphertext:
      return "InvalidCiphertextException";
    case kInvalidKeyUsage:
      return "InvalidKeyUsageException";
    case kInvalidMarker:
      return "InvalidMarkerException";
    case kInvalidState:
      return "KMSInvalidStateException";
    case kLimitExceeded:
      return "LimitExceededException";
    case kMalformedPolicy:
      return "MalformedPolicyDocumentException";
    case kNotFound:
      return "NotFoundException";
    case kTag:
      return "TagException";
    case kUnsupportedOperation:
      return "UnsupportedOperationException";
    case kValidation:
      return "ValidationException";
    case kCount:
      break;
  }
  return "";
}

struct Fault {
  std::string_view type;
  int status;
  std::string_view text;
};

Fault expectedFault(hsm::ErrorCode code) {
  using enum hsm::ErrorCode;
  switch (code) {
    case kBusy:
      return {"DependencyTimeoutException", 503,
              "The system timed out while trying to fulfill the request. The request can be "
              "retried."};
    case kTokenUnavailable:
    case kPinRefused:
    case kTokenNotFound:
    case kKeyNotFound:
      return {"KeyUnavailableException", 500, kUnavailableText};
    case kTokenFull:
      return {"LimitExceededException", 400, "The token has no room for another key."};
    case kKeyUnusable:
    case kUnsupported:
    case kFault:
      break;
  }
  return {"KMSInternalException", 500, kInternalText};
}

std::string_view expectedType(auth::ErrorCode code) {
  using enum auth::ErrorCode;
  switch (code) {
    case kMissingAuthentication:
      return "MissingAuthenticationTokenException";
    case kIncompleteSignature:
      return "IncompleteSignatureException";
    case kUnrecognizedClient:
      return "UnrecognizedClientException";
    case kInvalidSignature:
      return "InvalidSignatureException";
    case kThrottled:
      return "ThrottlingException";
  }
  return "";
}

std::string_view expectedType(ProtocolError::Kind kind) {
  using enum ProtocolError::Kind;
  switch (kind) {
    case kValidation:
      return "ValidationException";
    case kSerialization:
      return "SerializationException";
    case kUnknownOperation:
      return "UnknownOperationException";
    case kUnsupportedOperation:
      return "UnsupportedOperationException";
  }
  return "";
}

TEST(WireErrorTest, NamesEveryRefusalOfAnOperation) {
  std::set<std::string_view> types;
  for (int i = 0; i < static_cast<int>(operations::ErrorCode::kCount); ++i) {
    const auto code = static_cast<operations::ErrorCode>(i);
    const WireError error = wireErrorOf(operations::Error(code, "why"));
    EXPECT_EQ(error.type, expectedType(code));
    EXPECT_EQ(error.status, 400);
    EXPECT_EQ(error.message, "why");
    EXPECT_EQ(error.fault, "");
    EXPECT_EQ(error.capitalised, code == operations::ErrorCode::kAccessDenied) << error.type;
    EXPECT_TRUE(types.insert(error.type).second) << error.type << " stands for two codes";
  }
}

TEST(WireErrorTest, SendsNoTextWhereThereIsNone) {
  EXPECT_EQ(wireErrorOf(operations::Error(operations::ErrorCode::kInvalidCiphertext)).message, "");
}

TEST(WireErrorTest, HidesWhatTheTokenReported) {
  for (int i = 0; i <= static_cast<int>(hsm::ErrorCode::kFault); ++i) {
    const auto code = static_cast<hsm::ErrorCode>(i);
    const WireError error = wireErrorOf(hsm::Error(code, "slot 7 at /lib/x.so", "C_Sign", 5));
    const Fault expected = expectedFault(code);
    EXPECT_EQ(error.type, expected.type);
    EXPECT_EQ(error.status, expected.status) << error.type;
    EXPECT_EQ(error.message, expected.text);
    EXPECT_EQ(error.fault, std::string(hsm::toString(code)) + ": slot 7 at /lib/x.so");
  }
}

TEST(WireErrorTest, NamesEveryReasonNotToBelieveACaller) {
  using enum auth::ErrorCode;
  for (const auth::ErrorCode code : {kMissingAuthentication, kIncompleteSignature,
                                     kUnrecognizedClient, kInvalidSignature, kThrottled}) {
    const WireError error = wireErrorOf(auth::Error(code, "why"));
    EXPECT_EQ(error.type, expectedType(code));
    EXPECT_EQ(error.status, 400);
    EXPECT_EQ(error.message, "why");
  }
}

TEST(WireErrorTest, NamesEveryDefectOfARequest) {
  using enum ProtocolError::Kind;
  for (const auto kind : {kValidation, kSerialization, kUnknownOperation, kUnsupportedOperation}) {
    const WireError error = wireErrorOf(ProtocolError(kind, "why"));
    EXPECT_EQ(error.type, expectedType(kind));
    EXPECT_EQ(error.status, 400);
    EXPECT_EQ(error.message, "why");
    EXPECT_EQ(error.capitalised, kind == kSerialization);
  }
}

TEST(WireErrorTest, CallsBadJsonASerializationError) {
  const WireError error = wireErrorOf(json::Error("it is nested too deeply"));
  EXPECT_EQ(error.type, "SerializationException");
  EXPECT_EQ(error.status, 400);
  EXPECT_EQ(error.message,
            "The request body is not an acceptable JSON object: it is nested too deeply");
}

TEST(WireErrorTest, HidesWhatTheStoreReported) {
  const WireError error = wireErrorOf(keys::StoreError("disk I/O error"));
  EXPECT_EQ(error.type, "KMSInternalException");
  EXPECT_EQ(error.status, 500);
  EXPECT_EQ(error.message, kInternalText);
  EXPECT_EQ(error.fault, "metadata store: disk I/O error");
}

TEST(WireErrorTest, HidesWhatNobodyThoughtOf) {
  const WireError error = wireErrorOf(std::logic_error("at line 7"));
  EXPECT_EQ(error.status, 500);
  EXPECT_EQ(error.message, kInternalText);
  EXPECT_EQ(error.fault, "at line 7");
  const WireError number = wireErrorOf(7);
  EXPECT_EQ(number.type, "KMSInternalException");
  EXPECT_EQ(number.fault, "an exception of unknown type");
}

}  // namespace
}  // namespace strongroom::api::aws
