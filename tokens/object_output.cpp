#include "tokens/object_output.h"

#include <array>

#include "tokens/token_findings.h"

namespace strongroom::tokens {
namespace {

struct OwnerRow {
  hsm::Owner owner;
  std::string_view name;  ///< for scripts
  std::string_view text;  ///< for people
};

/// In the order of hsm::Owner.
constexpr std::array kOwners = std::to_array<OwnerRow>({
    {hsm::Owner::kCmk, "cmk", "ours"},
    {hsm::Owner::kBindingKey, "bindingKey", "ours"},
    {hsm::Owner::kUncertain, "uncertain", "uncertain"},
    {hsm::Owner::kForeign, "foreign", "foreign"},
});

const OwnerRow& rowFor(hsm::Owner owner) {
  return kOwners[static_cast<std::size_t>(owner)];
}

std::string stateOf(const hsm::TokenObject& object) {
  if (object.owner == hsm::Owner::kForeign) return "not looked at";
  return object.faults.empty() ? "as promised" : "NOT AS PROMISED";
}

}  // namespace

Table tableOf(const std::vector<hsm::TokenObject>& objects) {
  Table table({"WHOSE", "NAME", "KIND", "STATE"});
  for (const hsm::TokenObject& object : objects) {
    table.add(
        {std::string(rowFor(object.owner).text), subjectOf(object), object.kind, stateOf(object)});
  }
  return table;
}

Json jsonOf(const hsm::TokenObject& object) {
  const bool isCmk = object.owner == hsm::Owner::kCmk;
  return Json::object({{"owner", rowFor(object.owner).name},
                       {"keyId", isCmk ? Json(object.ref.key.toString()) : Json()},
                       {"version", isCmk ? Json(object.ref.version) : Json()},
                       {"kind", object.kind},
                       {"label", object.label},
                       {"id", toHex(object.id)},
                       {"faults", Json::arrayOf(object.faults, [](const std::string& fault) {
                          return Json(fault);
                        })}});
}

Json jsonOf(const hsm::TokenDescription& token) {
  return Json::object({{"label", token.label},
                       {"serial", token.serial},
                       {"manufacturer", token.manufacturer},
                       {"model", token.model},
                       {"firmware", token.firmware},
                       {"library", token.library}});
}

std::string headingOf(const hsm::TokenDescription& token) {
  return "Token '" + printable(token.label) + "', serial " + printable(token.serial) + ", " +
         printable(token.manufacturer) + ' ' + printable(token.model);
}

}  // namespace strongroom::tokens
