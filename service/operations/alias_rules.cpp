#include "service/operations/alias_rules.h"

#include <string_view>

namespace strongroom::operations {
namespace {

constexpr std::string_view kPrefix = "alias/";
constexpr std::string_view kReservedPrefix = "alias/aws/";

}  // namespace

void requireAliasName(const std::string& name) {
  if (!name.starts_with(kPrefix)) {
    throw Error(ErrorCode::kValidation,
                "Alias must start with the prefix \"alias/\". Please see "
                "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html");
  }
  if (name.starts_with(kReservedPrefix)) {
    throw Error(ErrorCode::kInvalidAliasName,
                "Alias names that begin with alias/aws/ are reserved");
  }
  if (name.size() == kPrefix.size() || name.find(':') != std::string::npos) {
    throw Error(
        ErrorCode::kInvalidAliasName,
        "An alias name is alias/ and then letters, digits, slashes, underscores and dashes");
  }
}

void requireRoomForAlias(const Context& context, const keys::KeyRecord& key, std::size_t aliases) {
  if (aliases < kMaxAliasesPerKey) return;
  throw Error(ErrorCode::kLimitExceeded, context.kms.account.keyArn(key.id) + " has " +
                                             std::to_string(aliases) +
                                             " aliases, which is as many as a key can have.");
}

Error noSuchAlias(const Context& context, const std::string& name) {
  return Error(ErrorCode::kNotFound,
               "Alias " + context.kms.account.aliasArn(name) + " is not found.");
}

}  // namespace strongroom::operations
