#include "service/keys/message_cipher.h"

#include <gtest/gtest.h>

#include "hsm/error.h"

namespace strongroom::keys {
namespace {

SecretBytes countingKey() {
  SecretBytes key(32);
  std::byte next{0};
  for (std::byte& b : key.exposeWritable()) {
    b = next;
    next = static_cast<std::byte>(std::to_integer<int>(next) + 1);
  }
  return key;
}

TEST(MessageCipherTest, IsAes256GcmWithAZeroNonce) {
  // Computed with Python's cryptography package.
  EXPECT_EQ(toHex(encryptMessage(countingKey(), asBytes("attack at dawn"), asBytes("header"))),
            "6fc8c1bfd647a3dc7c88cd546f4270760da3f305adedf16767055310cd78");
}

TEST(MessageCipherTest, DecryptsWhatItEncrypted) {
  for (const std::size_t size : {1U, 15U, 16U, 17U, 4096U}) {
    const std::string message(size, 'm');
    const Bytes sealed = encryptMessage(countingKey(), asBytes(message), asBytes("header"));
    EXPECT_EQ(asText(decryptMessage(countingKey(), sealed, asBytes("header")).expose()), message);
  }
}

TEST(MessageCipherTest, AnyChangeIsAFault) {
  const Bytes sealed = encryptMessage(countingKey(), asBytes("attack"), asBytes("header"));
  EXPECT_THROW(decryptMessage(countingKey(), sealed, asBytes("Header")), hsm::Error);
  EXPECT_THROW(decryptMessage(SecretBytes(32), sealed, asBytes("header")), hsm::Error);
  EXPECT_THROW(decryptMessage(countingKey(), ByteView(sealed).first(16), asBytes("header")),
               hsm::Error);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] ^= std::byte{1};
    EXPECT_THROW(decryptMessage(countingKey(), changed, asBytes("header")), hsm::Error);
  }
}

TEST(MessageCipherTest, AKeyOfAnotherLengthIsAFault) {
  EXPECT_THROW(encryptMessage(SecretBytes(16), asBytes("attack"), {}), hsm::Error);
}

}  // namespace
}  // namespace strongroom::keys
