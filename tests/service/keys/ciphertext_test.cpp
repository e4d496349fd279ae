#include "service/keys/ciphertext.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace strongroom::keys {
namespace {

/// `count` bytes that count up from `first`.
Bytes counting(int first, std::size_t count) {
  Bytes bytes(count);
  std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::byte>(first++); });
  return bytes;
}

Ciphertext exampleDataKey() {
  Ciphertext example;
  example.ref = {*KeyId::parse("10111213-1415-1617-1819-1a1b1c1d1e1f"), 7};
  example.wrapped = counting(0x80, 40);
  return example;
}

SecretBytes exampleSubkey() {
  return SecretBytes(counting(0, 32));
}

Bytes sealed(const Ciphertext& ciphertext, const EncryptionContext& context) {
  Bytes blob = encodeBody(ciphertext);
  const Tag32 tag = bindingTag(exampleSubkey(), blob, context);
  blob.insert(blob.end(), tag.begin(), tag.end());
  return blob;
}

/// What Envelope does with a blob: believed only when it parses and its tag is right.
bool accepted(ByteView blob, const EncryptionContext& context) {
  const auto parsed = parseCiphertext(blob);
  return parsed &&
         equalInConstantTime(bindingTag(exampleSubkey(), parsed->body, context), parsed->tag);
}

Ciphertext exampleCbcDataKey() {
  Ciphertext example = exampleDataKey();
  example.suite = Suite::kCbcDataKey;
  example.wrapped = counting(0x80, 48);
  appendBigEndian(example.payload, std::uint16_t{32});
  return example;
}

// The constants of the next four tests were computed with Python's hmac and hashlib from
// docs/ciphertext-format.md: ciphertexts are stored for years, and none of this may ever change.

TEST(CiphertextTest, HasExactlyTheDocumentedLayout) {
  EXPECT_EQ(toHex(encodeBody(exampleDataKey())),
            "01"                                // format version
            "01"                                // suite
            "101112131415161718191a1b1c1d1e1f"  // key id
            "00000007"                          // key version
            "0028"                              // length of the wrapped key
            "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7");
}

TEST(CiphertextTest, TheTagOfAnEmptyContextIsAsDocumented) {
  EXPECT_EQ(toHex(bindingTag(exampleSubkey(), encodeBody(exampleDataKey()), {})),
            "ad7009f264fa012526c4493239c53668d0e6498c3ff20cf1e10211bf218830d1");
}

TEST(CiphertextTest, TheTagOfAContextAndAPayloadIsAsDocumented) {
  EXPECT_EQ(toHex(bindingTag(exampleSubkey(), encodeBody(exampleDataKey()),
                             {{"bucket", "photos"}, {"a", "bc"}, {"Ünï", ""}})),
            "ffa1bd6f7140c4838a23f319486af30ae8e682ce99a6c38f8bdaca748da1cf04");
  Ciphertext message = exampleDataKey();
  message.suite = Suite::kMessage;
  message.payload = Bytes(17);
  EXPECT_EQ(toHex(bindingTag(exampleSubkey(), encodeBody(message), {{"a", "bc"}})),
            "895d153dee45a30101be2035bd7667875278f5df55ba0db32227bedb391095ad");
}

TEST(CiphertextTest, ThoseWrappedByCbcAreAsDocumented) {
  const Bytes body = encodeBody(exampleCbcDataKey());
  EXPECT_EQ(toHex(body),
            "0104101112131415161718191a1b1c1d1e1f000000070030"
            "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
            "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf0020");
  EXPECT_EQ(toHex(bindingTag(exampleSubkey(), body, {})),
            "35c3bf6295a7c81f35af113af4098ff440eaae285b190dd880a8265a01e70f6f");
  Ciphertext message = exampleCbcDataKey();
  message.suite = Suite::kCbcMessage;
  message.payload = Bytes(17);
  EXPECT_EQ(toHex(bindingTag(exampleSubkey(), encodeBody(message), {{"a", "bc"}})),
            "dd7461df14643baec117ce945f41e8f17be97573cbbd736b80a7b59c9316064d");
}

TEST(CiphertextTest, ADataKeyOf32BytesTakes96BytesAnd106WrappedByCbc) {
  EXPECT_EQ(sealed(exampleDataKey(), {{"bucket", "photos"}}).size(), 96U);
  EXPECT_EQ(sealed(exampleCbcDataKey(), {{"bucket", "photos"}}).size(), 106U);
}

TEST(CiphertextTest, ASuiteIsChosenByMethodAndLengthAndTellsBoth) {
  using enum hsm::WrapMethod;
  EXPECT_EQ(dataKeySuite(kAesKeyWrap, 32), Suite::kDataKey);
  EXPECT_EQ(dataKeySuite(kAesKeyWrap, 31), Suite::kShortDataKey);
  EXPECT_EQ(dataKeySuite(kAesCbcPad, 32), Suite::kCbcDataKey);
  EXPECT_EQ(dataKeySuite(kAesCbcPad, 31), Suite::kCbcDataKey);
  for (const Suite suite : {Suite::kDataKey, Suite::kShortDataKey, Suite::kMessage}) {
    EXPECT_EQ(wrapMethodOf(suite), kAesKeyWrap);
  }
  for (const Suite suite : {Suite::kCbcDataKey, Suite::kCbcMessage}) {
    EXPECT_EQ(wrapMethodOf(suite), kAesCbcPad);
  }
  EXPECT_EQ(messageSuite(kAesKeyWrap), Suite::kMessage);
  EXPECT_EQ(messageSuite(kAesCbcPad), Suite::kCbcMessage);
}

TEST(CiphertextTest, EverySuiteSurvivesTheRoundTrip) {
  const struct {
    Suite suite;
    std::size_t wrapped, payload;
  } shapes[] = {{Suite::kDataKey, 24, 0},      {Suite::kDataKey, 1032, 0},
                {Suite::kShortDataKey, 24, 2}, {Suite::kShortDataKey, 1032, 2},
                {Suite::kMessage, 40, 1 + 16}, {Suite::kMessage, 40, 4096 + 16},
                {Suite::kCbcMessage, 48, 17},  {Suite::kCbcMessage, 48, 4096 + 16}};
  for (const auto& shape : shapes) {
    Ciphertext original = exampleDataKey();
    original.suite = shape.suite;
    original.ref.version = 0xfedcba98;
    original.wrapped = counting(1, shape.wrapped);
    original.payload = counting(2, shape.payload);
    if (shape.suite == Suite::kShortDataKey) {
      original.payload.clear();
      appendBigEndian(original.payload, static_cast<std::uint16_t>(shape.wrapped - 8 - 1));
    }
    const Bytes blob = sealed(original, {});
    EXPECT_LE(blob.size(), 6144U);
    const auto parsed = parseCiphertext(blob);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->parts.suite, original.suite);
    EXPECT_EQ(parsed->parts.ref, original.ref);
    EXPECT_EQ(parsed->parts.wrapped, original.wrapped);
    EXPECT_EQ(parsed->parts.payload, original.payload);
    EXPECT_EQ(parsed->body, encodeBody(original));
    EXPECT_TRUE(accepted(blob, {}));
  }
}

TEST(CiphertextTest, LengthsThatNoSuiteMakesAreRefused) {
  const struct {
    Suite suite;
    std::size_t wrapped, payload;
  } shapes[] = {
      {Suite::kDataKey, 16, 0},      {Suite::kDataKey, 41, 0},      {Suite::kDataKey, 1040, 0},
      {Suite::kDataKey, 40, 1},      {Suite::kShortDataKey, 16, 2}, {Suite::kShortDataKey, 24, 0},
      {Suite::kShortDataKey, 24, 3}, {Suite::kMessage, 40, 0},      {Suite::kMessage, 40, 16},
      {Suite::kMessage, 40, 4113},   {Suite::kMessage, 32, 17},     {Suite::kCbcMessage, 40, 17},
      {Suite::kCbcMessage, 64, 17},  {Suite::kCbcMessage, 48, 16},  {Suite::kCbcDataKey, 48, 0},
      {Suite::kCbcDataKey, 48, 3}};
  for (const auto& shape : shapes) {
    Ciphertext ciphertext = exampleDataKey();
    ciphertext.suite = shape.suite;
    ciphertext.wrapped.resize(shape.wrapped);
    ciphertext.payload.resize(shape.payload);
    EXPECT_FALSE(parseCiphertext(sealed(ciphertext, {})))
        << static_cast<int>(shape.suite) << ' ' << shape.wrapped << ' ' << shape.payload;
  }
}

TEST(CiphertextTest, AShortDataKeyIsCutFromTheNextLengthThatKeyWrapTakes) {
  const struct {
    std::size_t wrapped;
    std::uint16_t bytes;
    bool possible;
  } shapes[] = {{24, 0, false},      {24, 1, true},       {24, 15, true},     {24, 16, false},
                {24, 17, false},     {32, 15, false},     {32, 16, false},    {32, 17, true},
                {32, 23, true},      {32, 24, false},     {1032, 1023, true}, {1032, 1024, false},
                {1032, 1025, false}, {1032, 1016, false}, {24, 65535, false}};
  for (const auto& shape : shapes) {
    Ciphertext ciphertext = exampleDataKey();
    ciphertext.suite = Suite::kShortDataKey;
    ciphertext.wrapped.resize(shape.wrapped);
    appendBigEndian(ciphertext.payload, shape.bytes);
    EXPECT_EQ(parseCiphertext(sealed(ciphertext, {})).has_value(), shape.possible)
        << shape.bytes << " of " << shape.wrapped;
  }
}

TEST(CiphertextTest, ADataKeyWrappedByCbcHasTheSizeOfItsRecordedLength) {
  const struct {
    std::size_t wrapped;
    std::uint16_t bytes;
    bool possible;
  } shapes[] = {{32, 0, false},     {32, 1, true},       {32, 16, true},      {32, 24, true},
                {32, 25, false},    {48, 24, false},     {48, 25, true},      {48, 32, true},
                {48, 40, true},     {48, 41, false},     {1024, 1016, true},  {1040, 1017, true},
                {1040, 1024, true}, {1040, 1025, false}, {1040, 1030, false}, {40, 24, false}};
  for (const auto& shape : shapes) {
    Ciphertext ciphertext = exampleCbcDataKey();
    ciphertext.wrapped.resize(shape.wrapped);
    ciphertext.payload.clear();
    appendBigEndian(ciphertext.payload, shape.bytes);
    EXPECT_EQ(parseCiphertext(sealed(ciphertext, {})).has_value(), shape.possible)
        << shape.bytes << " of " << shape.wrapped;
  }
}

TEST(CiphertextTest, OtherFormatsSuitesAndVersionZeroAreRefused) {
  const Bytes good = sealed(exampleDataKey(), {});
  const auto with = [&](std::size_t at, int value) {
    Bytes blob = good;
    blob[at] = static_cast<std::byte>(value);
    return blob;
  };
  ASSERT_TRUE(parseCiphertext(good));
  for (const int format : {0, 2, 255}) EXPECT_FALSE(parseCiphertext(with(0, format)));
  for (const int suite : {0, 4, 5, 6, 255}) EXPECT_FALSE(parseCiphertext(with(1, suite)));
  EXPECT_FALSE(parseCiphertext(with(21, 0)));  // version 7 becomes 0
}

TEST(CiphertextTest, EveryTruncationIsRefused) {
  Ciphertext message = exampleDataKey();
  message.suite = Suite::kMessage;
  message.payload = counting(5, 40);
  for (const Ciphertext& original : {exampleDataKey(), message, exampleCbcDataKey()}) {
    const Bytes blob = sealed(original, {{"a", "bc"}});
    ASSERT_TRUE(accepted(blob, {{"a", "bc"}}));
    for (std::size_t size = 0; size < blob.size(); ++size) {
      const Bytes shorter(blob.begin(), blob.begin() + size);  // exact, for the sanitizers
      EXPECT_FALSE(accepted(shorter, {{"a", "bc"}})) << size;
    }
    Bytes longer = blob;
    longer.push_back(std::byte{0});
    EXPECT_FALSE(accepted(longer, {{"a", "bc"}}));
  }
}

TEST(CiphertextTest, EveryFlippedBitIsRefused) {
  Ciphertext message = exampleDataKey();
  message.suite = Suite::kMessage;
  message.payload = counting(5, 40);
  for (const Ciphertext& original : {exampleDataKey(), message, exampleCbcDataKey()}) {
    const Bytes blob = sealed(original, {{"a", "bc"}});
    for (std::size_t bit = 0; bit < blob.size() * 8; ++bit) {
      Bytes flipped = blob;
      flipped[bit / 8] ^= std::byte{1} << (bit % 8);
      EXPECT_FALSE(accepted(flipped, {{"a", "bc"}})) << "bit " << bit;
    }
  }
}

TEST(CiphertextTest, ContextsThatReadAlikeWhenJoinedAreTold) {
  const EncryptionContext contexts[] = {
      {},
      {{"a", "bc"}},
      {{"ab", "c"}},
      {{"abc", ""}},
      {{"", "abc"}},
      {{"a", "b"}, {"c", ""}},
      {{"a", ""}, {"b", "c"}},
      {{"A", "bc"}},
      {{"a", "bc"}, {"", ""}},
  };
  const Bytes body = encodeBody(exampleDataKey());
  std::vector<Tag32> tags;
  for (const auto& context : contexts) tags.push_back(bindingTag(exampleSubkey(), body, context));
  std::sort(tags.begin(), tags.end());
  EXPECT_EQ(std::adjacent_find(tags.begin(), tags.end()), tags.end());
}

TEST(CiphertextTest, AnotherSubkeyGivesAnotherTag) {
  const Bytes body = encodeBody(exampleDataKey());
  EXPECT_NE(bindingTag(SecretBytes(32), body, {}), bindingTag(exampleSubkey(), body, {}));
}

Bytes asByteVector(const std::vector<std::uint8_t>& raw) {
  Bytes bytes(raw.size());
  std::transform(raw.begin(), raw.end(), bytes.begin(), [](auto b) { return std::byte{b}; });
  return bytes;
}

RC_GTEST_PROP(CiphertextProperty, AnyBytesAreSurvived, (const std::vector<std::uint8_t>& raw)) {
  const Bytes blob = asByteVector(raw);
  RC_ASSERT(!accepted(blob, {}));
}

RC_GTEST_PROP(CiphertextProperty, WhatParsesIsEncodedBackToTheSameBytes,
              (const std::vector<std::uint8_t>& raw)) {
  // A plausible fixed part and lengths that often fit, so that the parser gets past them.
  const auto wrapped = *rc::gen::element<std::uint16_t>(0, 16, 24, 40, 47, 48, 1032);
  const auto payload = *rc::gen::element<std::size_t>(0, 2, 16, 17, 100);
  Bytes blob{kCiphertextFormat, std::byte(*rc::gen::inRange(1, 6))};
  blob.resize(22, std::byte{3});
  appendBigEndian(blob, wrapped);
  const Bytes filling = asByteVector(raw);
  blob.insert(blob.end(), filling.begin(), filling.end());
  blob.resize(24 + wrapped + payload + kTagBytes);
  const auto parsed = parseCiphertext(blob);
  RC_CLASSIFY(parsed.has_value(), "parsed");
  if (!parsed) return;
  Bytes again = encodeBody(parsed->parts);
  RC_ASSERT(again == parsed->body);
  again.insert(again.end(), parsed->tag.begin(), parsed->tag.end());
  RC_ASSERT(again == blob);
}

RC_GTEST_PROP(CiphertextProperty, OnlyTheSameContextIsAccepted,
              (const EncryptionContext& made, const EncryptionContext& given)) {
  const Bytes blob = sealed(exampleDataKey(), made);
  RC_ASSERT(accepted(blob, made));
  RC_ASSERT(accepted(blob, given) == (made == given));
}

}  // namespace
}  // namespace strongroom::keys
