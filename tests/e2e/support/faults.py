"""Steers the fault module in every process of a service, as tests/support/fault_control.h does for C++."""

import mmap
import re
import struct

from support.strongroom import PROGRAMS, ROOT

MODULE = PROGRAMS / "libstrongroom-fault-module.so"
HEADER = (ROOT / "tests" / "support" / "fault_channel.h").read_text()

# struct FaultRule: armed, function, action, tokenObjectsOnly, value, microseconds, skip, every, times, seen, applied.
RULE = struct.Struct("@IIIB3xQQQQQQQ")
RULES = 4
PROCESSES = 64 * 16
ANY_FUNCTION = ALWAYS = None
FUNCTIONS = re.findall(r'"(C_\w+)"', HEADER)
ACTIONS = re.findall(r"^  (k\w+),\s*///<", HEADER[HEADER.index("enum class FaultAction"):], re.MULTILINE)
SIZE = RULES * RULE.size + PROCESSES + 8 * len(FUNCTIONS)


class Faults:
    """For one service; `environment` is what its process is begun with."""

    def __init__(self, folder):
        path = folder / "faults"
        path.write_bytes(bytes(SIZE))
        with open(path, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), SIZE)
        self._armings = 0
        self.environment = {"STRONGROOM_FAULT_CHANNEL": str(path)}

    def begin(self, action, function=ANY_FUNCTION, value=0, skip=0, every=1, times=ALWAYS):
        """From now on; `value` is a CK_RV, where the action answers one."""
        place = next(i for i in range(RULES) if self._armed(i) == 0)
        self._armings += 1
        RULE.pack_into(self._memory, place * RULE.size, 0,
                       2**32 - 1 if function is ANY_FUNCTION else FUNCTIONS.index(function), ACTIONS.index(action), 0, value, 0,
                       skip, every, 2**64 - 1 if times is ALWAYS else times, 0, 0)
        struct.pack_into("@I", self._memory, place * RULE.size, self._armings)

    def end(self):
        for place in range(RULES):
            struct.pack_into("@I", self._memory, place * RULE.size, 0)

    def applied(self):
        return sum(RULE.unpack_from(self._memory, place * RULE.size)[-1] for place in range(RULES))

    def calls(self, function):
        return struct.unpack_from("@Q", self._memory, RULES * RULE.size + PROCESSES + 8 * FUNCTIONS.index(function))[0]

    def _armed(self, place):
        return struct.unpack_from("@I", self._memory, place * RULE.size)[0]
