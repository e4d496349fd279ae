#include "service/http/ticket_keys.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace strongroom::http {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr int kIvBytes = 16;

// What OpenSSL wants the callback to say.
constexpr int kFailed = -1;
constexpr int kUnknown = 0;
constexpr int kUsable = 1;
constexpr int kRenew = 2;  ///< usable, and the client gets a new ticket

const unsigned char* bytesOf(const SecretBytes& secret) {
  return reinterpret_cast<const unsigned char*>(secret.expose().data());
}

SecretBytes randomKey() {
  SecretBytes key(kKeyBytes);
  auto* bytes = reinterpret_cast<unsigned char*>(key.exposeWritable().data());
  if (RAND_priv_bytes(bytes, kKeyBytes) != 1) throw std::runtime_error("RAND_priv_bytes failed");
  return key;
}

bool setMac(EVP_MAC_CTX* mac, const SecretBytes& key) {
  char digest[] = "SHA256";
  const std::array parameters{
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY,
                                        const_cast<unsigned char*>(bytesOf(key)), key.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
}

int indexInContext() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

}  // namespace

TicketKeys::TicketKeys(std::function<Clock::time_point()> now) : now_(std::move(now)) {
  rotate();
}

void TicketKeys::serve(SSL_CTX* context) {
  SSL_CTX_set_ex_data(context, indexInContext(), this);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, callback);
  // What a ticket says is no older than the keys that open it; nothing is kept on our side.
  SSL_CTX_set_timeout(context, std::chrono::seconds(kOpens).count());
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
}

void TicketKeys::renew() {
  const std::lock_guard lock(mutex_);
  keys_.clear();
  rotate();
}

int TicketKeys::callback(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                         EVP_MAC_CTX* mac, int encrypts) {
  auto* keys =
      static_cast<TicketKeys*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), indexInContext()));
  try {
    return encrypts == 1 ? keys->seal(name, iv, cipher, mac) : keys->open(name, iv, cipher, mac);
  } catch (const std::exception&) {  // no exception crosses OpenSSL
    return kFailed;
  }
}

int TicketKeys::seal(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                     EVP_MAC_CTX* mac) {
  const std::lock_guard lock(mutex_);
  rotate();
  const Key& key = keys_.front();
  std::ranges::copy(key.name, name);
  const bool done =
      RAND_bytes(iv, kIvBytes) == 1 &&
      EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, bytesOf(key.cipher), iv) == 1 &&
      setMac(mac, key.mac);
  return done ? kUsable : kFailed;
}

int TicketKeys::open(const unsigned char* name, const unsigned char* iv, EVP_CIPHER_CTX* cipher,
                     EVP_MAC_CTX* mac) {
  const std::lock_guard lock(mutex_);
  rotate();
  const auto key = std::ranges::find_if(keys_, [name](const Key& candidate) {
    return std::equal(candidate.name.begin(), candidate.name.end(), name);
  });
  if (key == keys_.end()) return kUnknown;
  const bool done =
      EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, bytesOf(key->cipher), iv) == 1 &&
      setMac(mac, key->mac);
  if (!done) return kFailed;
  return key == keys_.begin() ? kUsable : kRenew;
}

void TicketKeys::rotate() {
  const Clock::time_point now = now_();
  while (!keys_.empty() && now - keys_.back().born >= kOpens) keys_.pop_back();
  if (!keys_.empty() && now - keys_.front().born < kMakes) return;
  Key key{.cipher = randomKey(), .mac = randomKey(), .born = now};
  if (RAND_bytes(key.name.data(), kNameBytes) != 1) throw std::runtime_error("RAND_bytes failed");
  keys_.push_front(std::move(key));
}

}  // namespace strongroom::http
