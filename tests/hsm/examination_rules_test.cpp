#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "hsm/examination.h"
#include "hsm/pkcs11/examination/child.h"
#include "hsm/pkcs11/examination/exercises.h"
#include "hsm/pkcs11/examination/message.h"

namespace strongroom::hsm {
namespace {

using pkcs11::examination::Message;
using pkcs11::examination::Outbox;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// An examination in which everything works and no attack does.
Examination spotless() {
  Examination examination;
  for (const Part& part : parts()) {
    Finding& finding = examination.findings.emplace_back();
    finding.id = part.id;
    const bool attack = part.kind == PartKind::kAttack || part.kind == PartKind::kNuisance;
    finding.outcome = attack ? Outcome::kRefused : Outcome::kWorks;
  }
  return examination;
}

Finding& findingOf(Examination& examination, std::string_view id) {
  return *std::ranges::find(examination.findings, id, &Finding::id);
}

TEST(ExaminationTest, ATokenOfWhichEverythingWorksIsFit) {
  EXPECT_EQ(verdictOf(spotless()), Verdict::kFit);
  EXPECT_THAT(missing(spotless()), IsEmpty());
  EXPECT_THAT(dangersOf(spotless()), IsEmpty());
}

TEST(ExaminationTest, EveryNeededPartIsMissedByNameWhenItFails) {
  for (const Part& part : parts()) {
    if (part.kind != PartKind::kNeeded) continue;
    Examination examination = spotless();
    Finding& finding = findingOf(examination, part.id);
    finding.outcome = Outcome::kRefused;
    finding.calls = {{"C_GenerateKey", "CKM_AES_KEY_GEN", "CKR_FUNCTION_NOT_SUPPORTED"}};
    EXPECT_EQ(verdictOf(examination), Verdict::kUnfit) << part.id;
    EXPECT_THAT(
        missing(examination),
        ElementsAre(std::string(part.title) + ": refused (C_GenerateKey (CKM_AES_KEY_GEN) answered "
                                              "CKR_FUNCTION_NOT_SUPPORTED)"));
  }
}

TEST(ExaminationTest, AesCbcPadIsTheAlternativeToAesKeyWrap) {
  Examination examination = spotless();
  findingOf(examination, "wrap-aes-key-wrap").outcome = Outcome::kRefused;
  EXPECT_EQ(verdictOf(examination), Verdict::kFitWithAlternative);
  findingOf(examination, "wrap-aes-cbc-pad").outcome = Outcome::kWrong;
  EXPECT_EQ(verdictOf(examination), Verdict::kUnfit);
  EXPECT_THAT(missing(examination), SizeIs(2));
}

TEST(ExaminationTest, APaddedKeyWrapIsNoAlternative) {
  Examination examination = spotless();
  findingOf(examination, "wrap-aes-key-wrap").outcome = Outcome::kRefused;
  findingOf(examination, "wrap-aes-cbc-pad").outcome = Outcome::kRefused;
  EXPECT_EQ(verdictOf(examination), Verdict::kUnfit);
}

TEST(ExaminationTest, EveryAttackThatWorksIsAGraveDangerAndANuisanceIsNone) {
  for (const Part& part : parts()) {
    if (part.kind != PartKind::kAttack && part.kind != PartKind::kNuisance) continue;
    Examination examination = spotless();
    findingOf(examination, part.id).outcome = Outcome::kAllowed;
    const bool grave = part.kind == PartKind::kAttack;
    EXPECT_EQ(verdictOf(examination), grave ? Verdict::kUnsafe : Verdict::kFit) << part.id;
    ASSERT_THAT(dangersOf(examination), SizeIs(1)) << part.id;
    EXPECT_EQ(dangersOf(examination).front().grave, grave) << part.id;
    EXPECT_THAT(dangersOf(examination).front().what, HasSubstr(std::string(part.title)));
  }
}

TEST(ExaminationTest, KeyWrapThatTakesATamperedKeyIsAGraveDanger) {
  Examination examination = spotless();
  examination.observations = {{"tampered-wrapped-key", "CKR_OK"}};
  ASSERT_THAT(dangersOf(examination), SizeIs(1));
  EXPECT_TRUE(dangersOf(examination).front().grave);
  // AES-CBC-PAD authenticates nothing, and nobody expects it to.
  findingOf(examination, "wrap-aes-key-wrap").outcome = Outcome::kRefused;
  EXPECT_THAT(dangersOf(examination), IsEmpty());
}

TEST(ExaminationTest, TheGravestDangersComeFirst) {
  Examination examination = spotless();
  examination.leftBehind = 2;
  examination.dangers = {{"grave", "", true}};
  ASSERT_THAT(dangersOf(examination), SizeIs(2));
  EXPECT_EQ(dangersOf(examination).front().what, "grave");
}

TEST(ExaminationTest, AQuirkIsWhatTheStandardHasOtherwise) {
  EXPECT_TRUE(isQuirk({"tampered-wrapped-key", "CKR_GENERAL_ERROR"}));
  EXPECT_FALSE(isQuirk({"tampered-wrapped-key", "CKR_WRAPPED_KEY_INVALID"}));
  EXPECT_FALSE(isQuirk({"session-limit", "1024"}));
}

TEST(ExaminationTest, EveryPartHasItsExerciseInTheSameOrder) {
  const auto exercises = pkcs11::examination::allExercises();
  ASSERT_EQ(exercises.size(), parts().size());
  for (std::size_t i = 0; i < exercises.size(); ++i) EXPECT_EQ(exercises[i].id, parts()[i].id);
}

TEST(MessageReaderTest, PutsMessagesTogetherFromSingleBytes) {
  const std::vector<Message> sent{{"finding", "", std::string("\0\n", 2)}, {}, {"done"}};
  std::string bytes;
  for (const Message& message : sent) bytes += pkcs11::examination::encode(message);
  pkcs11::examination::MessageReader reader;
  std::vector<Message> received;
  for (const char byte : bytes) {
    reader.append({&byte, 1});
    while (const auto message = reader.next()) received.push_back(*message);
  }
  EXPECT_EQ(received, sent);
}

TEST(MessageReaderTest, RefusesWhatAModuleWroteIntoThePipe) {
  pkcs11::examination::MessageReader reader;
  reader.append("ERROR: cannot read configuration");
  EXPECT_THROW(reader.next(), std::runtime_error);
}

constexpr std::chrono::seconds kPatience{1};

TEST(ChildTest, TellsItsParentUntilItEnds) {
  std::vector<Message> received;
  const auto end = pkcs11::examination::runChild(
      [](Outbox& outbox) {
        outbox.send({"one"});
        outbox.send({"two"});
      },
      kPatience,
      [&](const Message& message) {
        received.push_back(message);
        return true;
      });
  EXPECT_THAT(received, ElementsAre(Message{"one"}, Message{"two"}));
  EXPECT_FALSE(end.hung);
  EXPECT_EQ(end.signal, 0);
}

TEST(ChildTest, ItsCrashIsToldByItsSignalAndKeepsWhatItSaidBefore) {
  std::vector<Message> received;
  const auto end = pkcs11::examination::runChild(
      [](Outbox& outbox) {
        outbox.send({"one"});
        std::signal(SIGABRT, SIG_DFL);
        std::raise(SIGABRT);
      },
      kPatience,
      [&](const Message& message) {
        received.push_back(message);
        return true;
      });
  EXPECT_THAT(received, ElementsAre(Message{"one"}));
  EXPECT_EQ(end.signal, SIGABRT);
}

TEST(ChildTest, IsKilledWhenItSaysNothingForTooLong) {
  const auto end = pkcs11::examination::runChild(
      [](Outbox&) {
        for (;;) ::pause();
      },
      kPatience, [](const Message&) { return true; });
  EXPECT_TRUE(end.hung);
  EXPECT_EQ(end.signal, SIGKILL);
}

TEST(ChildTest, WhatItPrintsGoesNowhere) {
  ::testing::internal::CaptureStdout();
  pkcs11::examination::runChild([](Outbox&) { EXPECT_GT(::write(STDOUT_FILENO, "noise", 5), 0); },
                                kPatience, [](const Message&) { return true; });
  EXPECT_THAT(::testing::internal::GetCapturedStdout(), IsEmpty());
}

}  // namespace
}  // namespace strongroom::hsm
