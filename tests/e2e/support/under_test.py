"""strongroomd_under_test: the service with a clock that tests move and a death that they time.

Built from the same sources as strongroomd, with two things that the production program does not have: a clock that runs
ahead by what a file says, and a SIGKILL to itself at a named step of a key's life (tests/support/strongroomd_under_test.cpp).
"""

import tempfile
from datetime import timedelta
from pathlib import Path

from support.strongroom import Strongroom

SETTINGS = "\n[maintenance]\ninterval_seconds = 1\n"


class StrongroomUnderTest(Strongroom):
    def __init__(self, settings=SETTINGS):
        self._controls = tempfile.TemporaryDirectory(prefix="strongroom-controls-")
        controls = Path(self._controls.name)
        self._clock, self._steps = controls / "clock", controls / "steps"
        self._clock.write_text("0\n")
        super().__init__("strongroomd_under_test", settings=settings)
        self.extra_environment = {"STRONGROOM_TEST_CLOCK": str(self._clock), "STRONGROOM_TEST_STEPS": str(self._steps)}
        self._ahead, self._steps_read = timedelta(), 0

    def advance(self, by: timedelta):
        """Moves the service's calendar on, at once; its stopwatches go on as they are."""
        self._ahead += by
        new = self._clock.with_suffix(".new")
        new.write_text(f"{int(self._ahead.total_seconds() * 1000)}\n")
        new.rename(self._clock)

    def steps(self):
        """The steps passed since the last call, in order."""
        if not self._steps.exists():
            return []
        with open(self._steps, encoding="utf-8") as file:
            file.seek(self._steps_read)
            text = file.read()
        complete = text[:text.rfind("\n") + 1]
        self._steps_read += len(complete)
        return complete.splitlines()

    def crash_at(self, step=None):
        """The next start dies at that step: its name, or "name#2" for the second time it comes. None: never."""
        self.extra_environment.pop("STRONGROOM_TEST_CRASH_AT", None)
        if step:
            self.extra_environment["STRONGROOM_TEST_CRASH_AT"] = step

    def remove(self):
        super().remove()
        self._controls.cleanup()
