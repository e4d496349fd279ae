#include "hsm/worker/messages.h"

namespace strongroom::hsm::worker {
namespace {

constexpr std::size_t kRefBytes = sizeof(KeyId::bytes) + sizeof(KeyRef::version);
constexpr std::uint8_t kWrapMethodCount = static_cast<std::uint8_t>(WrapMethod::kAesCbcPad) + 1;
constexpr std::uint8_t kErrorCodes = static_cast<std::uint8_t>(ErrorCode::kFault) + 1;

void write(Writer& out, const KeyRef& ref) {
  out.fixed(ref.key.bytes).number(ref.version);
}

KeyRef readRef(Reader& in) {
  KeyRef ref;
  const ByteView key = in.fixed(ref.key.bytes.size());
  std::copy(key.begin(), key.end(), ref.key.bytes.begin());
  ref.version = in.number<std::uint32_t>();
  return ref;
}

void write(Writer& out, const std::optional<Error>& error) {
  out.flag(error.has_value());
  if (!error) return;
  out.number(static_cast<std::uint8_t>(error->code()))
      .number(static_cast<std::uint64_t>(error->returnValue()))
      .text(error->call())
      .text(error->what());
}

std::optional<Error> readError(Reader& in) {
  if (!in.flag()) return std::nullopt;
  const auto code = static_cast<ErrorCode>(in.below(kErrorCodes));
  const auto returnValue = in.number<std::uint64_t>();
  const std::string call = in.text();
  return Error(code, in.text(), call, static_cast<unsigned long>(returnValue));
}

void write(Writer& out, const TokenDescription& token) {
  for (const std::string* field : {&token.label, &token.serial, &token.manufacturer, &token.model,
                                   &token.firmware, &token.library}) {
    out.text(*field);
  }
  out.number(static_cast<std::uint32_t>(token.longestDataKey))
      .number(static_cast<std::uint32_t>(token.dangers.size()));
  for (const std::string& danger : token.dangers) out.text(danger);
}

TokenDescription readDescription(Reader& in) {
  TokenDescription token;
  for (std::string* field : {&token.label, &token.serial, &token.manufacturer, &token.model,
                             &token.firmware, &token.library}) {
    *field = in.text();
  }
  token.longestDataKey = in.number<std::uint32_t>();
  // Each takes four bytes at least, so that a false count ends with the message.
  for (auto left = in.number<std::uint32_t>(); left > 0; --left) {
    token.dangers.push_back(in.text());
  }
  return token;
}

/// PKCS#11 v2.40 has 68.
constexpr std::size_t kMaxFunctions = 100;

/// It becomes a metric's label.
std::string readFunctionName(Reader& in) {
  constexpr std::string_view kCharacters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
  std::string name = in.text();
  if (name.size() > 64 || name.find_first_not_of(kCharacters) != std::string::npos) {
    throw ProtocolError("a pong names no function");
  }
  return name;
}

/// The members of Statistics that are plain counts, in the order in which they are sent.
constexpr std::uint64_t Statistics::*kCounts[] = {
    &Statistics::sessionLimit,   &Statistics::sessionsOpen,
    &Statistics::sessionsLeased, &Statistics::sessionsDiscarded,
    &Statistics::leaseWaits,     &Statistics::leaseTimeouts,
    &Statistics::logins,         &Statistics::keysCached};

}  // namespace

SecretBytes encode(const Request& request) {
  Writer out;
  out.number(request.number)
      .number(static_cast<std::uint8_t>(request.operation))
      .number(static_cast<std::uint64_t>(request.deadline.time_since_epoch().count()));
  write(out, request.ref);
  out.number(request.bytes)
      .flag(request.plaintext == Plaintext::kReturn)
      .number(static_cast<std::uint8_t>(request.method))
      .bytes(request.data);
  return out.take();
}

Request decodeRequest(ByteView message) {
  Reader in(message);
  Request request;
  request.number = in.number<std::uint32_t>();
  request.operation = static_cast<Operation>(in.below(kOperations));
  request.deadline =
      Deadline(Deadline::duration(static_cast<Deadline::rep>(in.number<std::uint64_t>())));
  request.ref = readRef(in);
  request.bytes = in.number<std::uint32_t>();
  request.plaintext = in.flag() ? Plaintext::kReturn : Plaintext::kWithhold;
  request.method = static_cast<WrapMethod>(in.below(kWrapMethodCount));
  const ByteView data = in.bytes();
  request.data.assign(data.begin(), data.end());
  in.finish();
  return request;
}

SecretBytes encode(const Answer& answer) {
  Writer out;
  out.number(answer.number);
  write(out, answer.error);
  out.flag(answer.replaceWorker).bytes(answer.secret.expose()).bytes(answer.wrapped);
  out.number(static_cast<std::uint8_t>(answer.method));
  for (const KeyRef& ref : answer.refs) write(out, ref);
  return out.take();
}

Answer decodeAnswer(ByteView message) {
  Reader in(message);
  Answer answer;
  answer.number = in.number<std::uint32_t>();
  answer.error = readError(in);
  answer.replaceWorker = in.flag();
  answer.secret = SecretBytes(in.bytes());
  const ByteView wrapped = in.bytes();
  answer.wrapped.assign(wrapped.begin(), wrapped.end());
  answer.method = static_cast<WrapMethod>(in.below(kWrapMethodCount));
  answer.refs.reserve(in.left() / kRefBytes);
  while (in.left() > 0) answer.refs.push_back(readRef(in));
  return answer;
}

SecretBytes encode(const Open& open) {
  Writer out;
  out.text(open.token.module.string())
      .text(open.token.token.label)
      .text(open.token.token.serial)
      .text(open.token.token.uri)
      .number(open.token.sessions)
      .text(open.token.moduleArgument)
      .flag(open.token.allowUnsafeModule)
      .flag(open.token.pinDoubtful)
      .text(open.pin.file.string())
      .flag(open.pin.descriptor >= 0)
      .text(open.pin.credential);
  return out.take();
}

Open decodeOpen(ByteView message) {
  Reader in(message);
  Open open;
  open.token.module = in.text();
  open.token.token.label = in.text();
  open.token.token.serial = in.text();
  open.token.token.uri = in.text();
  open.token.sessions = in.number<std::uint32_t>();
  open.token.moduleArgument = in.text();
  open.token.allowUnsafeModule = in.flag();
  open.token.pinDoubtful = in.flag();
  open.pin.file = in.text();
  open.pin.descriptor = in.flag() ? 0 : -1;
  open.pin.credential = in.text();
  in.finish();
  return open;
}

SecretBytes encode(const Opened& opened) {
  Writer out;
  write(out, opened.error);
  write(out, opened.description);
  out.bytes(opened.witness.expose());
  return out.take();
}

Opened decodeOpened(ByteView message) {
  Reader in(message);
  Opened opened;
  opened.error = readError(in);
  opened.description = readDescription(in);
  opened.witness = SecretBytes(in.bytes());
  in.finish();
  return opened;
}

SecretBytes encode(const Pong& pong) {
  Writer out;
  for (const auto member : kCounts) out.number(pong.statistics.*member);
  out.real(pong.statistics.leaseWaitSeconds).number(pong.residentBytes);
  for (const CallCount& row : pong.statistics.calls) {
    out.text(row.function).number(row.calls).number(row.errors).real(row.seconds);
  }
  return out.take();
}

Pong decodePong(ByteView message) {
  Reader in(message);
  Pong pong;
  for (const auto member : kCounts) pong.statistics.*member = in.number<std::uint64_t>();
  pong.statistics.leaseWaitSeconds = in.real();
  pong.residentBytes = in.number<std::uint64_t>();
  while (in.left() > 0) {
    if (pong.statistics.calls.size() == kMaxFunctions) {
      throw ProtocolError("a pong counts more functions than PKCS#11 has");
    }
    CallCount row;
    row.function = readFunctionName(in);
    row.calls = in.number<std::uint64_t>();
    row.errors = in.number<std::uint64_t>();
    row.seconds = in.real();
    pong.statistics.calls.push_back(std::move(row));
  }
  return pong;
}

SecretBytes encode(Command command) {
  return Writer().number(static_cast<std::uint8_t>(command)).take();
}

Command decodeCommand(ByteView message) {
  Reader in(message);
  const auto command = static_cast<Command>(in.below(kCommands));
  in.finish();
  return command;
}

}  // namespace strongroom::hsm::worker
