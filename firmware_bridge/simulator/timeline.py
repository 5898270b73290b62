"""What happens when: the simulator's only notion of time. Whoever drives it says how late it is."""

import heapq
from collections.abc import Callable
from itertools import count

Happening = Callable[[float], None]


class Timeline:
    """Happenings in the order of their times, and in the order of their planning where times are equal."""

    def __init__(self) -> None:
        self._planned: list[tuple[float, int, Happening]] = []
        self._order = count()

    def plan(self, at: float, happening: Happening) -> None:
        heapq.heappush(self._planned, (at, next(self._order), happening))

    def next_at(self) -> float | None:
        return self._planned[0][0] if self._planned else None

    def run_until(self, now: float) -> None:
        """Let happen what is due; each happening is told its own time, not how late it is."""
        while self._planned and self._planned[0][0] <= now:
            at, _, happening = heapq.heappop(self._planned)
            happening(at)
