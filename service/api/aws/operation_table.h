#pragma once

#include <array>
#include <span>
#include <string_view>

#include "service/api/aws/answer.h"
#include "service/api/aws/members.h"
#include "service/operations/context.h"
#include "service/policy/action.h"

namespace strongroom::api::aws {

/// One operation of AWS's model of the service. Those without `run` answer
/// UnsupportedOperationException.
struct Operation {
  std::string_view name;  ///< "GenerateDataKey", as in X-Amz-Target
  std::array<policy::Action, 2>
      actions{};  ///< what the principal must be allowed, `actionCount` of them
  std::size_t actionCount = 0;
  /// Decodes, asks the policy, runs, encodes; nullptr when unsupported.
  void (*run)(const Operation&, const operations::Context&, Members&, Answer&) = nullptr;
  bool answersObject = false;  ///< false: success has an empty body
};

/// All 54, by ascending name.
std::span<const Operation> operationTable();

/// The operation of that name; nullptr when AWS has none.
const Operation* findOperation(std::string_view name);

}  // namespace strongroom::api::aws
