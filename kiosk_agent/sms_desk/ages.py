"""How long something has waited, however the wall clock is set meanwhile."""

from typing import Final

from kiosk_agent.clock import Clock

SAFE_S: Final = 3_600
"""So long after a start nothing is too old: what was there before tells its age by the wall clock alone."""


class Ages:
    """Ages of numbered records, by the monotonic clock of this run."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since_s: dict[int, float] = {}

    def begin(self, n: int) -> None:
        """It waits from now on."""
        self._since_s[n] = self._clock.monotonic_s()

    def end(self, n: int) -> None:
        """It waits no more."""
        self._since_s.pop(n, None)

    def is_over(self, n: int, since_ms: int, limit_s: float, safe_s: float = SAFE_S) -> bool:
        """Whether it has waited for as long as this.

        Args:
            since_ms: the wall clock when it began. Only what was there before the start is judged by it: a clock that
                was set right since then makes it decades old.
            safe_s: so much of the limit lies at least before what was there at the start.
        """
        now_s = self._clock.monotonic_s()
        if n not in self._since_s:
            waited_s = max(self._clock.now_ms() - since_ms, 0) / 1000
            self._since_s[n] = now_s - min(waited_s, limit_s - safe_s)
        return now_s - self._since_s[n] >= limit_s
