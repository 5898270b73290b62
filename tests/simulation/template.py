"""A founded centre, a foreign one and kiosks, made once from fixed keys and copied for every seed.

The foreign centre has let the kiosks in too, so that it answers them with replies that are good in all but whose they are.
"""

import os
import socket
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

from kiosk_agent.sync.transport import RefusedError
from server.actions.confirm_device import confirm_device
from server.actions.found_centre import found_centre
from server.actions.issue_code import issue_code
from sync_protocol.agent_session import FIRST_BUDGET
from tests.simulation.places import Centre, Kiosk
from tests.simulation.world import START_MS

KIOSKS = 3
UNIT = "KEL-53.71.01.1001"


class _Direct:
    """A link without faults."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    def send(self, bundle: bytes) -> bytes:
        reply = self._centre.deliver(bundle)
        if reply is None:
            raise RefusedError(403)
        return reply

    def close(self) -> None:
        """Nothing is kept."""


class _Then:
    """The world before it begins."""

    now_ms = START_MS - 3_600_000
    budget = FIRST_BUDGET


def make_template(folder: Path) -> None:
    """Fill a folder; every key in it follows from a count, so every process makes the same."""
    drawn = 0

    def counted(size: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return (sha256(f"template {drawn}".encode()).digest() * (size // 32 + 1))[:size]

    then = _Then()
    with patch.object(os, "urandom", counted):
        for name in ("centre", "foreign"):
            found_centre(folder / name, clock=lambda: then.now_ms)
        centre = Centre(folder / "centre", then)
        foreign = Centre(folder / "foreign", then)
        codes = [issue_code(centre.centre, UNIT, actor="simulation") for _ in range(KIOSKS)]
    with patch.object(socket, "gethostname", lambda: "kios"):
        for number, code in enumerate(codes):
            kiosk = Kiosk(folder / f"kiosk-{number}", then)
            kiosk.enrol(code, _Direct(centre))
            foreign.deliver(kiosk.export(), via="usb")  # The KEY knocks there: no code of that centre explains it.
            confirm_device(foreign.centre, kiosk.store.device.log, actor="simulation", unit=UNIT)
            kiosk.close()
    centre.close()
    foreign.close()
