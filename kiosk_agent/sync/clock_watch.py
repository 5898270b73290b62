"""What the kiosk learns about its own clock, written down as CLOCK entries (section 3 of docs/protocol.md).

The centre puts filing times right by them. They never wake the sync: they travel with whatever goes next.
"""

from threading import Lock
from typing import Final

from kiosk_agent.clock import Clock
from kiosk_agent.store import Store, facts
from sync_protocol.bodies import Clock as ClockBody
from sync_protocol.kinds import Kind

TOLERANCE_MS: Final = 60_000
SMS_DOUBT_MS: Final = 300_000
"""An SMS is on its way for seconds to minutes."""
AHEAD_MS: Final = 30 * 86_400_000
"""No network keeps an SMS for so long: a kiosk whose clock says so is ahead."""


class ClockWatch:
    """Watches one run of the program."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._wall_ms, self._monotonic_s = clock.now_ms(), clock.monotonic_s()
        self._looking = Lock()
        self._knows_better = False
        """Whether the centre told its time since the program started."""

    def note_boot(self) -> None:
        """Say that the program has started: what was known of the clock before may no longer hold.

        Raises:
            NotSavedError: it is not on the disk.
        """
        contact_at, offset = self._store.number_fact(facts.CONTACT_AT), self._store.number_fact(facts.OFFSET)
        went_back = contact_at is not None and self._clock.now_ms() < contact_at
        self._write("boot", 0 if went_back or offset is None else offset)

    def look(self) -> None:
        """Say so where somebody or something has set the clock since the last look.

        Whatever measures the offset looks first: else the same jump would be counted a second time by the next look.

        Raises:
            NotSavedError: it is not on the disk.
        """
        with self._looking:
            wall_ms, monotonic_s = self._clock.now_ms(), self._clock.monotonic_s()
            jump_ms = wall_ms - self._wall_ms - round((monotonic_s - self._monotonic_s) * 1000)
            if abs(jump_ms) <= TOLERANCE_MS:
                return
            self._wall_ms, self._monotonic_s = wall_ms, monotonic_s
            offset = self._store.number_fact(facts.OFFSET)
            if offset is not None:
                offset -= jump_ms
                self._store.remember(facts.OFFSET, str(offset).encode())
            self._write("jump", offset or 0, jump_ms)

    def compare(self) -> None:
        """After an exchange: say so where the distance to the server's clock has moved since it was last said.

        On a slow link that distance is known no better than to half of the round trip, and no more is said.

        Raises:
            NotSavedError: it is not on the disk.
        """
        offset = self._store.number_fact(facts.OFFSET)
        told = self._store.number_fact(facts.CLOCK_OFFSET_TOLD) or 0
        doubt = self._store.number_fact(facts.OFFSET_DOUBT) or 0
        self._knows_better = offset is not None
        if offset is not None and abs(offset - told) > TOLERANCE_MS + doubt:
            self._write("server", offset)

    def hear_sms(self, sent_ms: int) -> None:
        """An SMS has come that the network stamped with this time. Only where the centre has not told the time yet.

        It may have been on its way for long, so it tells that a clock is behind, and not that one is a little ahead.

        Raises:
            NotSavedError: it is not on the disk.
        """
        if self._knows_better:
            return
        self.look()
        known_ms = self._store.number_fact(facts.OFFSET) or 0
        offset_ms = sent_ms - self._clock.now_ms()
        if offset_ms - known_ms > TOLERANCE_MS or offset_ms - known_ms < -AHEAD_MS:
            self._store.remember(facts.OFFSET, str(offset_ms).encode())
            self._store.remember(facts.OFFSET_DOUBT, str(SMS_DOUBT_MS).encode())
            self._write("sms", offset_ms)

    def _write(self, reason: str, offset_ms: int, jump_ms: int = 0) -> None:
        body = ClockBody(reason=reason, offset_ms=offset_ms, jump_ms=jump_ms)
        self._store.append(
            Kind.CLOCK,
            body,
            also=lambda connection, _: facts.put(connection, facts.CLOCK_OFFSET_TOLD, str(offset_ms).encode()),
        )
