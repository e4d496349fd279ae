#pragma once

namespace strongroom::hsm {

/// Keeps the secrets of this process in it: no core dumps, no debugger of the same user, new files
/// for their owner alone. For programs that handle PINs, as the first thing in main().
void hardenProcess();

}  // namespace strongroom::hsm
