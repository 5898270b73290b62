"""The thread that keeps a kiosk in touch.

It exchanges at once for new reports, else every `poll_s`, and after failures ever more rarely.
"""

import logging
import random
from collections.abc import Callable
from threading import Condition, Thread
from typing import Final

from kiosk_agent.clock import Clock
from kiosk_agent.errors import KioskError, NoProgressError, RefusedError
from kiosk_agent.settings import Settings
from kiosk_agent.store.own_log import NEWS
from kiosk_agent.sync.engine import Outcome

log = logging.getLogger(__name__)

_LOOK_S: Final = 15
"""Between looks at the clock."""
_STOP_S: Final = 5


class SyncLoop:
    """Runs syncs in a thread of its own.

    Args:
        sync: one run of exchanges.
        poll_s: seconds between runs when all is well, asked each time.
        each_look: called every few seconds, and after each run; may write CLOCK and HEALTH.
    """

    def __init__(
        self,
        sync: Callable[[], Outcome],
        settings: Settings,
        clock: Clock,
        *,
        poll_s: Callable[[], float],
        each_look: Callable[[], None] = lambda: None,
    ) -> None:
        self._sync = sync
        self._settings = settings
        self._clock = clock
        self._poll_s = poll_s
        self._each_look = each_look
        self._changed = Condition()
        self._thread: Thread | None = None
        self._stopping = False
        self._failures = 0
        self._woken = False
        """Something new came since the last run began."""
        self._tried_at_s = clock.monotonic_s() - 86_400
        self._not_before_s = clock.monotonic_s()
        """The server asked not to come again earlier."""
        self.next_at_s = clock.monotonic_s()
        """When the next run is due, by the monotonic clock."""

    def start(self) -> None:
        """Begin; the first run is due at once."""
        self._stopping = False
        self._thread = Thread(target=self._live, name="sync", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End. A run that hangs on the network is left behind: it can lose nothing."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(_STOP_S)

    def appended(self, kind: int) -> None:
        """An entry was committed: wake where somebody waits for it to arrive (never for CLOCK and HEALTH)."""
        if kind in NEWS:
            self.wake()

    def wake(self) -> None:
        """Something new lies ready: go at once, after failures once in `backoff_s`; never before the server said."""
        with self._changed:
            self._woken = True
            self.next_at_s = min(self.next_at_s, self._soonest_s())
            self._changed.notify_all()

    def run_now(self) -> Outcome:
        """Run once for a person who asks, in that person's thread, whatever the plan was."""
        return self._run()

    def _live(self) -> None:
        while True:
            with self._changed:
                while not self._stopping and (left := self.next_at_s - self._clock.monotonic_s()) > 0:
                    if not self._changed.wait(min(left, _LOOK_S)):
                        break
                if self._stopping:
                    return
                is_due = self._clock.monotonic_s() >= self.next_at_s
            try:
                if is_due:
                    self._run()
                self._each_look()
            except KioskError as error:
                log.warning("the sync cannot go on for now: %s", error.code)
            except Exception:
                log.exception("the sync failed")

    def _run(self) -> Outcome:
        with self._changed:
            self._tried_at_s = self._clock.monotonic_s()
            self._woken = False
            # Until it has ended, nothing further is due; what is filed meanwhile moves this forward again.
            self.next_at_s = self._tried_at_s + self._settings.backoff_max_s
        error: KioskError | None = NoProgressError("Pengiriman gagal.")  # unless it comes to its end
        try:
            outcome = self._sync()
            error = outcome.error
        finally:
            self._plan(error)
        return outcome

    def _plan(self, error: KioskError | None) -> None:
        with self._changed:
            now_s = self._clock.monotonic_s()
            asked_s = error.retry_after_s if isinstance(error, RefusedError) else None
            self._not_before_s = now_s + min(asked_s or 0, self._settings.backoff_max_s)
            if error is None:
                self._failures = 0
                self.next_at_s = now_s + self._usual_s()
            else:
                self._failures += 1
                self.next_at_s = max(now_s + self._backoff_s(), self._not_before_s)
            if self._woken:
                self.next_at_s = min(self.next_at_s, self._soonest_s())

    def _soonest_s(self) -> float:
        """When something new may go at the earliest."""
        earliest_s = self._tried_at_s + self._settings.backoff_s if self._failures else self._clock.monotonic_s()
        return max(earliest_s, self._not_before_s)

    def _usual_s(self) -> float:
        try:
            return self._poll_s()
        except KioskError as error:
            log.warning("it is not known how often to ask: %s", error.code)
            return self._settings.backoff_s

    def _backoff_s(self) -> float:
        """1 min x 2^n with jitter, at most 1 h."""
        wait_s = min(self._settings.backoff_s * 2.0 ** min(self._failures - 1, 16), self._settings.backoff_max_s)
        return wait_s * random.uniform(0.75, 1.0)  # noqa: S311
