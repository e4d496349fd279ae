#include <cmath>

#include "tokens/doctor_output.h"
#include "tokens/json.h"

namespace strongroom::tokens {
namespace {

Json text(const std::string& value) {
  return value;
}

Json mechanism(const hsm::MechanismReport& mechanism) {
  return Json::object({{"name", mechanism.name},
                       {"listed", mechanism.listed},
                       {"flags", Json::arrayOf(mechanism.flags, text)},
                       {"minKeySize", static_cast<std::uint64_t>(mechanism.minKeySize)},
                       {"maxKeySize", static_cast<std::uint64_t>(mechanism.maxKeySize)}});
}

Json call(const hsm::CallRecord& record) {
  return Json::object({{"call", record.call}, {"with", record.with}, {"result", record.result}});
}

Json finding(const hsm::Finding& finding) {
  return Json::object({{"id", finding.id},
                       {"outcome", toString(finding.outcome)},
                       {"detail", finding.detail},
                       {"calls", Json::arrayOf(finding.calls, call)}});
}

Json observation(const hsm::Observation& observation) {
  return Json::object(
      {{"id", observation.id}, {"seen", observation.seen}, {"quirk", hsm::isQuirk(observation)}});
}

Json danger(const hsm::Danger& danger) {
  return Json::object({{"grave", danger.grave}, {"what", danger.what}, {"advice", danger.advice}});
}

Json speed(const hsm::Speed& speed) {
  return Json::object(
      {{"operation", speed.operation},
       {"perSecond", static_cast<std::uint64_t>(std::llround(speed.perSecond))},
       {"medianMicroseconds", static_cast<std::uint64_t>(speed.median.count())},
       {"p99Microseconds", static_cast<std::uint64_t>(speed.percentile99.count())}});
}

Json token(const hsm::Examination& examination) {
  const hsm::TokenDescription& token = examination.token;
  return Json::object({{"label", token.label},
                       {"serial", token.serial},
                       {"manufacturer", token.manufacturer},
                       {"model", token.model},
                       {"firmware", token.firmware},
                       {"flags", Json::arrayOf(examination.tokenFlags, text)}});
}

}  // namespace

void printExaminationAsJson(std::ostream& out, const hsm::Examination& examination) {
  Json::object({{"verdict", toString(hsm::verdictOf(examination))},
                {"module", examination.module},
                {"library", examination.token.library},
                {"cryptoki", examination.cryptoki},
                {"token", token(examination)},
                {"missing", Json::arrayOf(hsm::missing(examination), text)},
                {"dangers", Json::arrayOf(hsm::dangersOf(examination), danger)},
                {"mechanisms", Json::arrayOf(examination.mechanisms, mechanism)},
                {"allMechanisms", Json::arrayOf(examination.allMechanisms, text)},
                {"findings", Json::arrayOf(examination.findings, finding)},
                {"behaviour", Json::arrayOf(examination.observations, observation)},
                {"speed", Json::arrayOf(examination.speeds, speed)},
                {"leftBehind", static_cast<std::uint64_t>(examination.leftBehind)}})
      .print(out);
}

}  // namespace strongroom::tokens
