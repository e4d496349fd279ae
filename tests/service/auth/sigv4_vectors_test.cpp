#include <gtest/gtest.h>

#include <algorithm>

#include "service/auth/authorization_header.h"
#include "service/auth/text.h"
#include "tests/service/auth/identity_store.h"
#include "tests/service/auth/known_secret_hsm.h"
#include "tests/service/auth/vectors.h"
#include "tests/support/manual_clock.h"

namespace strongroom::auth {
namespace {

const keys::Account kAccount{"us-east-1", "000000000000"};

/// Requests that botocore signed: each is accepted as it is, and refused when anything that is
/// signed changes.
struct SignedCase {
  explicit SignedCase(const Vector& given) : vector(given) {
    store->addIdentity({vector.accessKeyId, "vector", keys::Role::kUser, vector.time});
  }

  Principal verify(const http::Request& sent) {
    return verifier.verify(sent, hsm::deadlineIn(std::chrono::seconds(5)));
  }

  void expectRefused(const http::Request& sent, const std::string& what) {
    EXPECT_THROW(verify(sent), Error) << what << " was accepted";
  }

  const Vector& vector;
  http::Request request = vector.request;
  std::string& authorization =
      std::ranges::find(request.headers, "Authorization", &http::Header::name)->value;
  IdentityStore store;
  KnownSecretHsm hsm{vector.secretAccessKey};
  testing::ManualClock clock{vector.time};
  Credentials credentials{*store, hsm, kAccount};
  SigV4Verifier verifier{vector.scope, credentials, clock};
};

/// Runs `check` on every vector; failures name it.
template <class Check>
void forEachVector(Check check) {
  ASSERT_GE(vectors().size(), 40u);
  for (const Vector& vector : vectors()) {
    SCOPED_TRACE(vector.name);
    SignedCase signedCase(vector);
    check(signedCase);
  }
}

TEST(SigV4VectorTest, IsAccepted) {
  forEachVector([](SignedCase& c) {
    const Principal principal = c.verify(c.request);
    EXPECT_EQ(principal.arn, "arn:aws:iam::000000000000:user/vector");
    EXPECT_EQ(principal.accessKeyId, c.vector.accessKeyId);
    EXPECT_EQ(principal.role, keys::Role::kUser);
  });
}

TEST(SigV4VectorTest, IsRefusedWithAnyDigitOfTheSignatureChanged) {
  forEachVector([](SignedCase& c) {
    const std::size_t begin = c.authorization.size() - 64;
    for (std::size_t i = begin; i < c.authorization.size(); ++i) {
      const char digit = c.authorization[i];
      c.authorization[i] = digit == '0' ? '1' : '0';
      c.expectRefused(c.request, "signature digit " + std::to_string(i - begin));
      c.authorization[i] = digit;
    }
    EXPECT_NO_THROW(c.verify(c.request));
  });
}

TEST(SigV4VectorTest, IsRefusedWithAnotherBody) {
  forEachVector([](SignedCase& c) {
    c.request.body.push_back(' ');
    c.expectRefused(c.request, "a longer body");
    c.request.body.pop_back();
    if (c.request.body.empty()) return;
    c.request.body.back() ^= 1;
    c.expectRefused(c.request, "a flipped bit");
    c.request.body.pop_back();
    c.expectRefused(c.request, "a shorter body");
  });
}

TEST(SigV4VectorTest, IsRefusedWithAnotherRequestLine) {
  forEachVector([](SignedCase& c) {
    for (std::string http::Request::*part : {&http::Request::method, &http::Request::path}) {
      http::Request changed = c.request;
      changed.*part += "x";
      c.expectRefused(changed, changed.*part);
    }
    c.request.query += c.request.query.empty() ? "x" : "&x";
    c.expectRefused(c.request, c.request.query);
  });
}

TEST(SigV4VectorTest, IsRefusedWithAnySignedHeaderChangedRemovedOrRepeated) {
  forEachVector([](SignedCase& c) {
    const auto parsed = AuthorizationHeader::parse(c.authorization);
    for (std::size_t i = 0; i < c.request.headers.size(); ++i) {
      const std::string name = toLower(c.request.headers[i].name);
      if (!parsed.isSigned(name)) continue;
      http::Request changed = c.request;
      changed.headers[i].value += "x";
      c.expectRefused(changed, "another " + name);
      changed = c.request;
      changed.headers.erase(changed.headers.begin() + static_cast<std::ptrdiff_t>(i));
      c.expectRefused(changed, "no " + name);
      changed = c.request;
      changed.headers.push_back(c.request.headers[i]);
      c.expectRefused(changed, "a second " + name);
    }
  });
}

TEST(SigV4VectorTest, IsRefusedWithAnotherScope) {
  forEachVector([](SignedCase& c) {
    const auto credential = AuthorizationHeader::parse(c.authorization).credential;
    const std::string whole = credential.accessKeyId + '/' + credential.toString();
    for (std::string CredentialScope::*part :
         {&CredentialScope::accessKeyId, &CredentialScope::date, &CredentialScope::region,
          &CredentialScope::service, &CredentialScope::terminator}) {
      CredentialScope other = credential;
      (other.*part).back() = (other.*part).back() == '2' ? '3' : '2';
      http::Request changed = c.request;
      std::string& value =
          std::ranges::find(changed.headers, "Authorization", &http::Header::name)->value;
      value.replace(value.find(whole), whole.size(), other.accessKeyId + '/' + other.toString());
      c.expectRefused(changed, other.*part);
    }
  });
}

TEST(SigV4VectorTest, IsAcceptedForFiveMinutesInEitherDirectionAndNoLonger) {
  forEachVector([](SignedCase& c) {
    using std::chrono::minutes, std::chrono::seconds;
    c.clock.set(c.vector.time + minutes(5));
    EXPECT_NO_THROW(c.verify(c.request));
    c.clock.advance(seconds(1));
    c.expectRefused(c.request, "a stale date");
    c.clock.set(c.vector.time - minutes(5));
    EXPECT_NO_THROW(c.verify(c.request));
    c.clock.advance(seconds(-1));
    c.expectRefused(c.request, "a future date");
  });
}

}  // namespace
}  // namespace strongroom::auth
