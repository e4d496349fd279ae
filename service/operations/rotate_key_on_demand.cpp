#include "service/operations/rotate_key_on_demand.h"

#include <algorithm>
#include <mutex>

#include "hsm/deadline_mutex.h"
#include "hsm/error.h"
#include "service/operations/find_key.h"
#include "service/operations/key_state.h"

namespace strongroom::operations {
namespace {

constexpr std::ptrdiff_t kMaxOnDemandRotations = 25;
constexpr std::chrono::minutes kPauseAfterAutomatic{20};

/// Makes counting and rotating one step: of two calls at once, both could find the last rotation
/// free. Rotations wait for each other in Lifecycle anyway.
hsm::DeadlineMutex countingAndRotating;

}  // namespace

RotateKeyOnDemandResponse rotateKeyOnDemand(const Context& context,
                                            const RotateKeyOnDemandRequest& request) {
  const std::unique_lock lock(countingAndRotating, context.deadline);
  if (!lock) {
    throw hsm::Error(hsm::ErrorCode::kBusy, "other rotations on demand took until the deadline");
  }
  const keys::KeyRecord key = findKey(context, request.keyId, kForManagement);
  requireState(context, key, Needs::kEnabled);
  const std::string arn = context.kms.account.keyArn(key.id);

  const std::vector<keys::KeyVersion> versions = context.kms.store.versions(key.id);
  const auto onDemand =
      std::count_if(versions.begin(), versions.end(), [](const keys::KeyVersion& version) {
        return version.type == keys::RotationType::kOnDemand;
      });
  if (onDemand >= kMaxOnDemandRotations) {
    throw Error(ErrorCode::kLimitExceeded,
                "The on-demand rotations limit has been reached for the given keyId. No more "
                "on-demand rotations can be "
                "performed for this key: " +
                    arn);
  }
  if (!versions.empty() && versions.back().type == keys::RotationType::kAutomatic &&
      context.kms.clock.now() - versions.back().created < kPauseAfterAutomatic) {
    throw Error(ErrorCode::kConflict, arn + " was rotated automatically less than 20 minutes ago.");
  }
  if (!context.kms.lifecycle.rotateKey(key.id, keys::RotationType::kOnDemand, context.deadline)) {
    throw noSuchKey(context, key.id);
  }
  return {arn};
}

}  // namespace strongroom::operations
