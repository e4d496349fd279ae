#include "service/http/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <stdexcept>

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

Poco::Net::Context::Ptr load(const TlsFiles& files) {
  checkPrivate(files.privateKey);
  Poco::Net::Context::Params params;
  params.verificationMode = Poco::Net::Context::VERIFY_NONE;
  params.loadDefaultCAs = false;
  Poco::Net::Context::Ptr context(
      new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, params));

  SSL_CTX* ssl = context->sslContext();
  SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(ssl, "ECDHE+AESGCM:ECDHE+CHACHA20");
  // Cleansed: what was decrypted does not stay in OpenSSL's buffers after we read it.
  SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_CLEANSE_PLAINTEXT);
  SSL_CTX_set_read_ahead(ssl, 1);  // a record in one system call instead of two
  constexpr unsigned char kSessions[] = "strongroom";
  SSL_CTX_set_session_id_context(ssl, kSessions, sizeof kSessions - 1);

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
  return context;
}

}  // namespace

TlsContext::TlsContext(TlsFiles files) : files_(std::move(files)), context_(load(files_)) {}

Poco::Net::Context::Ptr TlsContext::current() const {
  const std::lock_guard lock(mutex_);
  return context_;
}

void TlsContext::reload() {
  Poco::Net::Context::Ptr fresh = load(files_);
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
