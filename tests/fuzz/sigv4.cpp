// The verification of Signature Version 4, from a request's own bytes. Input: which day and scope,
// then an HTTP request. The corpus holds requests whose signatures are right.
#include "service/auth/sigv4.h"

#include "service/auth/canonical_request.h"
#include "service/http/request_reader.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/still_store.h"
#include "tests/service/auth/known_secret_hsm.h"
#include "tests/support/manual_clock.h"

namespace strongroom::fuzz {
namespace {

/// Who verifies: the days and scopes of tests/vectors/sigv4.json.
class Verifier {
 public:
  Verifier(auth::Scope scope, std::chrono::seconds now)
      : clock_(keys::TimePoint(now)), verifier_(std::move(scope), credentials_, clock_) {}

  bool accepts(const http::Request& request) const {
    try {
      verifier_.verify(request, hsm::deadlineIn(std::chrono::seconds(10)));
      return true;
    } catch (const auth::Error&) {
      return false;
    }
  }

 private:
  StillStore store_;
  auth::KnownSecretHsm hsm_{"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
  auth::Credentials credentials_{store_, hsm_, {"us-east-1", "000000000000"}};
  testing::ManualClock clock_;
  auth::SigV4Verifier verifier_;
};

const Verifier& verifierFor(std::uint8_t choice) {
  using std::chrono::seconds;
  static const Verifier verifiers[] = {{{"us-east-1", "service"}, seconds(1'440'938'160)},
                                       {{"us-east-1", "kms"}, seconds(1'709'251'199)},
                                       {{"eu-central-1", "kms"}, seconds(1'709'251'199)},
                                       {{"us-east-1", "kms"}, seconds(1'704'067'199)}};
  return verifiers[choice % std::size(verifiers)];
}

/// One whole request with the rest of the input as its body; nullopt when the server would never
/// hand it on.
std::optional<http::Request> requestIn(ByteView bytes) {
  http::RequestReader reader(bytes.size() + 1);
  reader.append(asText(bytes));
  http::Request request;
  http::Head head;
  http::Refusal refusal{};
  if (reader.readHead(request, head, refusal) != http::RequestReader::Progress::kComplete ||
      head.contentLength > bytes.size()) {
    return std::nullopt;
  }
  reader.beginBody(request, head);
  if (request.body.size() != head.contentLength) return std::nullopt;
  return request;
}

void checkCanonicalForms(const http::Request& request) {
  const std::string uri = auth::canonicalUri(request.path);
  require(uri.starts_with('/') && uri.find("//") == std::string::npos &&
              (uri + '/').find("/./") == std::string::npos &&
              (uri + '/').find("/../") == std::string::npos,
          "a canonical path has no dots and no empty segments");
  require(uri.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "-._~%/") == std::string::npos,
          "a canonical path is encoded");
  const std::string query = auth::canonicalQuery(request.query);
  require(auth::canonicalQuery(query) == query, "a canonical query is its own canonical form");
}

}  // namespace

void run(ByteView bytes) {
  Input input(bytes);
  const Verifier& verifier = verifierFor(input.number());
  auto request = requestIn(input.rest());
  if (!request) return;
  checkCanonicalForms(*request);
  if (!verifier.accepts(*request)) return;

  // Whatever is signed cannot be changed, and nothing of Amazon's be put beside it.
  http::Request changed = *request;
  changed.body.push_back('x');
  require(!verifier.accepts(changed), "the body is signed");
  changed = *request;
  changed.method += 'X';
  require(!verifier.accepts(changed), "the method is signed");
  changed = *request;
  changed.path += "x";
  require(!verifier.accepts(changed), "the path is signed");
  changed = *request;
  changed.query += "&x";
  require(!verifier.accepts(changed), "the query is signed");
  changed = *request;
  changed.headers.push_back({"X-Amz-Target", "TrentService.Decrypt"});
  require(!verifier.accepts(changed), "Amazon's headers are signed");
}

}  // namespace strongroom::fuzz
