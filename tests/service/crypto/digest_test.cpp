#include "service/crypto/digest.h"

#include <gtest/gtest.h>

namespace strongroom::crypto {
namespace {

TEST(DigestTest, Sha256OfFips180Examples) {
  EXPECT_EQ(toHex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(toHex(sha256(asBytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(DigestTest, HmacOfRfc4231Examples) {
  struct Example {
    std::string key, message, mac;
  };
  const Example examples[] = {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
  };
  for (const Example& example : examples) {
    const SecretBytes mac = hmacSha256(asBytes(example.key), {asBytes(example.message)});
    EXPECT_EQ(toHex(mac.expose()), example.mac);
  }
}

TEST(DigestTest, PiecesAreJoined) {
  const ByteView key = asBytes("Jefe");
  EXPECT_TRUE(hmacSha256(key, {asBytes("what do ya "), {}, asBytes("want for nothing?")}) ==
              hmacSha256(key, {asBytes("what do ya want for nothing?")}));
}

}  // namespace
}  // namespace strongroom::crypto
