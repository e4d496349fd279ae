#pragma once

#include "service/operations/error.h"

namespace strongroom::operations {

/// Ends a call that asked for DryRun, once everything that could refuse it has been checked.
inline void stopIfDryRun(bool dryRun) {
  if (dryRun) {
    throw Error(ErrorCode::kDryRun,
                "The request would have succeeded, but the DryRun option is set.");
  }
}

}  // namespace strongroom::operations
