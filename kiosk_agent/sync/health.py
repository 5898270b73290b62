"""How the kiosk is, told to the centre on a change, at most once an hour (section 3 of docs/protocol.md)."""

from typing import Final

import msgspec

from kiosk_agent.clock import Clock
from kiosk_agent.store import Store, facts
from sync_protocol.bodies import Health, Keys
from sync_protocol.entry import parse_entry
from sync_protocol.kinds import Kind

MIN_INTERVAL_S: Final = 3_600
_DISK_STEPS_MB: Final = (100, 200, 500, 1_000, 5_000)


class HealthReporter:
    """Remembers what it last said, also across restarts."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._said_at_s = self._last_said_at_s()
        """By the monotonic clock; None: not within the hour, or not known."""

    def report(self, health: Health, keys: Keys) -> bool:
        """Append a HEALTH where something worth knowing has changed; whether it did.

        Raises:
            NotSavedError: it is not on the disk.
        """
        now_s = self._clock.monotonic_s()
        if self._said_at_s is not None and now_s - self._said_at_s < MIN_INTERVAL_S:
            return False
        telling = _telling(health)
        if self._store.fact(facts.HEALTH) == telling:
            return False
        self._store.append(
            Kind.HEALTH,
            health,
            recipient=bytes.fromhex(keys.intake),
            also=lambda connection, _: facts.put(connection, facts.HEALTH, telling),
        )
        self._said_at_s = now_s
        return True

    def _last_said_at_s(self) -> float | None:
        """When an earlier run of the program wrote the newest HEALTH, as far as the wall clock can tell."""
        held = self._store.own_newest(Kind.HEALTH)
        if held is None or held.raw is None:
            return None
        ago_s = (self._clock.now_ms() - parse_entry(held.raw).time_ms) / 1000
        # A clock that has gone back says nothing, and must not silence the kiosk for years.
        return self._clock.monotonic_s() - ago_s if 0 <= ago_s < MIN_INTERVAL_S else None


def _telling(health: Health) -> bytes:
    """What counts as a change: queue and age change all the time and the centre sees them anyway."""
    level = sum(health.disk_free_mb >= step for step in _DISK_STEPS_MB)
    troubles = [modem.trouble for modem in health.modems]
    return msgspec.json.encode([health.version, level, health.rotted, health.modem, health.quarantine, troubles])
