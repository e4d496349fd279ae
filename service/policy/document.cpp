#include "service/policy/document.h"

#include <vector>

#include "service/json/strict_json.h"

namespace strongroom::policy {
namespace {

bool isOneOf(const rapidjson::Value& value, std::initializer_list<std::string_view> allowed) {
  if (!value.IsString()) return false;
  const std::string_view text(value.GetString(), value.GetStringLength());
  for (std::string_view each : allowed) {
    if (text == each) return true;
  }
  return false;
}

std::string defectOfStatement(const rapidjson::Value& statement) {
  if (!statement.IsObject()) return "Policy contains a statement that is not an object.";
  const auto effect = statement.FindMember("Effect");
  if (effect == statement.MemberEnd() || !isOneOf(effect->value, {"Allow", "Deny"})) {
    return "Policy contains a statement whose Effect is neither Allow nor Deny.";
  }
  return "";
}

std::string defectOfRoot(const rapidjson::Document& root) {
  if (const auto version = root.FindMember("Version");
      version != root.MemberEnd() && !isOneOf(version->value, {"2012-10-17", "2008-10-17"})) {
    return "Policy has an unknown Version.";
  }
  const auto statements = root.FindMember("Statement");
  if (statements == root.MemberEnd()) return "Policy has no Statement.";
  if (!statements->value.IsArray()) return defectOfStatement(statements->value);
  for (const auto& statement : statements->value.GetArray()) {
    if (std::string defect = defectOfStatement(statement); !defect.empty()) return defect;
  }
  return "";
}

}  // namespace

std::string defectOf(std::string_view document) {
  std::vector<char> text(document.begin(), document.end());
  try {
    return defectOfRoot(json::parseObject(text));
  } catch (const json::Error& e) {
    return std::string("Policy is not an acceptable JSON document: ") + e.what();
  }
}

}  // namespace strongroom::policy
