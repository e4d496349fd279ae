#pragma once

#include <Poco/Net/Context.h>

#include <chrono>
#include <mutex>

#include "service/http/server.h"
#include "service/http/ticket_keys.h"

namespace strongroom::http {

/// The certificate and key that new connections get: TLS 1.2 and 1.3, forward secrecy and AEAD
/// ciphers only; sessions are resumed by tickets, across reloads too unless
/// clients show certificates. Thread-safe.
class TlsContext {
 public:
  /// Reads the files. Throws std::runtime_error that names the file and what is wrong with it.
  TlsContext(TlsFiles files, TlsVersion minimum);

  /// What a connection begun now uses; it keeps it when reload() comes in between.
  Poco::Net::Context::Ptr current() const;

  /// Reads the files again; on any error throws and changes nothing.
  void reload();

  /// When the certificate of current() ends.
  std::chrono::system_clock::time_point notAfter() const;

 private:
  Poco::Net::Context::Ptr load();

  const TlsFiles files_;
  const TlsVersion minimum_;
  TicketKeys tickets_;
  mutable std::mutex mutex_;
  Poco::Net::Context::Ptr context_;
};

}  // namespace strongroom::http
