#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "tokens/doctor_output.h"
#include "tokens/text_output.h"

namespace strongroom::tokens {
namespace {

using hsm::Examination;
using hsm::Outcome;
using hsm::PartKind;
using hsm::Verdict;

void printHeading(std::ostream& out, const Examination& examination) {
  const hsm::TokenDescription& token = examination.token;
  out << "Token '" << token.label << "', serial " << token.serial << ", " << token.manufacturer
      << ' ' << token.model << ", firmware " << token.firmware << "\nModule " << examination.module
      << ", " << token.library << ", Cryptoki " << examination.cryptoki << "\n\n";
}

void printVerdict(std::ostream& out, const Examination& examination) {
  switch (hsm::verdictOf(examination)) {
    case Verdict::kFit:
      out << "Fit for Strongroom.\n";
      break;
    case Verdict::kFitWithAlternative:
      out << "Fit for Strongroom, with an alternative: data keys are wrapped by AES-CBC-PAD, since "
             "AES key wrap does not work.\n";
      break;
    case Verdict::kUnsafe:
      out << "Unsafe: everything works that Strongroom needs, and so does an attack on its keys.\n"
             "strongroomd refuses such a module unless its configuration accepts it.\n";
      break;
    case Verdict::kUnfit:
      out << "Not fit for Strongroom. What is missing:\n";
      for (const std::string& what : hsm::missing(examination)) out << "  - " << what << '\n';
      break;
  }
}

void printDangers(std::ostream& out, const Examination& examination) {
  const auto dangers = hsm::dangersOf(examination);
  out << (dangers.empty() ? "\nNo dangers were seen.\n" : "\nDANGERS\n");
  for (const hsm::Danger& danger : dangers) {
    out << (danger.grave ? "  GRAVE: " : "  ") << danger.what << "\n    " << danger.advice << '\n';
  }
}

void printParts(std::ostream& out, const Examination& examination, std::string_view heading,
                std::initializer_list<PartKind> kinds) {
  Table table({std::string(heading), "", ""});
  for (const hsm::Part& part : hsm::parts()) {
    if (std::ranges::find(kinds, part.kind) == kinds.end()) continue;
    const hsm::Finding* finding = examination.find(part.id);
    if (finding == nullptr) continue;
    // A look at things is worth a line when it did not come to its end.
    if (part.kind == PartKind::kSurvey && finding->outcome == Outcome::kWorks) continue;
    table.add({"  " + std::string(part.title), std::string(toString(finding->outcome)),
               reasonFor(*finding)});
  }
  out << '\n';
  table.print(out);
}

void printQuirks(std::ostream& out, const Examination& examination) {
  Table table({"WHERE MODULES DIFFER", "SEEN", "BY THE STANDARD"});
  for (const hsm::Behaviour& behaviour : hsm::behaviours()) {
    const std::string seen(examination.seen(behaviour.id));
    if (seen.empty()) continue;
    const bool quirk = hsm::isQuirk({std::string(behaviour.id), seen});
    table.add(
        {"  " + std::string(behaviour.title), seen, quirk ? std::string(behaviour.expected) : ""});
  }
  out << '\n';
  table.print(out);
}

void printSpeed(std::ostream& out, const Examination& examination) {
  if (examination.speeds.empty()) return;
  Table table({"SPEED (one at a time)", "PER SECOND", "MEDIAN", "99 %"});
  for (const hsm::Speed& speed : examination.speeds) {
    std::array<char, 32> rate{};
    std::snprintf(rate.data(), rate.size(), speed.perSecond < 100 ? "%.1f" : "%.0f",
                  speed.perSecond);
    table.add({"  " + speed.operation, rate.data(), std::to_string(speed.median.count()) + " us",
               std::to_string(speed.percentile99.count()) + " us"});
  }
  out << '\n';
  table.print(out);
}

}  // namespace

std::string reasonFor(const hsm::Finding& finding) {
  if (!finding.detail.empty()) return finding.detail;
  if (finding.outcome != Outcome::kRefused) return "";
  // What refused it: every answer but CKR_OK, each once.
  std::vector<std::string_view> seen;
  std::string text;
  for (const hsm::CallRecord& record : finding.calls) {
    if (record.result == "CKR_OK" || std::ranges::find(seen, record.result) != seen.end()) continue;
    seen.emplace_back(record.result);
    text += (text.empty() ? "" : ", ") + record.result;
  }
  return text;
}

void printExamination(std::ostream& out, const Examination& examination) {
  printHeading(out, examination);
  printVerdict(out, examination);
  printDangers(out, examination);
  printParts(out, examination, "LIFE OF A KEY",
             {PartKind::kNeeded, PartKind::kWrapping, PartKind::kExtra, PartKind::kSurvey});
  printParts(out, examination, "ATTACKS ON A CMK", {PartKind::kAttack, PartKind::kNuisance});
  printQuirks(out, examination);
  printSpeed(out, examination);
}

}  // namespace strongroom::tokens
