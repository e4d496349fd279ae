#include "service/auth/canonical_request.h"

#include <algorithm>
#include <utility>

#include "service/auth/authorization_header.h"
#include "service/auth/error.h"
#include "service/auth/text.h"

namespace strongroom::auth {
namespace {

/// RFC 3986's unreserved characters, which are never encoded.
bool isUnreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void appendEncoded(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    if (isUnreserved(c)) {
      out.push_back(c);
    } else {
      const auto value = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(kDigits[value >> 4]);
      out.push_back(kDigits[value & 15U]);
    }
  }
}

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Percent-decodes what is well-formed and leaves the rest as it is.
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hexValue(text[i + 1]) >= 0 &&
                        hexValue(text[i + 2]) >= 0;
    if (escape) {
      out.push_back(static_cast<char>(hexValue(text[i + 1]) * 16 + hexValue(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

/// Whichever escapes a client chose ("%7E" or "~"), signer and verifier meet in one form.
std::string encodedOnce(std::string_view text) {
  std::string out;
  appendEncoded(out, decoded(text));
  return out;
}

void appendCanonicalValue(std::string& out, std::string_view value) {
  value = trim(value);
  bool afterSpace = false;
  for (const char c : value) {
    const bool space = c == ' ' || c == '\t';
    if (!space) out.push_back(c);
    if (space && !afterSpace) out.push_back(' ');
    afterSpace = space;
  }
}

}  // namespace

std::string canonicalUri(std::string_view path) {
  std::vector<std::string_view> segments;
  for (const std::string_view segment : split(path, '/')) {
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
  }
  std::string uri;
  for (const std::string_view segment : segments) {
    uri.push_back('/');
    appendEncoded(uri, segment);
  }
  if (uri.empty() || path.ends_with('/')) uri.push_back('/');
  return uri;
}

std::string canonicalQuery(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const std::string_view part : split(query, '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    parameters.emplace_back(
        encodedOnce(part.substr(0, equals)),
        equals == std::string_view::npos ? "" : encodedOnce(part.substr(equals + 1)));
  }
  std::ranges::sort(parameters);

  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out.push_back('&');
    out.append(name).append("=").append(value);
  }
  return out;
}

std::string canonicalHeaders(const http::Request& request,
                             const std::vector<std::string>& signedHeaders) {
  std::string out;
  for (const std::string& name : signedHeaders) {
    // What HTTP/2 calls so is kept as the header that it stands for.
    const std::vector<std::string_view> values =
        request.headerValues(name == kAuthority ? "host" : name);
    if (values.empty()) {
      throw Error(ErrorCode::kIncompleteSignature,
                  "The signed header '" + name + "' is not in the request.");
    }
    out.append(name).push_back(':');
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out.push_back(',');
      appendCanonicalValue(out, values[i]);
    }
    out.push_back('\n');
  }
  return out;
}

std::string canonicalRequest(const http::Request& request,
                             const std::vector<std::string>& signedHeaders,
                             const crypto::Digest& bodyHash) {
  std::string out = request.method;
  out.append("\n").append(canonicalUri(request.path));
  out.append("\n").append(canonicalQuery(request.query));
  out.append("\n").append(canonicalHeaders(request, signedHeaders));
  out.push_back('\n');
  for (std::size_t i = 0; i < signedHeaders.size(); ++i) {
    if (i > 0) out.push_back(';');
    out.append(signedHeaders[i]);
  }
  out.append("\n").append(toHex(bodyHash));
  return out;
}

}  // namespace strongroom::auth
