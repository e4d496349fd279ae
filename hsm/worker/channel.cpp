#include "hsm/worker/channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "hsm/worker/wire.h"

namespace strongroom::hsm::worker {
namespace {

constexpr std::size_t kLengthBytes = 4;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// The size of a control message that carries `count` descriptors.
constexpr std::size_t controlSize(std::size_t count) {
  return CMSG_SPACE(count * sizeof(int));
}

/// What `poll` may wait, rounded up: a deadline that is less than a millisecond away is waited for.
int pollTimeout(Deadline deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

/// Whether `descriptor` is ready, or has failed, by `deadline`.
bool waitFor(int descriptor, short events, Deadline deadline) {
  while (true) {
    pollfd waiting{descriptor, events, 0};
    const int ready = ::poll(&waiting, 1, pollTimeout(deadline));
    if (ready < 0 && errno != EINTR) fail("poll");
    if (ready > 0) return true;
    if (std::chrono::steady_clock::now() >= deadline) return false;
  }
}

/// Takes `sent` bytes from the front of what is to be sent.
void passOver(msghdr& header, std::size_t sent) {
  while (header.msg_iovlen > 0 && sent >= header.msg_iov->iov_len) {
    sent -= header.msg_iov->iov_len;
    ++header.msg_iov;
    --header.msg_iovlen;
  }
  if (header.msg_iovlen == 0) return;
  header.msg_iov->iov_base = static_cast<std::byte*>(header.msg_iov->iov_base) + sent;
  header.msg_iov->iov_len -= sent;
}

}  // namespace

void Descriptor::close() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

std::pair<Descriptor, Descriptor> connectedPair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail("socketpair");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

void Channel::send(const SecretBytes& message, Deadline deadline,
                   const std::vector<int>& descriptors) {
  if (descriptors.size() > kMaxDescriptors) {
    throw std::length_error("more descriptors than a message can carry");
  }
  std::array<std::byte, kLengthBytes> length;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    length[i] = static_cast<std::byte>(message.size() >> (8 * (kLengthBytes - 1 - i)));
  }
  iovec parts[] = {{length.data(), length.size()},
                   {const_cast<std::byte*>(message.expose().data()), message.size()}};
  msghdr header{};
  header.msg_iov = parts;
  header.msg_iovlen = std::size(parts);
  alignas(cmsghdr) std::array<std::byte, controlSize(kMaxDescriptors)> control{};
  if (!descriptors.empty()) {
    header.msg_control = control.data();
    header.msg_controllen = controlSize(descriptors.size());
    cmsghdr* first = CMSG_FIRSTHDR(&header);
    first->cmsg_level = SOL_SOCKET;
    first->cmsg_type = SCM_RIGHTS;
    first->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    std::memcpy(CMSG_DATA(first), descriptors.data(), descriptors.size() * sizeof(int));
  }
  while (header.msg_iovlen > 0) {
    const ssize_t sent = ::sendmsg(descriptor(), &header, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EPIPE || errno == ECONNRESET) throw Closed();
      if (errno != EAGAIN) fail("sendmsg");
      if (!waitFor(descriptor(), POLLOUT, deadline)) throw Closed();
      continue;
    }
    header.msg_control = nullptr;  // they have gone with the first byte
    header.msg_controllen = 0;
    passOver(header, static_cast<std::size_t>(sent));
  }
}

std::optional<SecretBytes> Channel::receive(Deadline deadline, std::size_t most) {
  while (true) {
    if (auto message = takeMessage(most)) return message;
    // What is there is read also when it is late; a peer that sends byte by byte gains no time.
    if (!waitFor(descriptor(), POLLIN, deadline)) return std::nullopt;
    fill();
    if (std::chrono::steady_clock::now() >= deadline) return takeMessage(most);
  }
}

SecretBytes Channel::receive() {
  while (true) {
    if (auto message = receive(Deadline::max())) return std::move(*message);
  }
}

void Channel::fill() {
  iovec part{buffer_.exposeWritable().data() + filled_, buffer_.size() - filled_};
  alignas(cmsghdr) std::array<std::byte, controlSize(kMaxDescriptors)> control;
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (takes_ == Descriptors::kTaken) {
    header.msg_control = control.data();
    header.msg_controllen = control.size();
  }
  const ssize_t got = ::recvmsg(descriptor(), &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got == 0 || (got < 0 && errno == ECONNRESET)) throw Closed();
  if (got < 0) fail("recvmsg");
  filled_ += static_cast<std::size_t>(got);
  if (takes_ == Descriptors::kTaken) takeDescriptorsOf(header);
}

void Channel::takeDescriptorsOf(const msghdr& header) {
  auto* writable = const_cast<msghdr*>(&header);  // CMSG_NXTHDR takes no const, and reads
  for (cmsghdr* row = CMSG_FIRSTHDR(writable); row != nullptr; row = CMSG_NXTHDR(writable, row)) {
    if (row->cmsg_level != SOL_SOCKET || row->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (row->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(row) + i * sizeof number, sizeof number);
      descriptors_.emplace_back(number);
    }
  }
}

std::optional<SecretBytes> Channel::takeMessage(std::size_t most) {
  if (filled_ < kLengthBytes) return std::nullopt;
  const ByteView all = buffer_.expose().first(filled_);
  const std::size_t size = readBigEndian<std::uint32_t>(all.first(kLengthBytes));
  if (size > most) throw ProtocolError("a message is announced that is too long");
  const std::size_t whole = kLengthBytes + size;
  if (filled_ < whole) {
    makeRoomFor(whole);
    return std::nullopt;
  }
  SecretBytes message(all.subspan(kLengthBytes, size));
  // Requests and answers alternate, so that hardly ever more than one message is here.
  const auto storage = buffer_.exposeWritable();
  std::copy(storage.begin() + static_cast<std::ptrdiff_t>(whole),
            storage.begin() + static_cast<std::ptrdiff_t>(filled_), storage.begin());
  explicit_bzero(storage.data() + (filled_ - whole), whole);
  filled_ -= whole;
  if (filled_ == 0 && buffer_.size() > kMaxMessage) buffer_ = SecretBytes(kBuffer);
  return message;
}

void Channel::makeRoomFor(std::size_t whole) {
  if (filled_ < buffer_.size()) return;
  // By doubling, so that memory is given for what has come and not for what is announced.
  SecretBytes larger(std::min(whole, 2 * buffer_.size()));
  std::ranges::copy(buffer_.expose(), larger.exposeWritable().begin());
  buffer_ = std::move(larger);
}

void Channel::shutDown() noexcept {
  ::shutdown(descriptor(), SHUT_RDWR);
}

}  // namespace strongroom::hsm::worker
