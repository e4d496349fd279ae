#include "service/api/aws/operation_table.h"

#include <algorithm>
#include <map>
#include <set>

#include "tests/support/kms_fixture.h"

namespace strongroom::api::aws {
namespace {

using testing::KmsTest;
using testing::Refusal;

struct Row {
  std::string_view name;
  bool supported;
  bool answersObject;  // in AWS's model: it has an output shape
  bool openToUsers;
};

// All of AWS's model (kms-2014-11-01), stated a second time.
constexpr Row kRows[] = {
    {"CancelKeyDeletion", true, true, false},
    {"ConnectCustomKeyStore", false, false, false},
    {"CreateAlias", true, false, false},
    {"CreateCustomKeyStore", false, false, false},
    {"CreateGrant", false, false, false},
    {"CreateKey", true, true, false},
    {"Decrypt", true, true, true},
    {"DeleteAlias", true, false, false},
    {"DeleteCustomKeyStore", false, false, false},
    {"DeleteImportedKeyMaterial", false, false, false},
    {"DeriveSharedSecret", false, false, false},
    {"DescribeCustomKeyStores", false, false, false},
    {"DescribeKey", true, true, true},
    {"DisableKey", true, false, false},
    {"DisableKeyRotation", true, false, false},
    {"DisconnectCustomKeyStore", false, false, false},
    {"EnableKey", true, false, false},
    {"EnableKeyRotation", true, false, false},
    {"Encrypt", true, true, true},
    {"GenerateDataKey", true, true, true},
    {"GenerateDataKeyPair", false, false, false},
    {"GenerateDataKeyPairWithoutPlaintext", false, false, false},
    {"GenerateDataKeyWithoutPlaintext", true, true, true},
    {"GenerateMac", false, false, false},
    {"GenerateRandom", true, true, true},
    {"GetKeyLastUsage", false, false, false},
    {"GetKeyPolicy", true, true, false},
    {"GetKeyRotationStatus", true, true, true},
    {"GetParametersForImport", false, false, false},
    {"GetPublicKey", false, false, false},
    {"ImportKeyMaterial", false, false, false},
    {"ListAliases", true, true, true},
    {"ListGrants", false, false, false},
    {"ListKeyPolicies", true, true, false},
    {"ListKeyRotations", true, true, false},
    {"ListKeys", true, true, true},
    {"ListResourceTags", true, true, true},
    {"ListRetirableGrants", false, false, false},
    {"PutKeyPolicy", true, false, false},
    {"ReEncrypt", true, true, true},
    {"ReplicateKey", false, false, false},
    {"RetireGrant", false, false, false},
    {"RevokeGrant", false, false, false},
    {"RotateKeyOnDemand", true, true, false},
    {"ScheduleKeyDeletion", true, true, false},
    {"Sign", false, false, false},
    {"TagResource", true, false, false},
    {"UntagResource", true, false, false},
    {"UpdateAlias", true, false, false},
    {"UpdateCustomKeyStore", false, false, false},
    {"UpdateKeyDescription", true, false, false},
    {"UpdatePrimaryRegion", false, false, false},
    {"Verify", false, false, false},
    {"VerifyMac", false, false, false},
};

TEST(OperationTableTest, HoldsAllOfAwssModelInOrder) {
  const auto table = operationTable();
  ASSERT_EQ(table.size(), 54U);
  ASSERT_EQ(std::size(kRows), 54U);
  for (std::size_t i = 0; i < table.size(); ++i) {
    EXPECT_EQ(table[i].name, kRows[i].name);
    EXPECT_EQ(table[i].run != nullptr, kRows[i].supported) << table[i].name;
    EXPECT_EQ(table[i].answersObject, kRows[i].answersObject) << table[i].name;
  }
}

TEST(OperationTableTest, FindsEachOperationByItsExactNameAlone) {
  for (const Row& row : kRows) {
    ASSERT_NE(findOperation(row.name), nullptr) << row.name;
    EXPECT_EQ(findOperation(row.name)->name, row.name);
  }
  for (const char* name : {"", "decrypt", "Decrypt ", "Decryp", "Decrypts", "A", "Z", "kCount"}) {
    EXPECT_EQ(findOperation(name), nullptr) << name;
  }
}

TEST(OperationTableTest, AsksThePolicyForTheActionOfTheOperationsName) {
  for (const Operation& operation : operationTable()) {
    if (operation.run == nullptr) {
      EXPECT_EQ(operation.actionCount, 0U) << operation.name;
      continue;
    }
    std::set<std::string> asked;
    for (std::size_t i = 0; i < operation.actionCount; ++i) {
      asked.emplace(policy::name(operation.actions[i]));
    }
    const std::set<std::string> expected =
        operation.name == "ReEncrypt"
            ? std::set<std::string>{"kms:ReEncryptFrom", "kms:ReEncryptTo"}
            : std::set<std::string>{"kms:" + std::string(operation.name)};
    EXPECT_EQ(asked, expected);
  }
}

class OperationRolesTest : public KmsTest {
 protected:
  OperationRolesTest() {
    addAlias("alias/one", key_);
    const std::string keyId = R"({"KeyId":")" + key_.toString() + R"(")";
    const std::string alias =
        R"({"AliasName":"alias/one","TargetKeyId":")" + key_.toString() + R"("})";
    const std::string plain = keyId + "}";
    bodies_ = {
        {"CancelKeyDeletion", plain},
        {"CreateAlias", alias},
        {"CreateKey", "{}"},
        {"Decrypt", R"({"CiphertextBlob":"AAAA"})"},
        {"DeleteAlias", R"({"AliasName":"alias/one"})"},
        {"DescribeKey", plain},
        {"DisableKey", plain},
        {"DisableKeyRotation", plain},
        {"EnableKey", plain},
        {"EnableKeyRotation", plain},
        {"Encrypt", keyId + R"(,"Plaintext":"AAAA"})"},
        {"GenerateDataKey", keyId + R"(,"KeySpec":"AES_256"})"},
        {"GenerateDataKeyWithoutPlaintext", keyId + R"(,"KeySpec":"AES_256"})"},
        {"GenerateRandom", R"({"NumberOfBytes":1})"},
        {"GetKeyPolicy", plain},
        {"GetKeyRotationStatus", plain},
        {"ListAliases", "{}"},
        {"ListKeyPolicies", plain},
        {"ListKeyRotations", plain},
        {"ListKeys", "{}"},
        {"ListResourceTags", plain},
        {"PutKeyPolicy", keyId + R"(,"Policy":"{\"Statement\":[]}"})"},
        {"ReEncrypt",
         R"({"CiphertextBlob":"AAAA","DestinationKeyId":")" + key_.toString() + R"("})"},
        {"RotateKeyOnDemand", plain},
        {"ScheduleKeyDeletion", plain},
        {"TagResource", keyId + R"(,"Tags":[]})"},
        {"UntagResource", keyId + R"(,"TagKeys":[]})"},
        {"UpdateAlias", alias},
        {"UpdateKeyDescription", keyId + R"(,"Description":"changed"})"},
    };
  }

  /// Runs an operation with a request that would be fine, by a caller of that role.
  void run(const Operation& operation, keys::Role role) {
    rapidjson::Document body;
    body.Parse(bodies_.at(std::string(operation.name)).c_str());
    Members members(body);
    Answer answer;
    const auth::Principal caller{"arn:aws:iam::000000000000:user/bob", "SRAKBOB", role};
    operation.run(operation, {kms_, caller, requestId_, call().deadline}, members, answer);
  }

  const KeyId key_ = newKey();
  std::map<std::string, std::string> bodies_;
};

TEST_F(OperationRolesTest, LetUsersUseKeysAndChangeNone) {
  for (const Row& row : kRows) {
    if (!row.supported) continue;
    SCOPED_TRACE(row.name);
    const Operation& operation = *findOperation(row.name);
    if (row.openToUsers) {
      try {
        run(operation, keys::Role::kUser);
      } catch (const operations::Error& error) {
        EXPECT_EQ(error.code(), operations::ErrorCode::kInvalidCiphertext) << error.what();
      }
      continue;
    }
    const std::string action = "kms:" + std::string(row.name);
    EXPECT_EQ(refusalOf([&] { run(operation, keys::Role::kUser); }),
              (Refusal{operations::ErrorCode::kAccessDenied,
                       "User: arn:aws:iam::000000000000:user/bob is not authorized to perform: " +
                           action +
                           " on resource: arn:aws:kms:us-east-1:000000000000:* because no "
                           "identity-based policy allows the " +
                           action + " action"}));
  }
}

TEST_F(OperationRolesTest, LetAdministratorsDoEverything) {
  for (const Row& row : kRows) {
    if (!row.supported) continue;
    SCOPED_TRACE(row.name);
    try {
      run(*findOperation(row.name), keys::Role::kAdministrator);
    } catch (const operations::Error& error) {
      EXPECT_NE(error.code(), operations::ErrorCode::kAccessDenied);
    }
  }
}

}  // namespace
}  // namespace strongroom::api::aws
