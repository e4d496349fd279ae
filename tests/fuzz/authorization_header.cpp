// The Authorization header of Signature Version 4: what parses says the same when written anew.
#include "service/auth/authorization_header.h"

#include "service/auth/error.h"
#include "tests/fuzz/fuzz.h"

namespace strongroom::fuzz {
namespace {

std::string written(const auth::AuthorizationHeader& header) {
  std::string names;
  for (const std::string& name : header.signedHeaders) {
    names.append(names.empty() ? "" : ";").append(name);
  }
  return std::string(auth::kAlgorithm) + " Credential=" + header.credential.accessKeyId + '/' +
         header.credential.toString() + ", SignedHeaders=" + names +
         ", Signature=" + header.signature;
}

}  // namespace

void run(ByteView input) {
  try {
    const auto header = auth::AuthorizationHeader::parse(asText(input));
    require(std::ranges::is_sorted(header.signedHeaders), "signed headers ascend");
    require(std::ranges::all_of(header.signedHeaders,
                                [&](const auto& name) { return header.isSigned(name); }),
            "each signed header is found");
    const std::string text = written(header);
    require(written(auth::AuthorizationHeader::parse(text)) == text, "it is read as it is written");
  } catch (const auth::Error& error) {
    require(error.code() == auth::ErrorCode::kIncompleteSignature, "the error is the declared one");
  }
}

}  // namespace strongroom::fuzz
