#include <cmath>
#include <functional>

#include "tokens/doctor_output.h"
#include "tokens/text_output.h"

namespace strongroom::tokens {
namespace {

using hsm::Examination;

/// "name": value, for a value that is a string.
std::string member(std::string_view name, std::string_view value) {
  return jsonString(name) + ": " + jsonString(value);
}

std::string member(std::string_view name, bool value) {
  return jsonString(name) + ": " + (value ? "true" : "false");
}

std::string member(std::string_view name, std::uint64_t value) {
  return jsonString(name) + ": " + std::to_string(value);
}

/// A list of what `write` makes of each entry, one a line.
template <class Entries, class Write>
void printList(std::ostream& out, std::string_view name, const Entries& entries,
               const Write& write) {
  out << ",\n  " << jsonString(name) << ": [";
  const char* separator = "\n    ";
  for (const auto& entry : entries) {
    out << separator << write(entry);
    separator = ",\n    ";
  }
  out << (std::empty(entries) ? "]" : "\n  ]");
}

std::string list(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + jsonString(text);
  return "[" + out + "]";
}

std::string mechanism(const hsm::MechanismReport& mechanism) {
  return "{" + member("name", mechanism.name) + ", " + member("listed", mechanism.listed) +
         ", \"flags\": " + list(mechanism.flags) + ", " +
         member("minKeySize", mechanism.minKeySize) + ", " +
         member("maxKeySize", mechanism.maxKeySize) + "}";
}

std::string finding(const hsm::Finding& finding) {
  std::string calls;
  for (const hsm::CallRecord& record : finding.calls) {
    calls += std::string(calls.empty() ? "" : ",") + "\n      {" + member("call", record.call) +
             ", " + member("with", record.with) + ", " + member("result", record.result) + "}";
  }
  return "{" + member("id", finding.id) + ", " + member("outcome", toString(finding.outcome)) +
         ", " + member("detail", finding.detail) + ", \"calls\": [" + calls + "]}";
}

std::string observation(const hsm::Observation& observation) {
  return "{" + member("id", observation.id) + ", " + member("seen", observation.seen) + ", " +
         member("quirk", hsm::isQuirk(observation)) + "}";
}

std::string danger(const hsm::Danger& danger) {
  return "{" + member("grave", danger.grave) + ", " + member("what", danger.what) + ", " +
         member("advice", danger.advice) + "}";
}

std::string speed(const hsm::Speed& speed) {
  return "{" + member("operation", speed.operation) + ", " +
         member("perSecond", static_cast<std::uint64_t>(std::llround(speed.perSecond))) + ", " +
         member("medianMicroseconds", static_cast<std::uint64_t>(speed.median.count())) + ", " +
         member("p99Microseconds", static_cast<std::uint64_t>(speed.percentile99.count())) + "}";
}

}  // namespace

void printExaminationAsJson(std::ostream& out, const Examination& examination) {
  const hsm::TokenDescription& token = examination.token;
  out << "{\n  " << member("verdict", toString(hsm::verdictOf(examination))) << ",\n  "
      << member("module", examination.module) << ",\n  " << member("library", token.library)
      << ",\n  " << member("cryptoki", examination.cryptoki) << ",\n  \"token\": {"
      << member("label", token.label) << ", " << member("serial", token.serial) << ", "
      << member("manufacturer", token.manufacturer) << ", " << member("model", token.model) << ", "
      << member("firmware", token.firmware) << ", \"flags\": " << list(examination.tokenFlags)
      << "}";
  printList(out, "missing", hsm::missing(examination), jsonString);
  printList(out, "dangers", hsm::dangersOf(examination), danger);
  printList(out, "mechanisms", examination.mechanisms, mechanism);
  out << ",\n  \"allMechanisms\": " << list(examination.allMechanisms);
  printList(out, "findings", examination.findings, finding);
  printList(out, "behaviour", examination.observations, observation);
  printList(out, "speed", examination.speeds, speed);
  out << ",\n  " << member("leftBehind", examination.leftBehind) << "\n}\n";
}

}  // namespace strongroom::tokens
