"""The two clocks of a machine, as an argument for whoever needs the time."""

import sys
import time
from typing import Protocol


class Clock(Protocol):
    """What tells the time at a kiosk."""

    def now_ms(self) -> int:
        """The wall clock in Unix milliseconds, right or wrong."""

    def monotonic_s(self) -> float:
        """Seconds that never jump, from an arbitrary start; they go on while the machine sleeps."""


class SystemClock:
    """The clocks of this machine."""

    def now_ms(self) -> int:
        return max(0, time.time_ns() // 1_000_000)

    def monotonic_s(self) -> float:
        # The usual one stands still on Linux while the machine sleeps.
        return time.clock_gettime(time.CLOCK_BOOTTIME) if sys.platform == "linux" else time.monotonic()
