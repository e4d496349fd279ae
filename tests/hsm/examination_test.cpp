#include "hsm/examination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>

#include "hsm/pkcs11/session.h"
#include "hsm/pkcs11/templates.h"
#include "hsm/pkcs11/token_finder.h"
#include "tests/support/hsm_assertions.h"
#include "tests/support/test_token.h"

namespace strongroom::testing {
namespace {

using hsm::Examination;
using hsm::Outcome;
using hsm::PartKind;
using hsm::Verdict;
using hsm::pkcs11::Template;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const hsm::ExaminationOptions kQuick{
    .speed = false, .patience = std::chrono::seconds(20), .progress = {}};

/// A logged-in session of the test's own, in a module that is loaded no longer than it lasts: an
/// examination loads its own, in another process.
class Visit {
 public:
  explicit Visit(const TestToken& token) : module_(token.module()) {
    const auto found = hsm::pkcs11::findToken(module_, token.options().token);
    session_.emplace(module_, found->slot);
    SecretBytes pin = token.pin().clone();
    session_->invoke(hsm::pkcs11::kLogin, static_cast<CK_USER_TYPE>(CKU_USER),
                     reinterpret_cast<CK_UTF8CHAR*>(pin.exposeWritable().data()),
                     static_cast<CK_ULONG>(pin.size()));
  }

  void generate(Template attributes) {
    CK_MECHANISM mechanism{CKM_AES_KEY_GEN, nullptr, 0};
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    session_->invoke(hsm::pkcs11::kGenerateKey, &mechanism, attributes.data(), attributes.size(),
                     &key);
  }

  /// The labels of all objects, whatever they are.
  std::vector<std::string> labels() {
    session_->invoke(hsm::pkcs11::kFindObjectsInit, static_cast<CK_ATTRIBUTE*>(nullptr),
                     CK_ULONG{0});
    std::vector<CK_OBJECT_HANDLE> objects(1000);
    CK_ULONG count = 0;
    session_->invoke(hsm::pkcs11::kFindObjects, objects.data(),
                     static_cast<CK_ULONG>(objects.size()), &count);
    session_->invoke(hsm::pkcs11::kFindObjectsFinal);
    objects.resize(count);
    std::vector<std::string> labels;
    for (const CK_OBJECT_HANDLE object : objects) {
      std::array<char, 128> text{};
      CK_ATTRIBUTE label{CKA_LABEL, text.data(), text.size()};
      session_->invoke(hsm::pkcs11::kGetAttributeValue, object, &label, CK_ULONG{1});
      labels.emplace_back(text.data(), label.ulValueLen);
    }
    std::ranges::sort(labels);
    return labels;
  }

 private:
  hsm::pkcs11::Module module_;
  std::optional<hsm::pkcs11::Session> session_;
};

/// A key as ours are, but for one attribute.
Template cmkBut(CK_ATTRIBUTE_TYPE type, bool value, const std::string& label, ByteView id) {
  Template attributes;
  for (const auto& promise : hsm::pkcs11::cmkPromises()) {
    if (promise.when != hsm::pkcs11::Promise::When::kAsked) continue;
    if (promise.kind == hsm::pkcs11::Promise::Kind::kUlong) {
      attributes.ulong(promise.type, promise.value);
    } else {
      attributes.boolean(promise.type, promise.type == type ? value : promise.value == CK_TRUE);
    }
  }
  return attributes.text(CKA_LABEL, label).bytes(CKA_ID, id);
}

class ExaminationOfSoftHsmTest : public ::testing::Test {
 protected:
  Examination examine(const hsm::ExaminationOptions& options = kQuick) {
    return hsm::examineToken(token_.options(), token_.pin(), options);
  }

  TestToken token_;
};

TEST_F(ExaminationOfSoftHsmTest, FindsItFitAndTellsWhatItIs) {
  const Examination examination = examine();
  EXPECT_EQ(hsm::verdictOf(examination), Verdict::kFit);
  EXPECT_THAT(hsm::dangersOf(examination), IsEmpty());
  EXPECT_EQ(examination.token.serial, token_.description().serial);
  EXPECT_EQ(examination.cryptoki, "2.40");
  EXPECT_THAT(examination.tokenFlags, Contains("CKF_LOGIN_REQUIRED"));
  EXPECT_THAT(examination.allMechanisms, Contains("CKM_AES_KEY_WRAP"));
  EXPECT_THAT(examination.speeds, IsEmpty());
}

TEST_F(ExaminationOfSoftHsmTest, TriesEveryAttackAndSeesEachRefused) {
  const Examination examination = examine();
  for (const hsm::Part& part : hsm::parts()) {
    if (part.kind != PartKind::kAttack && part.kind != PartKind::kNuisance) continue;
    const hsm::Finding* finding = examination.find(part.id);
    ASSERT_NE(finding, nullptr) << part.id;
    EXPECT_EQ(finding->outcome, Outcome::kRefused) << part.id << ": " << finding->detail;
    EXPECT_THAT(finding->calls, Not(IsEmpty())) << part.id;
  }
  const auto refusalOf = [&](std::string_view id) {
    return examination.find(id)->calls.back().result;
  };
  EXPECT_EQ(refusalOf("attack-read"), "CKR_ATTRIBUTE_SENSITIVE");
  EXPECT_EQ(refusalOf("attack-set-decrypt"), "CKR_ACTION_PROHIBITED");
  EXPECT_EQ(refusalOf("attack-wrap"), "CKR_KEY_UNEXTRACTABLE");
  EXPECT_EQ(refusalOf("attack-decrypt"), "CKR_KEY_FUNCTION_NOT_PERMITTED");
}

TEST_F(ExaminationOfSoftHsmTest, SeesItsQuirks) {
  const Examination examination = examine();
  EXPECT_EQ(examination.seen("allowed-mechanisms"), "enforced");
  EXPECT_EQ(examination.seen("local"), "true");
  EXPECT_EQ(examination.seen("default-extractable"), "false");
  EXPECT_EQ(examination.seen("tampered-wrapped-key"), "CKR_GENERAL_ERROR");
  EXPECT_EQ(examination.seen("key-wrap-pad"), "RFC 5649, length lost");
  EXPECT_EQ(examination.seen("mechanism-info"), "over what is in memory");
  EXPECT_THAT(std::string(examination.seen("unwrap-template")), HasSubstr("CKA_EXTRACTABLE"));
}

TEST_F(ExaminationOfSoftHsmTest, LeavesTheTokenAsItWas) {
  Visit(token_).generate(cmkBut(CKA_WRAP, true, "somebody else's", asBytes("id")));
  const auto before = Visit(token_).labels();
  ASSERT_THAT(before, SizeIs(2));
  EXPECT_EQ(examine({.speed = true, .speedTime = std::chrono::milliseconds(20), .progress = {}})
                .leftBehind,
            0);
  EXPECT_EQ(Visit(token_).labels(), before);
}

TEST_F(ExaminationOfSoftHsmTest, DestroysWhatAKilledExaminationLeft) {
  const auto before = Visit(token_).labels();
  Visit(token_).generate(
      cmkBut(CKA_WRAP, true, "strongroom/doctor/1/1", asBytes("strongroom/doctor/1/1")));
  examine();
  EXPECT_EQ(Visit(token_).labels(), before);
}

TEST_F(ExaminationOfSoftHsmTest, MeasuresEveryOperation) {
  const Examination examination =
      examine({.speed = true, .speedTime = std::chrono::milliseconds(20), .progress = {}});
  EXPECT_THAT(examination.speeds, SizeIs(6));
  for (const hsm::Speed& speed : examination.speeds) {
    EXPECT_GT(speed.perSecond, 0) << speed.operation;
    EXPECT_LE(speed.median, speed.percentile99) << speed.operation;
  }
}

TEST_F(ExaminationOfSoftHsmTest, AKeyThatWrapsAndDecryptsIsADanger) {
  Template trap;
  trap.ulong(CKA_VALUE_LEN, 32)
      .boolean(CKA_TOKEN, true)
      .boolean(CKA_WRAP, true)
      .boolean(CKA_DECRYPT, true)
      .text(CKA_LABEL, "trap");
  Visit(token_).generate(trap);
  const auto dangers = hsm::dangersOf(examine());
  ASSERT_THAT(dangers, SizeIs(1));
  EXPECT_THAT(dangers.front().what, HasSubstr("CKA_WRAP and CKA_DECRYPT): 'trap'"));
  EXPECT_FALSE(dangers.front().grave);
}

TEST_F(ExaminationOfSoftHsmTest, ACmkThatIsWeakerThanItWasMadeIsAGraveDanger) {
  const std::array<std::byte, 20> id{
      std::byte{0x12}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
      std::byte{1}};
  Visit(token_).generate(
      cmkBut(CKA_MODIFIABLE, true, "strongroom/12000000-0000-0000-0000-000000000000/1", id));
  const auto dangers = hsm::dangersOf(examine());
  ASSERT_THAT(dangers, SizeIs(1));
  EXPECT_THAT(dangers.front().what, HasSubstr("CKA_MODIFIABLE=true: 'strongroom/12"));
  EXPECT_TRUE(dangers.front().grave);
}

TEST_F(ExaminationOfSoftHsmTest, AWrongPinIsARefusal) {
  const auto error =
      errorOf([&] { hsm::examineToken(token_.options(), SecretBytes(asBytes("wrong")), kQuick); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), hsm::ErrorCode::kPinRefused);
  EXPECT_THAT(error->what(), HasSubstr("CKR_PIN_INCORRECT"));
}

TEST_F(ExaminationOfSoftHsmTest, ATokenThatIsNotThereIsARefusal) {
  hsm::TokenOptions other = token_.options();
  other.token = {.label = "other", .serial = {}, .uri = {}};
  EXPECT_EQ(codeOf([&] { hsm::examineToken(other, token_.pin(), kQuick); }),
            hsm::ErrorCode::kTokenNotFound);
}

TEST_F(ExaminationOfSoftHsmTest, TellsItsProgress) {
  std::vector<std::string> titles;
  hsm::ExaminationOptions options = kQuick;
  options.progress = [&titles](std::string_view title) { titles.emplace_back(title); };
  examine(options);
  EXPECT_THAT(titles, SizeIs(hsm::parts().size()));
}

/// SoftHSM made bad in a way that BAD_MODULE names.
class ExaminationOfABadModuleTest : public ::testing::Test {
 protected:
  ~ExaminationOfABadModuleTest() override { ::unsetenv("BAD_MODULE"); }

  Examination examine(const char* badness, std::chrono::seconds patience) {
    ::setenv("BAD_MODULE", badness, 1);
    hsm::TokenOptions options = token_.options();
    options.module = STRONGROOM_BAD_MODULE;
    return hsm::examineToken(options, token_.pin(),
                             {.speed = false, .patience = patience, .progress = {}});
  }

  TestToken token_;
};

TEST_F(ExaminationOfABadModuleTest, ACrashIsAFindingAndTheRestIsTriedAllTheSame) {
  const auto before = Visit(token_).labels();
  const Examination examination = examine("crash", std::chrono::seconds(20));
  for (const char* id : {"attack-copy-decrypt", "attack-copy-modifiable"}) {
    EXPECT_EQ(examination.find(id)->outcome, Outcome::kCrashed) << id;
    EXPECT_THAT(examination.find(id)->detail, HasSubstr("in C_CopyObject"));
  }
  EXPECT_EQ(examination.find("attack-set-decrypt")->outcome, Outcome::kRefused);
  EXPECT_EQ(examination.find("attack-plant")->outcome, Outcome::kRefused);
  EXPECT_EQ(examination.find("inventory")->outcome, Outcome::kWorks);
  EXPECT_EQ(Visit(token_).labels(), before);
}

TEST_F(ExaminationOfABadModuleTest, ACallThatHangsCostsThePatienceAndNoMore) {
  const auto before = Visit(token_).labels();
  const auto start = std::chrono::steady_clock::now();
  const Examination examination = examine("hang", std::chrono::seconds(5));
  EXPECT_EQ(examination.find("attack-derive")->outcome, Outcome::kHung);
  EXPECT_THAT(examination.find("attack-derive")->detail, HasSubstr("in C_DeriveKey"));
  EXPECT_EQ(examination.find("attack-sign")->outcome, Outcome::kRefused);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_EQ(Visit(token_).labels(), before);
}

TEST_F(ExaminationOfABadModuleTest, AModuleThatLiesAboutItsKeysIsFoundOutByAttackingThem) {
  const Examination examination = examine("lenient", std::chrono::seconds(20));
  EXPECT_EQ(hsm::verdictOf(examination), Verdict::kUnsafe);
  EXPECT_EQ(examination.find("cmk")->outcome, Outcome::kWorks) << "its attributes read well";
  EXPECT_EQ(examination.find("attack-set-decrypt")->outcome, Outcome::kAllowed);
  EXPECT_EQ(examination.find("attack-copy-decrypt")->outcome, Outcome::kAllowed);
  EXPECT_EQ(examination.find("attack-wrap")->outcome, Outcome::kAllowed);
  EXPECT_THAT(examination.find("attack-wrap")->detail, HasSubstr("it is the CMK"));
  EXPECT_TRUE(hsm::dangersOf(examination).front().grave);
}

/// SoftHSM without the mechanisms that softhsm-config/limited.conf.in takes away.
TEST(ExaminationOfALimitedModuleTest, NamesEveryWayToWrapThatItLacks) {
  const TestToken token;
  const SoftHsmFolder limited(std::filesystem::path(STRONGROOM_SOFTHSM_CONFIG_DIR) /
                              "limited.conf.in");
  std::filesystem::remove(limited.tokens());
  std::filesystem::create_directory_symlink(token.folder().tokens(), limited.tokens());
  const Examination examination = hsm::examineToken(token.options(), token.pin(), kQuick);
  EXPECT_EQ(hsm::verdictOf(examination), Verdict::kUnfit);
  EXPECT_THAT(hsm::missing(examination),
              ElementsAre("CKM_AES_KEY_WRAP: not among the module's mechanisms",
                          "CKM_AES_CBC_PAD: there, but not to wrap and unwrap",
                          HasSubstr("wrap by AES key wrap"), HasSubstr("wrap by AES-CBC-PAD")));
}

}  // namespace
}  // namespace strongroom::testing
