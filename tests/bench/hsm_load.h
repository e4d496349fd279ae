#pragma once

#include "hsm/open_token.h"
#include "tests/bench/load.h"

namespace strongroom::bench {

/// A CMK of a random name, made and verified.
KeyRef makeKey(hsm::Hsm& hsm);

/// The PKCS#11 calls that data keys are made of, in this process, with 1, 2 and 8 threads: what the
/// service's rates are compared with. Makes a CMK of its own in the token and leaves it there.
std::vector<Measurement> measureHsm(hsm::Hsm& hsm, const Bounds& bounds);

}  // namespace strongroom::bench
