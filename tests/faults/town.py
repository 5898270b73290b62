"""A centre that serves over real HTTP and a kiosk that it knows, in one process, with real stores and a bad line.

What both have is theirs to lose: `judge` compares what the kiosk was told to keep with the centre's cases.
"""

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from kiosk_agent.intake import Form
from kiosk_agent.kiosk import open_kiosk
from kiosk_agent.settings import Settings
from kiosk_agent.sync.engine import Engine, Outcome
from kiosk_agent.sync.http_transport import HttpTransport
from kiosk_agent.sync.transport import Transport
from server.actions.fold_entries import fold
from server.actions.issue_code import issue_code
from server.domain.fold import decode_private
from server.store import cases, devices, ledger
from server.store.centre import Centre, open_centre
from server.store.down import append_down
from sync_protocol.bodies import Config
from sync_protocol.kinds import Kind
from tests.faults.folders import UNIT, centre_at, enrol
from tests.faults.relay import Relay
from tests.server.conftest import serving

QUICK = Settings(connect_timeout_s=5, stall_timeout_s=5, exchange_timeout_s=20)


def found(folder: Path) -> Path:
    """Make a centre and a kiosk that it knows, to be copied for each town."""
    with centre_at(folder / "centre") as centre:
        enrol(folder / "kiosk", folder / "keys", centre, issue_code(centre, UNIT, actor="test"))
    return folder


class Town:
    """A centre, a kiosk, and the line between them."""

    def __init__(self, template: Path, folder: Path) -> None:
        shutil.copytree(template, folder, dirs_exist_ok=True)
        os.environ["KASIH_KEY_DIR"] = str(folder / "keys")
        self.centre = open_centre(folder / "centre", flags={"body_idle_s": 2})
        self._serving = serving(self.centre)
        self._live = self._serving.__enter__()
        self.port = self._live.port
        self.relay = Relay(self.port)
        self.kiosk = open_kiosk(folder / "kiosk", wait_s=0)
        self.way = HttpTransport(self.relay.url, QUICK)
        self._engine = Engine(self.kiosk.store, self.kiosk.clock)
        self.filed: dict[bytes, str] = {}
        """The text of each complaint by its entry."""

    def close(self) -> None:
        self.way.close()
        self.relay.close()
        self.kiosk.close()
        self._serving.__exit__(None, None, None)
        self.centre.close()

    def file(self, text: str = "", **fields: Any) -> bytes:
        """File a complaint at the kiosk; its entry's id."""
        text = text or f"Laporan ke-{len(self.filed):06}: air ledeng tidak jalan."
        form = Form(ref=os.urandom(16), category="AIR", kelurahan="53.71.01.1001", text=text, **fields)
        entry_id = self.kiosk.intake.file(form).entry_id
        self.filed[entry_id] = text
        return entry_id

    def say(self, settings: dict[str, str] | None = None) -> None:
        """Let the centre have something new for the kiosk."""
        body = Config(unit=UNIT, unit_name="Namosain", poll_s=600, settings=settings or {})
        log = self.kiosk.store.device.log

        def append(connection: Connection) -> None:
            device = devices.get_device(connection, log)
            assert device is not None
            append_down(connection, self.centre, device, Kind.CONFIG, body, 0)

        self.centre.write(append)

    def sync(self, way: Transport | None = None) -> Outcome:
        """One run of exchanges, over the line or another way."""
        return self._engine.run(way or self.way)

    def held(self, ids: list[bytes]) -> set[bytes]:
        """Which of these entries the centre holds."""
        return self.centre.read(lambda connection: ledger.held_ids(connection, ids))

    def digest(self) -> None:
        """Wait until the centre has dealt with all that came, also of requests that were cut."""
        wait_until(lambda: not self._live.in_work, "the centre deals with what came")

    def received(self, ids: list[bytes]) -> set[bytes]:
        """Which of these entries the kiosk takes for received."""
        upto = self.kiosk.store.received_seq()
        own = {entry_id: self.kiosk.store.own(entry_id) for entry_id in ids}
        return {entry_id for entry_id, held in own.items() if held is not None and held.seq <= upto}

    def judge(self) -> None:
        """Compare all that was filed with the centre's cases.

        Raises:
            AssertionError: something is lost, doubled, altered or invented.
        """
        fold(self.centre)
        assert texts_of(self.centre) == Counter(self.filed.values())
        assert self.kiosk.store.pending() == 0


def texts_of(centre: Centre) -> Counter[str]:
    """The texts of all cases."""
    rows = centre.read(lambda connection: list(cases.all_cases(connection)))
    return Counter(decode_private(centre.keys.decrypt_field(row["id"], row["private"])).text for row in rows)


@contextmanager
def town_at(template: Path, folder: Path) -> Iterator[Town]:
    """Open a town, and close it again."""
    town = Town(template, folder)
    try:
        yield town
    finally:
        town.close()


def wait_until(condition: Callable[[], bool], what: str, *, within_s: float = 20) -> None:
    """Poll until something holds.

    Raises:
        AssertionError: it does not in time.
    """
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s:.0f} s: {what}"
        time.sleep(0.002)
