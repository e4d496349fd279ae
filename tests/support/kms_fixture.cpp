#include "tests/support/kms_fixture.h"

#include <stdlib.h>

#include <ostream>
#include <sstream>
#include <stdexcept>

namespace strongroom::testing {
namespace {

constexpr std::size_t kEverything = 100'000;

/// Memory where there is some: every commit of the store is synced.
std::filesystem::path scratchFolder() {
  const std::filesystem::path memory = "/dev/shm";
  return std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
}

hsm::Deadline soon() {
  return hsm::deadlineIn(std::chrono::seconds(10));
}

long long milliseconds(const std::optional<keys::TimePoint>& time) {
  return time ? time->time_since_epoch().count() : -1;
}

void print(std::ostream& out, const keys::KeyRecord& key) {
  out << "key " << key.id.toString() << ' ' << static_cast<int>(key.state) << ' ' << key.description
      << ' ' << key.policy << ' ' << milliseconds(key.created) << ' ' << key.currentVersion << ' '
      << milliseconds(key.deletionDate) << ' ' << key.pendingWindowDays << ' '
      << key.rotationEnabled << ' ' << key.rotationPeriodDays << ' '
      << milliseconds(key.nextRotation) << '\n';
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Refusal& refusal) {
  return out << "error code " << static_cast<int>(refusal.code) << " \"" << refusal.text << '"';
}

KmsTest::Folder::Folder() {
  std::string pattern = (scratchFolder() / "strongroom-kms-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path = pattern;
}

KmsTest::Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

KmsTest::KmsTest()
    : store_(keys::openSqliteStore(folder_.path / "metadata.db")),
      lifecycle_(*store_, tokens_, bindings_, clock_, {}, keys::ClockJumps::kBelieve),
      kms_{account_, *store_, tokens_, envelope_, lifecycle_, clock_} {}

KmsTest::~KmsTest() = default;

operations::Context KmsTest::call() {
  return {kms_, principal_, requestId_, soon()};
}

KeyId KmsTest::newKey() {
  keys::KeyRecord key;
  hsm_.random(key.id.bytes, soon());
  key.policy = R"({"Statement":[]})";
  key.created = clock_.now();
  return lifecycle_.createKey(std::move(key), {}, soon()).id;
}

KeyId KmsTest::unknownKey() {
  return *KeyId::parse("1234abcd-12ab-34cd-56ef-1234567890ab");
}

keys::KeyRecord KmsTest::record(const KeyId& key) {
  return store_->findKey(key).value();
}

void KmsTest::setState(const KeyId& key, keys::KeyState state) {
  store_->updateKey(key, [&](keys::KeyRecord& changed) {
    changed.state = state;
    if (state != keys::KeyState::kPendingDeletion) return;
    changed.pendingWindowDays = 7;
    changed.deletionDate = clock_.now() + std::chrono::days(7);
  });
}

void KmsTest::addAlias(const std::string& name, const KeyId& target) {
  const keys::Alias alias{name, target, clock_.now(), clock_.now()};
  ASSERT_TRUE(store_->createAlias(alias, [](const auto&, std::size_t) {}).value());
}

Refusal KmsTest::refusalOf(const std::function<void()>& operation) {
  const std::string before = everything();
  std::optional<Refusal> refusal;
  try {
    operation();
  } catch (const operations::Error& error) {
    refusal = {error.code(), error.what()};
  }
  EXPECT_EQ(everything(), before) << "a refusal that changed something";
  if (!refusal) {
    ADD_FAILURE() << "not refused";
    return {operations::ErrorCode::kCount, ""};
  }
  return *refusal;
}

std::uint64_t KmsTest::hsmCallsDuring(const std::function<void()>& work) const {
  // Looking is not counted: it is how everything() reads the token.
  const auto calls = [&] { return hsm_.calls() - hsm_.calls("C_FindObjects"); };
  const std::uint64_t before = calls();
  work();
  return calls() - before;
}

std::string KmsTest::everything() {
  std::ostringstream out;
  for (const keys::KeyRecord& key : store_->listKeys(std::nullopt, kEverything).entries) {
    print(out, key);
    for (const keys::Tag& tag : store_->tags(key.id)) {
      out << "  tag " << tag.key << '=' << tag.value << '\n';
    }
  }
  for (const KeyRef& ref : store_->versionsIn(keys::kFirstToken)) {
    out << "version " << ref.key.toString() << ' ' << ref.version << '\n';
  }
  for (const keys::Alias& alias : store_->listAliases(std::nullopt, "", kEverything).entries) {
    out << alias.name << " -> " << alias.target.toString() << ' ' << milliseconds(alias.created)
        << ' ' << milliseconds(alias.updated) << '\n';
  }
  for (const KeyRef& ref : hsm_.listKeys(soon())) {
    out << "object " << ref.key.toString() << ' ' << ref.version << '\n';
  }
  return out.str();
}

}  // namespace strongroom::testing
