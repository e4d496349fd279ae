#include <algorithm>
#include <array>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "tests/contract/hsm_contract.h"
#include "tests/support/hsm_assertions.h"

namespace strongroom::testing {

using hsm::ErrorCode;
using hsm::Plaintext;

KeyRef freshRef() {
  static std::atomic<std::uint32_t> counter{0};
  const std::uint32_t number = ++counter;
  KeyRef ref;
  for (std::size_t i = 0; i < ref.key.bytes.size(); ++i) {
    ref.key.bytes[i] = static_cast<std::byte>((number >> (8 * (i % 4))) ^ (i * 17));
  }
  return ref;
}

KeyRef HsmContract::makeKey() {
  const KeyRef ref = freshRef();
  hsm_.generateKey(ref, soon());
  hsm_.verifyKey(ref, soon());
  return ref;
}

namespace {

/// Lengths of data keys that the token makes, with the extremes among them.
std::vector<std::size_t> lengthsOf(const hsm::Hsm& hsm) {
  const std::size_t longest = hsm.describe().longestDataKey;
  std::vector<std::size_t> lengths{16, 24, 32, 40, 48, 64, 104, 512, 1016};
  std::erase_if(lengths, [longest](std::size_t bytes) { return bytes >= longest; });
  lengths.push_back(longest);
  return lengths;
}

TEST_P(HsmContract, DescribesItsToken) {
  const hsm::TokenDescription description = hsm_.describe();
  EXPECT_FALSE(description.label.empty());
  EXPECT_FALSE(description.serial.empty());
  EXPECT_FALSE(description.manufacturer.empty());
}

TEST_P(HsmContract, DataKeysOfEveryLengthComeBackFromTheirWrappedForm) {
  const KeyRef ref = makeKey();
  for (const std::size_t bytes : lengthsOf(hsm_)) {
    SCOPED_TRACE(bytes);
    const hsm::DataKey key = hsm_.generateDataKey(ref, bytes, Plaintext::kReturn, soon());
    EXPECT_EQ(key.plaintext.size(), bytes);
    EXPECT_EQ(key.wrapped.size(), hsm::wrappedSize(key.method, bytes));
    const SecretBytes again = hsm_.unwrapDataKey(ref, key.method, key.wrapped, soon());
    EXPECT_TRUE(again == key.plaintext);
  }
}

TEST_P(HsmContract, DataKeysDiffer) {
  const KeyRef ref = makeKey();
  std::set<Bytes> wrapped;
  for (int i = 0; i < 50; ++i) {
    wrapped.insert(hsm_.generateDataKey(ref, 32, Plaintext::kReturn, soon()).wrapped);
  }
  EXPECT_EQ(wrapped.size(), 50U);
}

TEST_P(HsmContract, AWithheldDataKeyHasNoPlaintextAndCanBeUnwrapped) {
  const KeyRef ref = makeKey();
  for (const std::size_t bytes : lengthsOf(hsm_)) {
    SCOPED_TRACE(bytes);
    const std::uint64_t reads = callsOf(hsm_, "C_GetAttributeValue");
    const hsm::DataKey key = hsm_.generateDataKey(ref, bytes, Plaintext::kWithhold, soon());
    EXPECT_EQ(callsOf(hsm_, "C_GetAttributeValue"), reads) << "its value was read";
    EXPECT_TRUE(key.plaintext.empty());
    EXPECT_EQ(hsm_.unwrapDataKey(ref, key.method, key.wrapped, soon()).size(), bytes);
  }
}

TEST_P(HsmContract, DataKeysKeepTheirLengthWhateverTheyEndIn) {
  const KeyRef ref = makeKey();
  for (int i = 0; i < 1500; ++i) {  // so that all 256 values come by as the last byte
    const auto key = hsm_.generateDataKey(ref, 16, Plaintext::kReturn, soon());
    ASSERT_TRUE(hsm_.unwrapDataKey(ref, key.method, key.wrapped, soon()) == key.plaintext);
  }
}

TEST_P(HsmContract, DataKeysOfImpossibleLengthsAreRefused) {
  const KeyRef ref = makeKey();
  const std::size_t longest = hsm_.describe().longestDataKey;
  EXPECT_GE(longest, 32U);
  for (const std::size_t bytes :
       std::array<std::size_t, 7>{0, 1, 8, 15, 17, longest - 1, longest + 8}) {
    SCOPED_TRACE(bytes);
    EXPECT_EQ(codeOf([&] { hsm_.generateDataKey(ref, bytes, Plaintext::kReturn, soon()); }),
              ErrorCode::kFault);
  }
}

/// AES key wrap refuses what it did not wrap. CBC cannot tell; what comes back is another key then,
/// which is why no wrapped key reaches a token before its tag was checked.
::testing::AssertionResult isNotUnwrapped(hsm::Hsm& hsm, const KeyRef& ref, const hsm::DataKey& key,
                                          hsm::Deadline deadline) {
  try {
    const SecretBytes value = hsm.unwrapDataKey(ref, key.method, key.wrapped, deadline);
    if (key.method == hsm::WrapMethod::kAesKeyWrap)
      return ::testing::AssertionFailure() << "it was unwrapped";
    if (value == key.plaintext) return ::testing::AssertionFailure() << "the same key came of it";
  } catch (const hsm::Error&) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionSuccess();
}

TEST_P(HsmContract, ChangedWrappedBytesAreNotUnwrapped) {
  const KeyRef ref = makeKey();
  for (const std::size_t bytes : {std::size_t{16}, std::size_t{24}, std::size_t{32}}) {
    SCOPED_TRACE(bytes);
    hsm::DataKey key = hsm_.generateDataKey(ref, bytes, Plaintext::kReturn, soon());
    key.wrapped[key.wrapped.size() / 2] ^= std::byte{1};
    EXPECT_TRUE(isNotUnwrapped(hsm_, ref, key, soon()));
  }
}

TEST_P(HsmContract, AnotherKeysDataKeyIsNotUnwrapped) {
  const KeyRef mine = makeKey();
  const KeyRef other = makeKey();
  const hsm::DataKey key = hsm_.generateDataKey(other, 32, Plaintext::kReturn, soon());
  EXPECT_TRUE(isNotUnwrapped(hsm_, mine, key, soon()));
}

TEST_P(HsmContract, OneFailedUnwrapDoesNotSpoilTheNext) {
  const KeyRef ref = makeKey();
  const hsm::DataKey key = hsm_.generateDataKey(ref, 32, Plaintext::kReturn, soon());
  // Of a length that no method makes of a data key, and of one that each does.
  const std::array garbage{Bytes(41, std::byte{0x5a}), Bytes(key.wrapped.size(), std::byte{0x5a})};
  const hsm::DataKey made{garbage[1], key.plaintext.clone(), key.method};
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(codeOf([&] { hsm_.unwrapDataKey(ref, key.method, garbage[0], soon()); }));
    EXPECT_TRUE(isNotUnwrapped(hsm_, ref, made, soon()));
    EXPECT_TRUE(hsm_.unwrapDataKey(ref, key.method, key.wrapped, soon()) == key.plaintext);
  }
}

TEST_P(HsmContract, AKeyThatIsNotThereIsNotFound) {
  const KeyRef ref = freshRef();
  const Bytes wrapped(40);
  const auto notFound = ErrorCode::kKeyNotFound;
  EXPECT_EQ(codeOf([&] { hsm_.verifyKey(ref, soon()); }), notFound);
  EXPECT_EQ(codeOf([&] { hsm_.destroyKey(ref, soon()); }), notFound);
  EXPECT_EQ(codeOf([&] { hsm_.generateDataKey(ref, 32, Plaintext::kReturn, soon()); }), notFound);
  EXPECT_EQ(codeOf([&] { hsm_.unwrapDataKey(ref, hsm::WrapMethod::kAesKeyWrap, wrapped, soon()); }),
            notFound);
}

TEST_P(HsmContract, VersionsOfOneKeyAreKeysOfTheirOwn) {
  const KeyRef first = makeKey();
  KeyRef second = first;
  second.version = 2;
  hsm_.generateKey(second, soon());
  const hsm::DataKey key = hsm_.generateDataKey(first, 32, Plaintext::kReturn, soon());
  EXPECT_TRUE(isNotUnwrapped(hsm_, second, key, soon()));
}

TEST_P(HsmContract, ANameThatIsTakenIsNotTakenAgain) {
  const KeyRef ref = makeKey();
  const hsm::DataKey key = hsm_.generateDataKey(ref, 32, Plaintext::kReturn, soon());
  EXPECT_EQ(codeOf([&] { hsm_.generateKey(ref, soon()); }), ErrorCode::kKeyUnusable);
  EXPECT_TRUE(hsm_.unwrapDataKey(ref, key.method, key.wrapped, soon()) == key.plaintext);
  EXPECT_EQ(hsm_.listKeys(soon()).size(), 1U);
}

TEST_P(HsmContract, ListsItsKeysSortedAndNothingElse) {
  EXPECT_TRUE(hsm_.listKeys(soon()).empty()) << "the binding key is no CMK";
  std::vector<KeyRef> made{makeKey(), makeKey(), makeKey()};
  KeyRef second = made.front();
  second.version = 2;
  hsm_.generateKey(second, soon());
  made.push_back(second);
  std::ranges::sort(made);
  EXPECT_EQ(hsm_.listKeys(soon()), made);
}

TEST_P(HsmContract, ADestroyedKeyIsGone) {
  const KeyRef gone = makeKey();
  const KeyRef stays = makeKey();
  const hsm::DataKey key = hsm_.generateDataKey(gone, 32, Plaintext::kReturn, soon());
  hsm_.destroyKey(gone, soon());
  EXPECT_EQ(codeOf([&] { hsm_.unwrapDataKey(gone, key.method, key.wrapped, soon()); }),
            ErrorCode::kKeyNotFound);
  EXPECT_EQ(codeOf([&] { hsm_.destroyKey(gone, soon()); }), ErrorCode::kKeyNotFound);
  EXPECT_EQ(hsm_.listKeys(soon()), std::vector{stays});
  hsm_.verifyKey(stays, soon());
}

TEST_P(HsmContract, TheBindingMacIsStableAndDependsOnTheMessage) {
  const SecretBytes mac = hsm_.bindingMac(asBytes("message"), soon());
  EXPECT_EQ(mac.size(), 32U);
  EXPECT_TRUE(mac == hsm_.bindingMac(asBytes("message"), soon()));
  EXPECT_FALSE(mac == hsm_.bindingMac(asBytes("massage"), soon()));
  EXPECT_FALSE(mac == hsm_.bindingMac(asBytes(""), soon()));
}

TEST_P(HsmContract, TheBindingMacTakesAtMost200Bytes) {
  EXPECT_EQ(hsm_.bindingMac(Bytes(200), soon()).size(), 32U);
  EXPECT_EQ(codeOf([&] { hsm_.bindingMac(Bytes(201), soon()); }), ErrorCode::kFault);
}

TEST_P(HsmContract, RandomBytesFillTheWholeBufferAndDiffer) {
  for (const std::size_t size : {std::size_t{16}, std::size_t{1024}}) {
    Bytes first(size), second(size);
    hsm_.random(first, soon());
    hsm_.random(second, soon());
    EXPECT_NE(first, second);
    EXPECT_NE(Bytes(first.end() - 16, first.end()), Bytes(16)) << "its end was not filled";
  }
  Bytes tooMuch(1025);
  EXPECT_EQ(codeOf([&] { hsm_.random(tooMuch, soon()); }), ErrorCode::kFault);
}

TEST_P(HsmContract, ACallWhoseDeadlineHasPassedIsNotMade) {
  const KeyRef ref = makeKey();
  const auto past = hsm::deadlineIn(std::chrono::milliseconds(-1));
  const std::uint64_t generated = callsOf(hsm_, "C_GenerateKey");
  EXPECT_EQ(codeOf([&] { hsm_.generateDataKey(ref, 32, Plaintext::kReturn, past); }),
            ErrorCode::kBusy);
  EXPECT_EQ(codeOf([&] { hsm_.generateKey(freshRef(), past); }), ErrorCode::kBusy);
  EXPECT_EQ(callsOf(hsm_, "C_GenerateKey"), generated);
}

TEST_P(HsmContract, ProbesWell) {
  EXPECT_NO_THROW(hsm_.probe(soon()));
}

TEST_P(HsmContract, SixteenThreadsUseItAtOnce) {
  const std::array<KeyRef, 2> refs{makeKey(), makeKey()};
  const std::vector<std::size_t> lengths = lengthsOf(hsm_);
  const auto use = [&](std::size_t thread, std::size_t round) {
    const KeyRef& ref = refs[(round + thread) % refs.size()];
    const std::size_t bytes = lengths[round % lengths.size()];
    const auto key = hsm_.generateDataKey(ref, bytes, Plaintext::kReturn, soon());
    const auto again = hsm_.unwrapDataKey(ref, key.method, key.wrapped, soon());
    EXPECT_TRUE(again == key.plaintext);
  };
  std::vector<std::jthread> threads;
  for (std::size_t thread = 0; thread < 16; ++thread) {
    threads.emplace_back([&use, thread] {
      for (std::size_t round = 0; round < 44; ++round) {
        const auto error = errorOf([&] { use(thread, round); });
        if (error) ADD_FAILURE() << round << ": " << error->what();
      }
    });
  }
}

TEST_P(HsmContract, KeysAreMadeListedAndDestroyedBesideDataKeys) {
  const KeyRef used = makeKey();
  std::atomic<int> failures{0};
  const auto counting = [&failures](auto work) {
    return [&failures, work] {
      for (int i = 0; i < 15; ++i) {
        try {
          work();
        } catch (const hsm::Error& error) {
          ++failures;
          ADD_FAILURE() << error.what();
        }
      }
    };
  };
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back(counting([&] {
        const KeyRef ref = freshRef();
        hsm_.generateKey(ref, soon());
        hsm_.verifyKey(ref, soon());
        hsm_.destroyKey(ref, soon());
      }));
      threads.emplace_back(counting([&] { hsm_.listKeys(soon()); }));
      threads.emplace_back(
          counting([&] { hsm_.generateDataKey(used, 32, Plaintext::kReturn, soon()); }));
    }
  }
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(hsm_.listKeys(soon()), std::vector{used});
}

}  // namespace
}  // namespace strongroom::testing
