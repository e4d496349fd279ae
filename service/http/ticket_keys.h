#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <span>

#include "hsm/secret_bytes.h"

namespace strongroom::http {

/// The keys of TLS session tickets (RFC 5077; RFC 8446, 2.2), by which a client that comes back is
/// spared most of a handshake. They never leave the process, so a stolen disk opens no recorded
/// connection; each makes tickets for an hour and opens them for one more. Thread-safe.
class TicketKeys {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::hours kMakes{1};
  static constexpr std::chrono::hours kOpens{2};  ///< counted from the key's birth, too

  /// `now` is replaced by tests.
  explicit TicketKeys(std::function<Clock::time_point()> now = Clock::now);
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  /// Has `context` use these keys; outlives it and its connections.
  void serve(SSL_CTX* context);
  /// No ticket that was given opens anything any more.
  void renew();

 private:
  static constexpr std::size_t kNameBytes = 16;
  using Name = std::array<unsigned char, kNameBytes>;

  struct Key {
    Name name{};
    SecretBytes cipher;  ///< AES-256
    SecretBytes mac;     ///< HMAC-SHA-256
    Clock::time_point born;
  };

  static int callback(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                      EVP_MAC_CTX* mac, int encrypts);
  int seal(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac);
  int open(const unsigned char* name, const unsigned char* iv, EVP_CIPHER_CTX* cipher,
           EVP_MAC_CTX* mac);
  /// Makes a key when the youngest is too old, and forgets those that open nothing any more.
  void rotate();

  const std::function<Clock::time_point()> now_;
  std::mutex mutex_;
  std::deque<Key> keys_;  ///< the youngest first
};

}  // namespace strongroom::http
