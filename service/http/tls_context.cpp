#include "service/http/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace strongroom::http {

namespace {

/// Ends in OpenSSL's first complaint, and forgets the others.
[[noreturn]] void fail(const std::filesystem::path& file, const std::string& problem) {
  const char* reason = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  throw std::runtime_error(file.string() + ": " + problem +
                           (reason ? std::string(": ") + reason : ""));
}

void checkPrivate(const std::filesystem::path& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) {
    throw std::runtime_error(file.string() + ": " + std::generic_category().message(errno));
  }
  if ((status.st_mode & 077) != 0) {
    throw std::runtime_error(file.string() + ": the private key can be read by others: chmod 600");
  }
}

/// A key under a passphrase would make OpenSSL ask the terminal.
int noPassphrase(char*, int, int, void*) {
  return 0;
}

/// In the order of our preference, each name behind its length (RFC 7301, 3.1).
constexpr std::array<unsigned char, 12> kProtocols{2,   'h', '2', 8,   'h', 't',
                                                   't', 'p', '/', '1', '.', '1'};

/// A client that speaks none of ours is told so, lest its bytes be taken for what they are not.
int chooseProtocol(SSL*, const unsigned char** chosen, unsigned char* size,
                   const unsigned char* offered, unsigned offeredSize, void*) {
  unsigned char* found = nullptr;
  const int result = SSL_select_next_proto(&found, size, kProtocols.data(), kProtocols.size(),
                                           offered, offeredSize);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void loadIdentity(SSL_CTX* ssl, const TlsFiles& files) {
  ERR_clear_error();
  SSL_CTX_set_default_passwd_cb(ssl, noPassphrase);
  if (SSL_CTX_use_certificate_chain_file(ssl, files.certificate.c_str()) != 1) {
    fail(files.certificate, "no readable PEM certificate chain");
  }
  if (SSL_CTX_use_PrivateKey_file(ssl, files.privateKey.c_str(), SSL_FILETYPE_PEM) != 1) {
    // OpenSSL compares the two while it loads; anything else is the file's own fault.
    const bool mismatch = ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_VALUES_MISMATCH;
    fail(files.privateKey, mismatch ? "not the key of " + files.certificate.string()
                                    : "no readable PEM private key without passphrase");
  }
  if (SSL_CTX_check_private_key(ssl) != 1) {
    fail(files.privateKey, "not the key of " + files.certificate.string());
  }
}

void loadClientAuthorities(SSL_CTX* ssl, const std::filesystem::path& file) {
  ERR_clear_error();
  if (SSL_CTX_load_verify_file(ssl, file.c_str()) != 1) {
    fail(file, "no readable PEM certificates");
  }
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(file.c_str());
  if (names == nullptr) fail(file, "no readable PEM certificates");
  SSL_CTX_set_client_CA_list(ssl, names);  // which owns them from here on
  SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
}

}  // namespace

TlsContext::TlsContext(TlsFiles files, TlsVersion minimum)
    : files_(std::move(files)), minimum_(minimum), context_(load()) {}

Poco::Net::Context::Ptr TlsContext::load() {
  checkPrivate(files_.privateKey);
  Poco::Net::Context::Params params;
  params.verificationMode = Poco::Net::Context::VERIFY_NONE;
  params.loadDefaultCAs = false;
  Poco::Net::Context::Ptr context(
      new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, params));

  SSL_CTX* ssl = context->sslContext();
  SSL_CTX_set_min_proto_version(ssl, minimum_ == TlsVersion::k13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(ssl, "ECDHE+AESGCM:ECDHE+CHACHA20");
  // Cleansed: what was decrypted does not stay in OpenSSL's buffers after we read it.
  SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_CLEANSE_PLAINTEXT);
  // An idle connection keeps no buffers, and an answer goes as far as the socket takes it.
  SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  constexpr unsigned char kSessions[] = "strongroom";
  SSL_CTX_set_session_id_context(ssl, kSessions, sizeof kSessions - 1);
  SSL_CTX_set_alpn_select_cb(ssl, chooseProtocol, nullptr);
  tickets_.serve(ssl);
  loadIdentity(ssl, files_);
  if (!files_.clientAuthorities.empty()) loadClientAuthorities(ssl, files_.clientAuthorities);
  return context;
}

Poco::Net::Context::Ptr TlsContext::current() const {
  const std::lock_guard lock(mutex_);
  return context_;
}

void TlsContext::reload() {
  Poco::Net::Context::Ptr fresh = load();
  // A session that is resumed is not asked for its certificate again, and its authority may be
  // gone.
  if (!files_.clientAuthorities.empty()) tickets_.renew();
  const std::lock_guard lock(mutex_);
  context_ = fresh;
}

std::chrono::system_clock::time_point TlsContext::notAfter() const {
  const Poco::Net::Context::Ptr context = current();
  std::tm end{};
  ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(context->sslContext())), &end);
  return std::chrono::system_clock::from_time_t(timegm(&end));
}

}  // namespace strongroom::http
