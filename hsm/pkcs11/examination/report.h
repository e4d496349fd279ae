#pragma once

#include <string_view>

#include "hsm/error.h"
#include "hsm/examination.h"
#include "hsm/pkcs11/examination/child.h"

namespace strongroom::hsm::pkcs11::examination {

/// What a child tells of its examination, and how its parent takes it in: the two ends of one
/// protocol side by side.
class Report {
 public:
  explicit Report(Outbox& outbox) : outbox_(outbox) {}

  /// Before the module is touched for that part.
  void beginning(std::string_view part) { send({"beginning", std::string(part)}); }
  /// Before a PKCS#11 call, so that it can be named when it never returns.
  void calling(std::string_view function) { send({"calling", std::string(function)}); }
  void identity(const Examination& what);
  void loggedIn() { send({"logged-in"}); }
  void mechanism(const MechanismReport& mechanism);
  void finding(const Finding& finding);
  void observation(std::string_view behaviour, std::string_view seen);
  void danger(const Danger& danger);
  void speed(const Speed& speed);
  void leftBehind(std::uint64_t objects) { send({"left-behind", std::to_string(objects)}); }
  /// The token could not be opened.
  void refusal(const Error& error);
  /// The module was finalised; nothing more comes.
  void done() { send({"done"}); }

 private:
  void send(const Message& message) { outbox_.send(message); }

  Outbox& outbox_;
};

/// The parent's side: what was told, and how far the child came.
class Transcript {
 public:
  /// Adds what is told to `result`, which outlives this; calls `progress` as each part begins.
  Transcript(Examination& result, std::function<void(std::string_view)> progress)
      : result_(result), progress_(std::move(progress)) {}

  /// False when nothing more comes. Throws the hsm::Error that a refusal tells of.
  bool take(const Message& message);

  bool done() const { return done_; }
  bool loggedIn() const { return loggedIn_; }
  /// The part under way; empty between parts.
  const std::string& part() const { return part_; }
  /// The PKCS#11 call under way or last made.
  const std::string& call() const { return call_; }

 private:
  Examination& result_;
  std::function<void(std::string_view)> progress_;
  bool done_ = false;
  bool loggedIn_ = false;
  std::string part_;
  std::string call_;
};

}  // namespace strongroom::hsm::pkcs11::examination
