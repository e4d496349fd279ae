#pragma once

#include "hsm/hsm.h"

namespace strongroom::hsm::worker {

/// Adds every count of `more`: for workers that live beside one another. Of the keys whose handles
/// are known each worker knows the same, so the largest number stands.
void add(Statistics& sum, const Statistics& more);

/// Adds what stays counted of a worker that has ended: not what it had open.
void addEnded(Statistics& sum, const Statistics& ended);

}  // namespace strongroom::hsm::worker
