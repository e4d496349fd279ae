#include "hsm/error.h"

namespace strongroom::hsm {

std::string_view toString(ErrorCode code) {
  switch (code) {
    case ErrorCode::kBusy:
      return "busy";
    case ErrorCode::kTokenUnavailable:
      return "token-unavailable";
    case ErrorCode::kPinRefused:
      return "login-refused";
    case ErrorCode::kTokenNotFound:
      return "token-not-found";
    case ErrorCode::kKeyNotFound:
      return "key-not-found";
    case ErrorCode::kKeyUnusable:
      return "key-unusable";
    case ErrorCode::kTokenFull:
      return "token-full";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kFault:
      return "fault";
  }
  return "unknown";
}

}  // namespace strongroom::hsm
