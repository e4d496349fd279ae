#include "service/api/aws/members.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>

#include "service/api/aws/wire_error.h"

namespace strongroom::api::aws {
namespace {

constexpr Length kUpToFour{1, 4};
constexpr std::array<std::string_view, 2> kSpecs{"AES_256", "AES_128"};
constexpr ProtocolError::Kind kValidation = ProtocolError::Kind::kValidation;
constexpr ProtocolError::Kind kSerialization = ProtocolError::Kind::kSerialization;

/// Reads a request object as a decoder does, and returns how that is refused: "" when it is not.
std::string refusalOf(const char* json, ProtocolError::Kind kind,
                      const std::function<void(Members&)>& read) {
  rapidjson::Document document;
  document.Parse(json);
  EXPECT_TRUE(document.IsObject()) << json;
  Members members(document);
  try {
    read(members);
    members.finish();
    return "";
  } catch (const ProtocolError& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
}

std::string violationOf(const char* json, const std::function<void(Members&)>& read) {
  return refusalOf(json, kValidation, read);
}

std::string wrongTypeOf(const char* json, const std::function<void(Members&)>& read) {
  return refusalOf(json, kSerialization, read);
}

TEST(MembersTest, ReadsWhatIsThereAndIgnoresTheRest) {
  EXPECT_EQ(violationOf(R"({"KeyId":"k","Limit":7,"DryRun":true,"Unknown":[{}]})",
                        [](Members& members) {
                          EXPECT_EQ(members.requiredText("KeyId", kUpToFour), "k");
                          EXPECT_EQ(members.integer("Limit", {1, 10}), 7);
                          EXPECT_TRUE(members.flag("DryRun"));
                          EXPECT_EQ(members.text("Marker", kUpToFour), std::nullopt);
                          EXPECT_FALSE(members.has("Marker"));
                        }),
            "");
}

TEST(MembersTest, CountsNullAsAbsent) {
  EXPECT_EQ(violationOf(R"({"a":null})",
                        [](Members& members) {
                          EXPECT_FALSE(members.has("a"));
                          EXPECT_EQ(members.text("a", kUpToFour), std::nullopt);
                          EXPECT_EQ(members.integer("a", {1, 2}), std::nullopt);
                          EXPECT_FALSE(members.flag("a"));
                          EXPECT_TRUE(members.textMap("a").empty());
                          EXPECT_TRUE(members.tags("a").empty());
                        }),
            "");
}

TEST(MembersTest, NamesWhatIsMissing) {
  const std::string missing =
      "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member "
      "must "
      "not be null";
  EXPECT_EQ(violationOf("{}", [](Members& m) { m.requiredText("KeyId", kUpToFour); }), missing);
  EXPECT_EQ(violationOf(R"({"KeyId":null})", [](Members& m) { m.requiredBlob("KeyId", {}); }),
            missing);
  EXPECT_EQ(violationOf("{}", [](Members& m) { m.requiredAliasName("KeyId"); }), missing);
  EXPECT_EQ(violationOf("{}", [](Members& m) { m.requiredTags("KeyId"); }), missing);
  EXPECT_EQ(violationOf("{}",
                        [](Members& m) {
                          m.requiredTexts("KeyId", {0, 9}, {0, 9});
                        }),
            missing);
}

TEST(MembersTest, MeasuresTextInCharacters) {
  const auto read = [](Members& members) { members.text("KeyId", kUpToFour); };
  EXPECT_EQ(violationOf("{\"KeyId\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x91x\"}", read), "");
  EXPECT_EQ(violationOf(R"({"KeyId":""})", read),
            "1 validation error detected: Value '' at 'keyId' failed to satisfy constraint: Member "
            "must have length greater than or equal to 1");
  EXPECT_EQ(violationOf(R"({"KeyId":"abcde"})", read),
            "1 validation error detected: Value 'abcde' at 'keyId' failed to satisfy constraint: "
            "Member must have length less than or equal to 4");
}

TEST(MembersTest, CutsLongValuesBetweenCharacters) {
  const std::string json = R"({"KeyId":"a)" + [] {
    std::string text;
    for (int i = 0; i < 300; ++i) text += "\xc3\xa9";
    return text;
  }() + "\"}";
  const std::string violation =
      violationOf(json.c_str(), [](Members& members) { members.text("KeyId", kUpToFour); });
  const std::size_t end = violation.find("...'");
  ASSERT_NE(end, std::string::npos);
  EXPECT_EQ(violation.substr(end - 2, 2), "\xc3\xa9");
  EXPECT_LT(violation.size(), 500U);
}

TEST(MembersTest, NamesTheSetAnEnumIsFrom) {
  const auto read = [](Members& members) { members.oneOf("KeySpec", kSpecs); };
  EXPECT_EQ(violationOf(R"({"KeySpec":"aes_256"})", read),
            "1 validation error detected: Value 'aes_256' at 'keySpec' failed to satisfy "
            "constraint: Member must satisfy enum value set: [AES_256, AES_128]");
  EXPECT_EQ(violationOf(R"({"KeySpec":"AES_128"})",
                        [](Members& m) { EXPECT_EQ(m.oneOf("KeySpec", kSpecs), 1U); }),
            "");
}

TEST(MembersTest, ChecksAliasNamesAgainstTheirPattern) {
  const auto read = [](Members& members) { members.requiredAliasName("AliasName"); };
  EXPECT_EQ(violationOf(R"({"AliasName":"alias/a:B_9-/"})", read), "");
  EXPECT_EQ(violationOf(R"({"AliasName":"alias/a b"})", read),
            "1 validation error detected: Value 'alias/a b' at 'aliasName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$");
  EXPECT_EQ(violationOf(R"({"AliasName":""})", read),
            "2 validation errors detected: Value '' at 'aliasName' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1; Value '' at 'aliasName' failed to "
            "satisfy constraint: Member must satisfy regular expression pattern: "
            "^[a-zA-Z0-9:/_-]+$");
  EXPECT_NE(violationOf(("{\"AliasName\":\"alias/" + std::string(251, 'a') + "\"}").c_str(), read),
            "");
}

TEST(MembersTest, ShowsNoBlob) {
  const auto read = [](Members& members) { members.requiredBlob("Plaintext", kUpToFour); };
  EXPECT_EQ(
      violationOf(R"({"Plaintext":"aHVudGVyMg=="})", read),
      "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member "
      "must have length less than or equal to 4");
  EXPECT_EQ(
      violationOf(R"({"Plaintext":""})", read),
      "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member "
      "must have length greater than or equal to 1");
  EXPECT_EQ(wrongTypeOf(R"({"Plaintext":"hunter2"})", read),
            "Member 'plaintext' is not standard base64");
  EXPECT_EQ(violationOf(R"({"Plaintext":"Zm9v"})",
                        [](Members& m) {
                          EXPECT_EQ(asText(m.requiredBlob("Plaintext", kUpToFour).expose()), "foo");
                        }),
            "");
}

TEST(MembersTest, BoundsIntegers) {
  const auto read = [](Members& members) { members.integer("NumberOfBytes", {1, 1024}); };
  EXPECT_EQ(
      violationOf(R"({"NumberOfBytes":0})", read),
      "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy constraint: "
      "Member must have value greater than or equal to 1");
  EXPECT_EQ(violationOf(R"({"NumberOfBytes":1025})", read),
            "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy "
            "constraint: Member must have value less than or equal to 1024");
  EXPECT_EQ(
      violationOf(R"({"NumberOfBytes":-9223372036854775808})", read),
      "1 validation error detected: Value '-9223372036854775808' at 'numberOfBytes' failed to "
      "satisfy constraint: Member must have value greater than or equal to 1");
  EXPECT_EQ(violationOf(R"({"NumberOfBytes":1})", read), "");
  EXPECT_EQ(violationOf(R"({"NumberOfBytes":1024})", read), "");
}

TEST(MembersTest, NamesElementsOfListsByTheirPlaceFromOne) {
  const auto read = [](Members& members) { members.texts("TagKeys", {0, 2}, kUpToFour); };
  EXPECT_EQ(violationOf(R"({"TagKeys":["a",""]})", read),
            "1 validation error detected: Value '' at 'tagKeys.2.member' failed to satisfy "
            "constraint: Member must have length greater than or equal to 1");
  EXPECT_EQ(violationOf(R"({"TagKeys":["a","b","c"]})", read),
            "1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member "
            "must have length less than or equal to 2");
}

TEST(MembersTest, ChecksTags) {
  const auto read = [](Members& members) { members.tags("Tags"); };
  EXPECT_EQ(violationOf(R"({"Tags":[{"TagKey":"k","TagValue":""}]})",
                        [](Members& m) {
                          EXPECT_EQ(m.requiredTags("Tags"), (std::vector<keys::Tag>{{"k", ""}}));
                        }),
            "");
  EXPECT_EQ(
      violationOf(R"({"Tags":[{"TagKey":"k","TagValue":"v"},{"TagKey":"","TagValue":"v"}]})", read),
      "1 validation error detected: Value '' at 'tags.2.member.tagKey' failed to satisfy "
      "constraint: Member must have length greater than or equal to 1");
  EXPECT_EQ(violationOf(R"({"Tags":[{"TagKey":"k"}]})", read),
            "1 validation error detected: Value null at 'tags.1.member.tagValue' failed to satisfy "
            "constraint: Member must not be null");
  EXPECT_NE(
      violationOf(("{\"Tags\":[{\"TagKey\":\"k\",\"TagValue\":\"" + std::string(257, 'v') + "\"}]}")
                      .c_str(),
                  read),
      "");
}

TEST(MembersTest, ReportsEveryViolationAtOnce) {
  EXPECT_EQ(
      violationOf(R"({"Limit":0,"KeySpec":"x"})",
                  [](Members& members) {
                    members.requiredText("KeyId", kUpToFour);
                    members.integer("Limit", {1, 10});
                    members.oneOf("KeySpec", kSpecs);
                  }),
      "3 validation errors detected: Value null at 'keyId' failed to satisfy constraint: "
      "Member must not be null; Value '0' at 'limit' failed to satisfy constraint: Member must "
      "have value greater than or equal to 1; Value 'x' at 'keySpec' failed to satisfy "
      "constraint: Member must satisfy enum value set: [AES_256, AES_128]");
}

TEST(MembersTest, ReadsMaps) {
  EXPECT_EQ(violationOf(R"({"EncryptionContext":{"b":"2","a":"","":"x"}})",
                        [](Members& members) {
                          EXPECT_EQ(members.textMap("EncryptionContext"),
                                    (keys::EncryptionContext{{"", "x"}, {"a", ""}, {"b", "2"}}));
                        }),
            "");
}

TEST(MembersTest, ThrowsAtOnceForWhatIsOfAnotherType) {
  const auto text = [](Members& m) { m.text("a", kUpToFour); };
  EXPECT_EQ(wrongTypeOf(R"({"a":7})", text), "NUMBER_VALUE can not be converted to String");
  EXPECT_EQ(wrongTypeOf(R"({"a":true})", text), "TRUE_VALUE can not be converted to String");
  EXPECT_EQ(wrongTypeOf(R"({"a":[]})", text), "START_ARRAY can not be converted to String");
  EXPECT_EQ(wrongTypeOf(R"({"a":{}})", text), "START_OBJECT can not be converted to String");

  const auto integer = [](Members& m) { m.integer("a", {1, 10}); };
  for (const char* json : {R"({"a":"7"})", R"({"a":1.0})", R"({"a":1e3})", R"({"a":true})",
                           R"({"a":18446744073709551615})", R"({"a":123456789012345678901234})"}) {
    EXPECT_NE(wrongTypeOf(json, integer), "") << json;
  }
  EXPECT_EQ(wrongTypeOf(R"({"a":"true"})", [](Members& m) { m.flag("a"); }),
            "STRING_VALUE can not be converted to Boolean");
  EXPECT_EQ(wrongTypeOf(R"({"a":1})", [](Members& m) { m.requiredBlob("a", {}); }),
            "NUMBER_VALUE can not be converted to Blob");
  EXPECT_EQ(wrongTypeOf(R"({"a":[]})", [](Members& m) { m.textMap("a"); }),
            "START_ARRAY can not be converted to Map");
  EXPECT_EQ(wrongTypeOf(R"({"a":{"b":1}})", [](Members& m) { m.textMap("a"); }),
            "NUMBER_VALUE can not be converted to String");
  EXPECT_EQ(wrongTypeOf(R"({"a":{"b":null}})", [](Members& m) { m.textMap("a"); }),
            "NULL_VALUE can not be converted to String");
  EXPECT_EQ(wrongTypeOf(R"({"a":"b"})",
                        [](Members& m) {
                          m.texts("a", {0, 9}, {0, 9});
                        }),
            "STRING_VALUE can not be converted to List");
  EXPECT_EQ(wrongTypeOf(R"({"a":{}})", [](Members& m) { m.tags("a"); }),
            "START_OBJECT can not be converted to List");
  EXPECT_EQ(wrongTypeOf(R"({"a":["b"]})", [](Members& m) { m.tags("a"); }),
            "STRING_VALUE can not be converted to Structure");
}

}  // namespace
}  // namespace strongroom::api::aws
