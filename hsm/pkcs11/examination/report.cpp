#include "hsm/pkcs11/examination/report.h"

#include <algorithm>
#include <stdexcept>

namespace strongroom::hsm::pkcs11::examination {
namespace {

/// Takes a message's fields one after another; throws when there are fewer than are read.
class Fields {
 public:
  explicit Fields(const Message& message) : message_(message) {}
  const std::string& text() { return message_.at(next_++); }
  std::uint64_t number() { return std::stoull(text()); }
  bool flag() { return text() == "1"; }
  bool more() const { return next_ < message_.size(); }
  std::vector<std::string> rest() {
    std::vector<std::string> fields(message_.begin() + static_cast<std::ptrdiff_t>(next_),
                                    message_.end());
    next_ = message_.size();
    return fields;
  }

 private:
  const Message& message_;
  std::size_t next_ = 1;  // the first field is the kind
};

std::string flagged(bool flag) {
  return flag ? "1" : "0";
}

/// One message for lists: their length goes before them.
void appendList(Message& message, const std::vector<std::string>& list) {
  message.push_back(std::to_string(list.size()));
  message.insert(message.end(), list.begin(), list.end());
}

std::vector<std::string> takeList(Fields& fields) {
  std::vector<std::string> list(fields.number());
  for (std::string& entry : list) entry = fields.text();
  return list;
}

void takeIdentity(Examination& result, Fields fields) {
  result.cryptoki = fields.text();
  TokenDescription& token = result.token;
  for (std::string* field : {&token.label, &token.serial, &token.manufacturer, &token.model,
                             &token.firmware, &token.library}) {
    *field = fields.text();
  }
  result.tokenFlags = takeList(fields);
  result.allMechanisms = takeList(fields);
}

void takeMechanism(Examination& result, Fields fields) {
  MechanismReport mechanism;
  mechanism.name = fields.text();
  mechanism.listed = fields.flag();
  mechanism.minKeySize = fields.number();
  mechanism.maxKeySize = fields.number();
  mechanism.flags = fields.rest();
  result.mechanisms.push_back(std::move(mechanism));
}

void takeFinding(Examination& result, Fields fields) {
  Finding finding;
  finding.id = fields.text();
  finding.outcome = static_cast<Outcome>(fields.number());
  finding.detail = fields.text();
  while (fields.more()) {
    CallRecord record;
    record.call = fields.text();
    record.with = fields.text();
    record.result = fields.text();
    finding.calls.push_back(std::move(record));
  }
  const auto known = std::ranges::find(result.findings, finding.id, &Finding::id);
  if (known != result.findings.end()) *known = std::move(finding);
}

void takeSpeed(Examination& result, Fields fields) {
  Speed speed;
  speed.operation = fields.text();
  speed.perSecond = std::stod(fields.text());
  speed.median = std::chrono::microseconds(fields.number());
  speed.percentile99 = std::chrono::microseconds(fields.number());
  result.speeds.push_back(std::move(speed));
}

[[noreturn]] void throwRefusal(Fields fields) {
  const auto code = static_cast<ErrorCode>(fields.number());
  const std::string what = fields.text();
  const std::string call = fields.text();
  throw Error(code, what, call, fields.number());
}

std::string_view titleOf(std::string_view id) {
  const auto part = std::ranges::find(parts(), id, &Part::id);
  return part == parts().end() ? id : part->title;
}

}  // namespace

void Report::identity(const Examination& what) {
  const TokenDescription& token = what.token;
  Message message{"identity",         what.cryptoki, token.label,    token.serial,
                  token.manufacturer, token.model,   token.firmware, token.library};
  appendList(message, what.tokenFlags);
  appendList(message, what.allMechanisms);
  send(message);
}

void Report::mechanism(const MechanismReport& mechanism) {
  Message message{"mechanism", mechanism.name, flagged(mechanism.listed),
                  std::to_string(mechanism.minKeySize), std::to_string(mechanism.maxKeySize)};
  message.insert(message.end(), mechanism.flags.begin(), mechanism.flags.end());
  send(message);
}

void Report::finding(const Finding& finding) {
  Message message{"finding", finding.id, std::to_string(static_cast<int>(finding.outcome)),
                  finding.detail};
  for (const CallRecord& record : finding.calls) {
    message.insert(message.end(), {record.call, record.with, record.result});
  }
  send(message);
}

void Report::observation(std::string_view behaviour, std::string_view seen) {
  send({"observation", std::string(behaviour), std::string(seen)});
}

void Report::danger(const Danger& danger) {
  send({"danger", danger.what, danger.advice, flagged(danger.grave)});
}

void Report::speed(const Speed& speed) {
  send({"speed", speed.operation, std::to_string(speed.perSecond),
        std::to_string(speed.median.count()), std::to_string(speed.percentile99.count())});
}

void Report::refusal(const Error& error) {
  send({"refusal", std::to_string(static_cast<int>(error.code())), error.what(), error.call(),
        std::to_string(error.returnValue())});
}

bool Transcript::take(const Message& message) {
  if (message.empty()) throw std::runtime_error("the examination's own report is garbled");
  const std::string& kind = message.front();
  Fields fields(message);
  if (kind == "calling") {
    call_ = fields.text();
  } else if (kind == "beginning") {
    part_ = fields.text();
    call_.clear();
    if (progress_) progress_(titleOf(part_));
  } else if (kind == "finding") {
    takeFinding(result_, fields);
    part_.clear();
  } else if (kind == "observation") {
    const std::string& id = fields.text();
    if (result_.seen(id).empty()) result_.observations.push_back({id, fields.text()});
  } else if (kind == "identity") {
    takeIdentity(result_, fields);
  } else if (kind == "mechanism") {
    takeMechanism(result_, fields);
  } else if (kind == "danger") {
    const std::string& what = fields.text();
    const std::string& advice = fields.text();
    result_.dangers.push_back({what, advice, fields.flag()});
  } else if (kind == "speed") {
    takeSpeed(result_, fields);
  } else if (kind == "left-behind") {
    result_.leftBehind = fields.number();
  } else if (kind == "logged-in") {
    loggedIn_ = true;
  } else if (kind == "refusal") {
    throwRefusal(fields);
  } else if (kind == "done") {
    done_ = true;
  } else {
    throw std::runtime_error("the examination's own report is garbled");
  }
  return !done_;
}

}  // namespace strongroom::hsm::pkcs11::examination
