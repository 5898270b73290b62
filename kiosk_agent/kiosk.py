"""A kiosk: an opened data folder, with everything that a page, the sync or a command needs of it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from firmware_bridge.desk import ModemStatus
from kiosk_agent.clock import Clock, SystemClock
from kiosk_agent.errors import NotEnrolledError, SetupError
from kiosk_agent.intake.centre import CentreData
from kiosk_agent.intake.intake import Intake
from kiosk_agent.intake.master import Master
from kiosk_agent.reasons import why
from kiosk_agent.settings import Settings, load_settings
from kiosk_agent.store import Store, facts
from sync_protocol.entry import Sealer, parse_entry
from sync_protocol.seal import hpke_seal
from sync_protocol.states import Enrolment, Sync

__all__ = ["Kiosk", "Master", "Status", "make_kiosk", "open_kiosk"]

CENTRE_KEYS = "centre.keys"
"""The file by which a folder is known for a centre's."""
MODEM_POLL_S = 60
"""Where a modem is driven, there are residents who wait for what the centre answers."""
_NOTHING = Master()


class Status(Struct, frozen=True, kw_only=True):
    """How the kiosk is: what `kasih-kiosk status` prints and the pages show."""

    state: Enrolment
    """new, pending, active or revoked, as the centre last said."""
    log: str
    """The name of this kiosk's log in hex, by which the centre's commands know it; empty before it has keys."""
    applied: bool
    """Its KEY was answered, and by nobody proven: the centre waits for an admin, as far as that can be known."""
    ready: bool
    """Whether reports can be filed."""
    unit: str
    unit_name: str
    queue: int
    """Reports and messages that the centre has not received yet."""
    oldest_s: int
    """Age of the oldest of them."""
    last_contact_at: int | None
    """The kiosk's clock at the last exchange that went well, Unix milliseconds; a stick is none."""
    heard_at: int | None = None
    """The centre's clock in the newest HEAD of its that is held, whichever way it came, Unix milliseconds."""
    last_error: str
    """Why the last exchange failed; empty after a success."""
    sync: Sync
    disk_free_mb: int
    clock_offset_ms: int | None
    """The centre's clock less the kiosk's, as last measured."""
    modem: str
    """Network and signal, or what is wrong; empty where none was asked for."""
    rotted: int
    """Records whose bytes have changed on the disk."""
    filed: int
    """Complaints in this kiosk's log."""
    safe: int
    """Of them, how many lie in a verified backup of the centre."""
    sms_waiting: int = 0
    """SMS that are still to go out."""
    quarantine: int = 0
    """SMS that were put aside unread."""
    modems: list[ModemStatus] = []
    """Each modem; without the number of its card."""


class Kiosk:
    """An opened data folder. Safe to use from any thread."""

    def __init__(self, data: Path, settings: Settings, store: Store, clock: Clock) -> None:
        self.data = data
        self.settings = settings
        self.store = store
        self.clock = clock
        self.centre = CentreData(store)
        self.intake = Intake(store, self.centre, clock)
        self.sync_state: Callable[[], Sync] = lambda: Sync.IDLE
        """Set by whoever runs the sync."""
        self.modem_state: Callable[[], str] = lambda: ""
        """Set by whoever runs the modems."""
        self.modems: Callable[[], list[ModemStatus]] = list
        """Set with it."""

    def master(self) -> Master:
        """The centre's tables; empty until they have come."""
        return self.centre.master or _NOTHING

    def status(self) -> Status:
        """How the kiosk is just now."""
        store, config = self.store, self.centre.config
        queue, oldest = store.queue()
        stated = store.last_stated()
        age_ms = self.clock.now_ms() - parse_entry(oldest.raw).time_ms if oldest is not None and oldest.raw else 0
        return Status(
            state=store.enrolment,
            log=store.keys.log.hex() if store.keys else "",
            applied=store.pinned is None and store.fact(facts.APPLIED) == b"1",
            ready=self.centre.is_ready,
            unit=config.unit if config else "",
            unit_name=config.unit_name if config else "",
            queue=queue,
            oldest_s=max(0, age_ms // 1000),
            last_contact_at=store.number_fact(facts.CONTACT_AT),
            heard_at=stated.body.now if stated is not None else None,
            last_error=(store.fact(facts.LAST_ERROR) or b"").decode(),
            sync=self.sync_state(),
            disk_free_mb=shutil.disk_usage(self.data).free >> 20,
            clock_offset_ms=store.number_fact(facts.OFFSET),
            modem=self.modem_state(),
            rotted=len(facts.read_seqs(store.fact(facts.ROTTED))),
            filed=store.complaints(),
            safe=store.complaints(store.safe_seq()),
            sms_waiting=store.sms_waiting(),
            quarantine=store.quarantined(),
            modems=[replace(modem, imsi="") for modem in self.modems()],
        )

    @property
    def server(self) -> str:
        """The centre's address: a setting, else the one given at enrolment."""
        return self.settings.server or (self.store.fact(facts.SERVER) or b"").decode()

    @property
    def poll_s(self) -> float:
        """Seconds between exchanges when there is nothing new."""
        if self.settings.poll_s:
            return self.settings.poll_s
        config = self.centre.config
        poll_s = config.poll_s if config else 600
        return min(poll_s, MODEM_POLL_S) if self.modems() else poll_s

    def close(self) -> None:
        """Let go of the folder."""
        self.store.close()


def open_kiosk(
    data: Path,
    *,
    wait_s: float | None = None,
    clock: Clock | None = None,
    seal: Sealer = hpke_seal,
    flags: dict[str, Any] | None = None,
) -> Kiosk:
    """Open the data folder of an enrolled kiosk.

    Args:
        wait_s: how long to wait for a folder that is in use; None: as the settings say.
        flags: settings from the command line.

    Raises:
        DataFolderInUseError: another agent holds it.
        NotEnrolledError: there is no kiosk in it.
        SetupError, NotReadableError: it cannot be used.
    """
    if not data.is_dir():
        raise NotEnrolledError(
            f"Folder data {data} tidak ada. Daftarkan dulu kiosnya: "
            f"kasih-kiosk enrol --data {data} --server URL --code KODE"
        )
    kiosk = make_kiosk(data, wait_s=wait_s, clock=clock, seal=seal, flags=flags)
    try:
        _ = kiosk.store.device
    except NotEnrolledError:
        kiosk.close()
        raise
    return kiosk


def make_kiosk(
    data: Path,
    *,
    wait_s: float | None = None,
    clock: Clock | None = None,
    seal: Sealer = hpke_seal,
    flags: dict[str, Any] | None = None,
) -> Kiosk:
    """Open a data folder, or make a new one, to be enrolled.

    Raises:
        DataFolderInUseError: another agent holds it.
        SetupError, NotReadableError: it cannot be used.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise NotEnrolledError(f"Folder data {data} tidak bisa dibuat: {why(error)}.") from error
    if (data / CENTRE_KEYS).exists():
        raise SetupError(f"Folder {data} milik sebuah pusat. Beri kios folder data sendiri.")
    settings = load_settings(data, flags)
    clock = clock or SystemClock()
    store = Store(data, clock=clock, wait_s=settings.wait_s if wait_s is None else wait_s, seal=seal)
    return Kiosk(data, settings, store, clock)
