#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace strongroom::api::aws {

/// An exception as AWS puts it on the wire.
struct WireError {
  std::string_view type;  ///< "NotFoundException"
  int status = 400;       ///< AWS sends 400 for every client error, whatever its API reference says
  std::string message = {};  ///< empty: sent without one, as AWS does for some
  std::string fault = {};    ///< for the log alone: what failed on our side
  bool capitalised = false;  ///< the text's member is "Message", as AWS spells it for errors from
                             ///< before the service
};

/// Thrown inside this dialect for what only its wire format can get wrong.
class ProtocolError : public std::runtime_error {
 public:
  enum class Kind { kValidation, kSerialization, kUnknownOperation, kUnsupportedOperation };
  ProtocolError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

/// The one place where a failure becomes an AWS exception. Server faults get a fixed text; what
/// happened goes to `fault`.
WireError toWireError(const std::exception_ptr& failure);

}  // namespace strongroom::api::aws
