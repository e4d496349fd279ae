#include "hsm/worker/statistics_sum.h"

#include <algorithm>

namespace strongroom::hsm::worker {

void add(Statistics& sum, const Statistics& more) {
  addEnded(sum, more);
  sum.sessionLimit += more.sessionLimit;
  sum.sessionsOpen += more.sessionsOpen;
  sum.sessionsLeased += more.sessionsLeased;
  sum.keysCached = std::max(sum.keysCached, more.keysCached);
}

void addEnded(Statistics& sum, const Statistics& ended) {
  for (const CallCount& row : ended.calls) {
    auto place = std::ranges::find(sum.calls, row.function, &CallCount::function);
    if (place == sum.calls.end()) {
      sum.calls.push_back(row);
      continue;
    }
    place->calls += row.calls;
    place->errors += row.errors;
    place->seconds += row.seconds;
  }
  sum.sessionsDiscarded += ended.sessionsDiscarded;
  sum.leaseWaits += ended.leaseWaits;
  sum.leaseTimeouts += ended.leaseTimeouts;
  sum.leaseWaitSeconds += ended.leaseWaitSeconds;
  sum.logins += ended.logins;
}

}  // namespace strongroom::hsm::worker
