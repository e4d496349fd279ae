#include <algorithm>

#include "tokens/doctor_output.h"

namespace strongroom::tokens {
namespace {

using hsm::Outcome;
using hsm::PartKind;

/// A cell may hold anything but what ends it.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

/// Constants of PKCS#11 are set as code: "answered CKR_OK" becomes "answered `CKR_OK`".
std::string marked(std::string_view text) {
  const auto belongs = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  std::string out;
  while (!text.empty()) {
    const auto end = std::ranges::find_if_not(text, belongs);
    const std::string_view word(text.begin(), end);
    const bool constant = word.starts_with("CK") && word.find('_') != std::string_view::npos;
    const bool function = word.starts_with("C_");
    out += constant || function ? "`" + std::string(word) + "`" : std::string(word);
    text.remove_prefix(word.size());
    if (!text.empty()) {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

void printRow(std::ostream& out, std::string_view title, std::string_view value) {
  out << "| " << cell(marked(title)) << " | " << cell(value) << " |\n";
}

std::string resultOf(const hsm::Finding& finding) {
  const std::string reason = marked(reasonFor(finding));
  switch (finding.outcome) {
    case Outcome::kWorks:
      return reason.empty() ? "yes" : "yes, " + reason;
    case Outcome::kAllowed:
      return "**allowed**: " + reason;
    default:
      return std::string(toString(finding.outcome)) + (reason.empty() ? "" : ": " + reason);
  }
}

}  // namespace

void printExaminationAsMarkdown(std::ostream& out, const hsm::Examination& examination) {
  printRow(out, "", examination.token.library);
  out << "|---|---|\n";
  printRow(out, "token's manufacturer", examination.token.manufacturer);
  printRow(out, "Cryptoki", examination.cryptoki);
  printRow(out, "**verdict**", "**" + std::string(toString(hsm::verdictOf(examination))) + "**");
  for (const hsm::Part& part : hsm::parts()) {
    if (part.kind == PartKind::kSurvey) continue;
    const hsm::Finding* finding = examination.find(part.id);
    printRow(out, part.title, finding == nullptr ? "not tried" : resultOf(*finding));
  }
  for (const hsm::Behaviour& behaviour : hsm::behaviours()) {
    const std::string_view seen = examination.seen(behaviour.id);
    printRow(out, behaviour.title, seen.empty() ? "not seen" : marked(seen));
  }
}

}  // namespace strongroom::tokens
