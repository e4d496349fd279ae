#include "hsm/worker/isolated_hsm.h"

#include <algorithm>

namespace strongroom::hsm::worker {
namespace {

using Outcome = Exchange::Outcome;

/// No call takes so much, and a message holds more.
constexpr std::size_t kMaxData = 32 * 1024;

[[noreturn]] void refuseLate() {
  throw Error(ErrorCode::kTokenUnavailable, "the token did not answer before the deadline");
}

[[noreturn]] void refuseLost() {
  throw Error(ErrorCode::kTokenUnavailable, "the worker process ended during the call");
}

Answer resultOf(Exchange exchange) {
  if (exchange.outcome == Outcome::kLate) refuseLate();
  if (exchange.outcome == Outcome::kLost) refuseLost();
  if (exchange.answer.error) throw *exchange.answer.error;
  return std::move(exchange.answer);
}

Bytes copy(ByteView data) {
  if (data.size() > kMaxData) {
    throw Error(ErrorCode::kFault, "a call with " + std::to_string(data.size()) + " bytes of data");
  }
  return {data.begin(), data.end()};
}

/// Refuses a secret of another length than was asked for: a worker is believed as little as that.
SecretBytes ofSize(SecretBytes secret, std::size_t size) {
  if (secret.size() == size) return secret;
  throw Error(ErrorCode::kFault, "a worker answered " + std::to_string(secret.size()) +
                                     " bytes in place of " + std::to_string(size));
}

}  // namespace

Answer IsolatedHsm::repeatable(const Request& request) {
  Exchange exchange = pool_.exchange(request);
  const bool failed = exchange.outcome == Outcome::kAnswered && exchange.answer.error &&
                      exchange.answer.replaceWorker;
  if (exchange.outcome == Outcome::kLost || failed) exchange = pool_.exchange(request);
  return resultOf(std::move(exchange));
}

Answer IsolatedHsm::once(const Request& request) {
  return resultOf(pool_.exchange(request));
}

void IsolatedHsm::generateKey(const KeyRef& ref, Deadline deadline) {
  once({.operation = Operation::kGenerateKey, .deadline = deadline, .ref = ref});
}

void IsolatedHsm::verifyKey(const KeyRef& ref, Deadline deadline) {
  repeatable({.operation = Operation::kVerifyKey, .deadline = deadline, .ref = ref});
}

void IsolatedHsm::destroyKey(const KeyRef& ref, Deadline deadline) {
  once({.operation = Operation::kDestroyKey, .deadline = deadline, .ref = ref});
}

std::vector<KeyRef> IsolatedHsm::listKeys(Deadline deadline) {
  return repeatable({.operation = Operation::kListKeys, .deadline = deadline}).refs;
}

DataKey IsolatedHsm::generateDataKey(const KeyRef& ref, std::size_t bytes, Plaintext plaintext,
                                     Deadline deadline) {
  Answer answer =
      repeatable({.operation = Operation::kGenerateDataKey,
                  .deadline = deadline,
                  .ref = ref,
                  .bytes = static_cast<std::uint32_t>(std::min<std::size_t>(bytes, UINT32_MAX)),
                  .plaintext = plaintext});
  const std::size_t expected = plaintext == Plaintext::kReturn ? bytes : 0;
  if (answer.wrapped.size() != wrappedSize(answer.method, bytes)) {
    throw Error(ErrorCode::kFault, "a worker answered a wrapped key of another length");
  }
  return {.wrapped = std::move(answer.wrapped),
          .plaintext = ofSize(std::move(answer.secret), expected),
          .method = answer.method};
}

SecretBytes IsolatedHsm::unwrapDataKey(const KeyRef& ref, WrapMethod method, ByteView wrapped,
                                       Deadline deadline) {
  Answer answer = repeatable({.operation = Operation::kUnwrapDataKey,
                              .deadline = deadline,
                              .ref = ref,
                              .method = method,
                              .data = copy(wrapped)});
  return std::move(answer.secret);
}

SecretBytes IsolatedHsm::bindingMac(ByteView message, Deadline deadline) {
  Answer answer = repeatable(
      {.operation = Operation::kBindingMac, .deadline = deadline, .data = copy(message)});
  return ofSize(std::move(answer.secret), 32);
}

void IsolatedHsm::random(std::span<std::byte> out, Deadline deadline) {
  Answer answer = repeatable(
      {.operation = Operation::kRandom,
       .deadline = deadline,
       .bytes = static_cast<std::uint32_t>(std::min<std::size_t>(out.size(), UINT32_MAX))});
  const SecretBytes random = ofSize(std::move(answer.secret), out.size());
  std::ranges::copy(random.expose(), out.begin());
}

void IsolatedHsm::probe(Deadline deadline) {
  repeatable({.operation = Operation::kProbe, .deadline = deadline});
}

Statistics IsolatedHsm::statistics() const {
  const WorkerPool::Counters counters = pool_.counters();
  Statistics result = counters.summed;
  result.workers = {.wanted = counters.wanted,
                    .serving = counters.serving,
                    .started = counters.started,
                    .residentBytes = counters.residentBytes};
  for (std::size_t i = 0; i < kReasons; ++i) {
    result.workers.ended.push_back(
        {std::string(toString(static_cast<Reason>(i))), counters.ended[i]});
  }
  return result;
}

}  // namespace strongroom::hsm::worker
