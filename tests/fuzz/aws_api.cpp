// The AWS dialect behind its signature: each operation's decoder, the operation as far as a store
// that never changes lets it go, and its encoder. Input: which operation and which role, then the
// JSON body.
#include <algorithm>
#include <vector>

#include "service/api/aws/operation_table.h"
#include "service/api/aws/wire_error.h"
#include "service/json/strict_json.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/still_store.h"
#include "tests/support/fake_hsm.h"
#include "tests/support/manual_clock.h"
#include "tests/support/one_token.h"

namespace strongroom::fuzz {
namespace {

using namespace api::aws;

/// What the composition root builds, around a token in memory.
struct Service {
  Service() { hsm.generateKey(store.key().current(), hsm::deadlineIn(std::chrono::seconds(10))); }

  const keys::Account account{"us-east-1", "000000000000"};
  StillStore store;
  testing::ManualClock clock;
  testing::FakeHsm hsm;
  testing::OneToken tokens{hsm, store};
  keys::BindingKeys bindings{tokens};
  keys::Envelope envelope{tokens, bindings};
  keys::Lifecycle lifecycle{store, tokens, bindings, clock, {}, keys::ClockJumps::kBelieve};
  operations::Kms kms{account, store, tokens, envelope, lifecycle, clock};
};

/// The operations that are served, by their order in AWS's model.
const Operation& operationAt(std::uint8_t choice) {
  static const std::vector<Operation> served = [] {
    std::vector<Operation> rows;
    for (const Operation& row : operationTable()) {
      if (row.run != nullptr) rows.push_back(row);
    }
    return rows;
  }();
  return served[choice % served.size()];
}

/// Faults are those of the store that refuses; no other exception may look like one.
void checkError(const Operation& operation, const WireError& error) {
  const bool makesObjects = operation.name == "CreateKey" || operation.name == "RotateKeyOnDemand";
  require(error.fault.empty() ? error.status == 400 : makesObjects && error.status == 500,
          ("a refusal is the caller's fault: " + error.fault).c_str());
  require(!error.type.empty(), "a refusal has a type");
  Answer answer;
  http::SecretChars text = answer.text("message", error.message).finish();
  json::parseObject(text);
}

}  // namespace

void run(ByteView bytes) {
  static Service service;
  static const std::string requestId = "00000000-0000-4000-8000-000000000000";
  Input input(bytes);
  const Operation& operation = operationAt(input.number());
  const auth::Principal principal{
      "arn:aws:iam::000000000000:user/alice", "SRAKABCDEFGHIJKLMNOP",
      input.number() % 4 == 3 ? keys::Role::kUser : keys::Role::kAdministrator};

  const std::string_view view = asText(input.rest());
  std::vector<char> text(view.begin(), view.end());
  Answer answer;
  try {
    const rapidjson::Document body = json::parseObject(text);
    Members members(body);
    operation.run(operation,
                  {service.kms, principal, requestId, hsm::deadlineIn(std::chrono::seconds(10))},
                  members, answer);
  } catch (...) {
    // Whatever it is: as the endpoint does, and checkError() lets no stranger pass.
    return checkError(operation, toWireError(std::current_exception()));
  }
  http::SecretChars written = answer.finish();
  json::parseObject(written);  // throws when the answer is no JSON
}

}  // namespace strongroom::fuzz
