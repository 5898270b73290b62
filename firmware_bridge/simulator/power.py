"""Power and port: plugged in or out, starting, hanging."""

from collections.abc import Callable

from firmware_bridge.simulator.settings import Latency
from firmware_bridge.simulator.timeline import Happening, Timeline


class Power:
    """Whether the modem is there and listens. What was under way before a loss of power does not happen after it."""

    def __init__(self, timing: Latency, timeline: Timeline, on_lost: Happening, on_started: Happening) -> None:
        self._timing = timing
        self._timeline = timeline
        self._on_lost = on_lost
        self._on_started = on_started
        self._losses = 0
        self._booting = False
        self.away = False
        """The port is gone."""
        self.unplugged = 0
        """How often it went."""
        self.hung = ""
        """What ends a hanging: `reopen`, `power`; empty where nothing hangs."""

    @property
    def listening(self) -> bool:
        return not (self.away or self._booting or self.hung)

    def reopened(self) -> None:
        """Somebody opened the port: a modem that hung until then answers again."""
        if self.hung == "reopen":
            self.hung = ""

    def unplug(self, seconds: float, at: float) -> None:
        """The port and the power are gone for a time."""
        self.away = True
        self.unplugged += 1
        self._lose(at)
        self.plan(at + seconds, self._start)

    def reboot(self, away_s: float | None, at: float) -> None:
        """Restart; the port goes away only where that takes time. None: as long as the latency says."""
        away_s = self._timing.reboot_away_s if away_s is None else away_s
        if away_s > 0:
            self.unplug(away_s, at)
            return
        self._lose(at)
        self._start(at)

    def plan(self, at: float, happening: Callable[[float], None]) -> None:
        """Let something happen then, if the power is not lost before."""
        losses = self._losses

        def happen(then: float) -> None:
            if losses == self._losses:
                happening(then)

        self._timeline.plan(at, happen)

    def _lose(self, at: float) -> None:
        self._losses += 1
        self.hung = ""
        self._on_lost(at)

    def _start(self, at: float) -> None:
        self.away = False
        self._booting = True
        if self._timing.boot_s > 0:
            self.plan(at + self._timing.boot_s, self._started)
        else:
            self._started(at)

    def _started(self, at: float) -> None:
        self._booting = False
        self._on_started(at)
