#include "hsm/worker/channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

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

}  // namespace

void Descriptor::close() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

std::pair<Descriptor, Descriptor> connectedPair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail("socketpair");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

void Channel::send(const SecretBytes& message, const std::vector<int>& descriptors) {
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
    ssize_t sent = ::sendmsg(descriptor(), &header, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) throw Closed();
    if (sent < 0) fail("sendmsg");
    header.msg_control = nullptr;  // they have gone with the first byte
    header.msg_controllen = 0;
    while (header.msg_iovlen > 0 && static_cast<std::size_t>(sent) >= header.msg_iov->iov_len) {
      sent -= static_cast<ssize_t>(header.msg_iov->iov_len);
      ++header.msg_iov;
      --header.msg_iovlen;
    }
    if (header.msg_iovlen > 0) {
      header.msg_iov->iov_base = static_cast<std::byte*>(header.msg_iov->iov_base) + sent;
      header.msg_iov->iov_len -= static_cast<std::size_t>(sent);
    }
  }
}

std::optional<SecretBytes> Channel::receive(Deadline deadline) {
  while (true) {
    if (auto message = takeMessage()) return message;
    pollfd waiting{descriptor(), POLLIN, 0};
    const int ready = ::poll(&waiting, 1, pollTimeout(deadline));
    if (ready < 0 && errno != EINTR) fail("poll");
    if (ready > 0) {
      fill();
    } else if (std::chrono::steady_clock::now() >= deadline) {
      return std::nullopt;
    }
  }
}

SecretBytes Channel::receive() {
  while (true) {
    if (auto message = receive(Deadline::max())) return std::move(*message);
  }
}

bool Channel::fill() {
  iovec part{buffer_.exposeWritable().data() + filled_, buffer_.size() - filled_};
  alignas(cmsghdr) std::array<std::byte, controlSize(kMaxDescriptors)> control;
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  const ssize_t got = ::recvmsg(descriptor(), &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return false;
  if (got == 0 || (got < 0 && errno == ECONNRESET)) throw Closed();
  if (got < 0) fail("recvmsg");
  for (cmsghdr* row = CMSG_FIRSTHDR(&header); row != nullptr; row = CMSG_NXTHDR(&header, row)) {
    if (row->cmsg_level != SOL_SOCKET || row->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (row->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(row) + i * sizeof number, sizeof number);
      descriptors_.emplace_back(number);
    }
  }
  filled_ += static_cast<std::size_t>(got);
  return true;
}

std::optional<SecretBytes> Channel::takeMessage() {
  if (filled_ < kLengthBytes) return std::nullopt;
  const ByteView all = buffer_.expose().first(filled_);
  const std::size_t size = readBigEndian<std::uint32_t>(all.first(kLengthBytes));
  if (size > kMaxMessage) throw ProtocolError("a message is announced that is too long");
  const std::size_t whole = kLengthBytes + size;
  if (whole > buffer_.size()) {
    SecretBytes larger(whole);
    std::ranges::copy(all, larger.exposeWritable().begin());
    buffer_ = std::move(larger);
  }
  if (filled_ < whole) return std::nullopt;
  SecretBytes message(all.subspan(kLengthBytes, size));
  // Requests and answers alternate, so that hardly ever more than one message is here.
  const auto storage = buffer_.exposeWritable();
  std::copy(storage.begin() + static_cast<std::ptrdiff_t>(whole),
            storage.begin() + static_cast<std::ptrdiff_t>(filled_), storage.begin());
  explicit_bzero(storage.data() + (filled_ - whole), whole);
  filled_ -= whole;
  return message;
}

void Channel::shutDown() noexcept {
  ::shutdown(descriptor(), SHUT_RDWR);
}

}  // namespace strongroom::hsm::worker
