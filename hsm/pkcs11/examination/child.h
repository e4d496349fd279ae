#pragma once

#include <chrono>
#include <functional>

#include "hsm/pkcs11/examination/message.h"

namespace strongroom::hsm::pkcs11::examination {

/// The child's end of the pipe to its parent.
class Outbox {
 public:
  Outbox(int descriptor, std::chrono::seconds patience)
      : descriptor_(descriptor), patience_(patience) {}

  /// Throws std::runtime_error when the parent is gone. Each message gives the child as much time
  /// again: one that hangs and whose parent was killed ends by itself.
  void send(const Message& message);

 private:
  int descriptor_;
  std::chrono::seconds patience_;
};

/// How a child ended.
struct ChildEnd {
  bool hung = false;  ///< it said nothing for too long, and was killed
  int signal = 0;     ///< the signal that ended it; 0 when it ended by itself
};

/// Runs `work` in a child process whose standard streams lead nowhere, since modules write to them,
/// and hands `receive` what it sends, as it comes, until that answers false: a module may have left
/// a process behind that holds the pipe open. Kills a child that sends nothing for `patience`.
/// The child ignores SIGINT: when the parent ends by it, the child's next message fails, and it
/// cleans up as it unwinds. What `work` throws ends the child like a return.
ChildEnd runChild(const std::function<void(Outbox&)>& work, std::chrono::seconds patience,
                  const std::function<bool(const Message&)>& receive);

}  // namespace strongroom::hsm::pkcs11::examination
