#include "service/policy/document.h"

#include <gtest/gtest.h>

namespace strongroom::policy {
namespace {

TEST(PolicyDocumentTest, TakesPolicies) {
  for (const char* document :
       {R"({"Statement":[]})", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]})",
        R"({"Version":"2008-10-17","Id":"x","Statement":{"Effect":"Deny","Action":"kms:*"}})",
        " {\n\"Statement\" : [ { \"Effect\" : \"Allow\" }, { \"Effect\" : \"Deny\" } ] } "}) {
    EXPECT_EQ(defectOf(document), "") << document;
  }
}

TEST(PolicyDocumentTest, NamesWhatIsWrong) {
  constexpr const char* kNoEffect =
      "Policy contains a statement whose Effect is neither Allow nor Deny.";
  EXPECT_EQ(defectOf("{}"), "Policy has no Statement.");
  EXPECT_EQ(defectOf(R"({"statement":[]})"), "Policy has no Statement.");
  EXPECT_EQ(defectOf(R"({"Version":"2012-10-18","Statement":[]})"),
            "Policy has an unknown Version.");
  EXPECT_EQ(defectOf(R"({"Version":2012,"Statement":[]})"), "Policy has an unknown Version.");
  EXPECT_EQ(defectOf(R"({"Statement":[{"Effect":"Allow"},"x"]})"),
            "Policy contains a statement that is not an object.");
  EXPECT_EQ(defectOf(R"({"Statement":"x"})"), "Policy contains a statement that is not an object.");
  EXPECT_EQ(defectOf(R"({"Statement":[{}]})"), kNoEffect);
  EXPECT_EQ(defectOf(R"({"Statement":{"Effect":"allow"}})"), kNoEffect);
  EXPECT_EQ(defectOf(R"({"Statement":{"Effect":["Allow"]}})"), kNoEffect);
}

TEST(PolicyDocumentTest, RefusesWhatIsNoStrictJsonObject) {
  EXPECT_EQ(defectOf("[]"), "Policy is not an acceptable JSON document: it is not an object");
  EXPECT_EQ(defectOf(R"({"Statement":[],"Statement":[]})"),
            "Policy is not an acceptable JSON document: a member name occurs twice");
  for (const char* document : {"", "x", R"({"Statement":[]} x)", "{\"Statement\":[\"\xff\"]}"}) {
    EXPECT_NE(defectOf(document), "") << document;
  }
}

}  // namespace
}  // namespace strongroom::policy
