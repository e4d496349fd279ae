#pragma once

#include "hsm/error.h"

namespace strongroom::hsm {

/// Whether a module has to be finalised and initialised anew before it serves again. Only whoever
/// may stop all of its threads can do that: PKCS#11 forbids C_Finalize beside other calls, and
/// modules crash on it.
enum class Reinitialisation {
  kNotNeeded,    ///< the failure is no sign of a lost module
  kWhenItLasts,  ///< it may mend itself; but many modules notice a token's return at C_Initialize
                 ///< only, so when nothing else succeeds for a while
  kNow,          ///< nothing on this module succeeds before
};

/// What a failed call says about its module.
Reinitialisation reinitialisationFor(const Error& error);

}  // namespace strongroom::hsm
