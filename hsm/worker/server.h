#pragma once

#include "hsm/worker/channel.h"

namespace strongroom::hsm::worker {

/// What the program strongroom-hsm-worker does: opens the token that the first message on `control`
/// names, then answers the lanes that came with it, each in a thread of its own, and pings on
/// `control`, which are answered whatever the module does. Returns when it is told to stop, or when
/// the service is gone. A module that hangs then is left behind: the process ends within a
/// minute.
void serve(Channel& control);

}  // namespace strongroom::hsm::worker
