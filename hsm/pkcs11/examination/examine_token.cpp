#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include "hsm/pkcs11/examination/examine.h"

namespace strongroom::hsm::pkcs11::examination {
namespace {

/// A module that takes down one child after another is not worth more of them.
constexpr int kMaxChildren = 10;

/// A value in memory that this process and its children share.
template <class Value>
class Shared {
 public:
  Shared()
      : memory_(::mmap(nullptr, sizeof(Value), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                       -1, 0)) {
    if (memory_ == MAP_FAILED) throw std::bad_alloc();
    new (memory_) Value();
  }
  ~Shared() { ::munmap(memory_, sizeof(Value)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  Value& operator*() { return *static_cast<Value*>(memory_); }

 private:
  void* memory_;
};

std::size_t numberOf(std::string_view part) {
  const auto row = std::ranges::find(parts(), part, &Part::id);
  return static_cast<std::size_t>(row - parts().begin());
}

/// "crashed (Segmentation fault) in C_UnwrapKey"
std::string whatHappened(const ChildEnd& end, const std::string& call) {
  std::string text = end.hung ? "hung" : "crashed";
  if (!end.hung && end.signal != 0) text += " (" + std::string(::strsignal(end.signal)) + ")";
  return call.empty() ? text : text + " in " + call;
}

/// Puts down that the module took its process with it; the number of the part to go on with.
std::size_t recordDeath(Examination& result, const Transcript& transcript, const ChildEnd& end) {
  const std::string happened = whatHappened(end, transcript.call());
  const std::size_t number = numberOf(transcript.part());
  if (number == parts().size()) {
    result.dangers.push_back({"the module " + happened + " between two parts of the examination",
                              "Report it to the module's maker.", false});
    return number;
  }
  Finding& finding = result.findings[number];
  finding.outcome = end.hung ? Outcome::kHung : Outcome::kCrashed;
  finding.detail = "the module " + happened;
  return number + 1;
}

Examination examineInChildren(const TokenOptions& token, const SecretBytes& pin,
                              const ExaminationOptions& options) {
  Examination result;
  result.module = token.module;
  for (const Part& part : parts()) result.findings.emplace_back().id = part.id;
  const auto speedTime = options.speed ? options.speedTime : std::chrono::milliseconds(0);
  Shared<Learned> learned;
  std::size_t next = 0;
  for (int children = 0; children < kMaxChildren; ++children) {
    Transcript transcript(result, options.progress);
    const ChildEnd end = runChild(
        [&](Outbox& outbox) {
          Report report(outbox);
          examine(token, pin, next, speedTime, *learned, report);
        },
        options.patience, [&](const Message& message) { return transcript.take(message); });
    if (transcript.done()) return result;
    if (!transcript.loggedIn()) {
      throw Error(ErrorCode::kUnsupported,
                  "the module " + whatHappened(end, "") +
                      " before anything could be tried: in loading, initialising or logging in");
    }
    next = recordDeath(result, transcript, end);
  }
  return result;
}

}  // namespace
}  // namespace strongroom::hsm::pkcs11::examination

namespace strongroom::hsm {

Examination examineToken(const TokenOptions& token, const SecretBytes& pin,
                         const ExaminationOptions& options) {
  return pkcs11::examination::examineInChildren(token, pin, options);
}

}  // namespace strongroom::hsm
