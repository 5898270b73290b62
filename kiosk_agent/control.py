"""What people and scripts can have a kiosk do. The command line calls it directly, or through a running agent."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from kiosk_agent.errors import AlreadyEnrolledError, KioskError, SettingsError
from kiosk_agent.intake.lines import Answer, file_line
from kiosk_agent.kiosk import Kiosk, Status
from kiosk_agent.modem_words import health_of
from kiosk_agent.sms_desk.aside import Aside
from kiosk_agent.store import facts
from kiosk_agent.store.device_keys import DeviceKeys
from kiosk_agent.store.scrub import scrub
from kiosk_agent.sync.clock_watch import ClockWatch
from kiosk_agent.sync.engine import Engine, Outcome
from kiosk_agent.sync.enrol import judge, prepare
from kiosk_agent.sync.health import HealthReporter
from kiosk_agent.sync.http_transport import HttpTransport, check_address
from kiosk_agent.sync.loop import SyncLoop
from kiosk_agent.sync.transport import Transport
from kiosk_agent.sync.usb import Exported, Imported, export_bundle, import_bundle
from kiosk_agent.version import version
from sync_protocol.bodies import Health
from sync_protocol.kinds import Kind
from sync_protocol.states import Enrolment

if TYPE_CHECKING:
    from kiosk_agent.sms_desk.desk import SmsDesk

log = logging.getLogger(__name__)

_FIRST_SCRUB_S = 900
_SCRUB_S = 24 * 3_600
_SETTLE_S = 90
"""So long after a start the first HEALTH waits for modems that have told nothing yet."""
_FOLLOW_UP_S = (3.0, 10.0, 30.0, 90.0)
"""After a command by SMS has gone up: the centre answers it within moments, and somebody waits."""

Connect = Callable[[str], Transport]
"""Makes the way to an address."""


class SyncAnswer(Struct):
    """What `kasih-kiosk sync` prints, and why it ended before its time."""

    counts: dict[str, int]
    error: str = ""
    is_revoked: bool = False
    """The centre took everything and trusts this kiosk no more."""


class EnrolAnswer(Struct):
    """What `kasih-kiosk enrol` prints."""

    state: Enrolment
    unit: str
    unit_name: str
    log: str


class Control:
    """The commands of one opened kiosk."""

    def __init__(self, kiosk: Kiosk, connect: Connect | None = None) -> None:
        self.kiosk = kiosk
        self._connect = connect or (lambda url: HttpTransport(url, kiosk.settings))
        self._clock_watch = ClockWatch(kiosk.store, kiosk.clock)
        self._engine = Engine(kiosk.store, kiosk.clock, look=self._clock_watch.look)
        self._health = HealthReporter(kiosk.store, kiosk.clock)
        self.looks: list[Callable[[], None]] = []
        """Called now and then while `run` is up, before anything is written."""
        self._way: tuple[str, Transport] | None = None
        self._settled_at_s = kiosk.clock.monotonic_s() + _SETTLE_S
        self._scrub_at_s = kiosk.clock.monotonic_s() + _FIRST_SCRUB_S  # Not while an old PC is still starting.
        self._loop: SyncLoop | None = None
        self._desk: SmsDesk | None = None
        self._follow_ups_s: list[float] = []
        """Waits until the next exchanges that are to fetch an answer."""
        kiosk.sync_state = lambda: self._engine.state

    def close(self) -> None:
        """Let go of the connection and of the folder."""
        if self._way is not None:
            self._way[1].close()
        self.kiosk.close()

    def file(self, line: bytes, ref: bytes) -> Answer:
        """File a report that is given as a line of JSON."""
        return file_line(self.kiosk.intake, line, ref)

    def status(self) -> Status:
        """How the kiosk is."""
        return self.kiosk.status()

    def run_sync(self, server: str = "") -> Outcome:
        """Exchange until there is nothing more to send or fetch.

        Args:
            server: another address than the one in force.

        Raises:
            SettingsError: no address of a centre is known, or it is none.
        """
        try:
            outcome = self._engine.run(self._transport(server or self.kiosk.server))
        except KioskError as error:
            self._engine.fail(error)
            raise
        if outcome.error is None:
            self._clock_watch.compare()
        return outcome

    def sync(self) -> SyncAnswer:
        """Exchange, and say what came of it."""
        outcome = self._loop.run_now() if self._loop is not None else self.run_sync()
        is_revoked = self.kiosk.store.enrolment is Enrolment.REVOKED
        return SyncAnswer(counts=outcome.counts(), error=str(outcome.error or ""), is_revoked=is_revoked)

    def enrol(self, server: str, code: str, keys: DeviceKeys | None = None) -> EnrolAnswer:
        """Make this folder a kiosk of a centre; returns when everything that it needs is stored.

        A kiosk that is enrolled is asked for once more by the same code alone. It takes a new address once its own
        centre has answered there.

        Raises:
            EnrolError: it has not come to its end; what is there is kept, and the command can be repeated.
        """
        kiosk, store = self.kiosk, self.kiosk.store
        check_address(server)
        try:
            prepare(store, code, server, keys)
        except AlreadyEnrolledError as error:
            raise AlreadyEnrolledError(f"{error} {self._whose()}") from None
        is_new_address = store.fact(facts.SERVER) != server.encode()
        is_settled = kiosk.centre.is_ready and store.enrolment is Enrolment.ACTIVE
        if is_new_address or not is_settled:
            outcome = self.run_sync(server)
            if is_settled and outcome.error is not None:
                raise AlreadyEnrolledError(
                    f"Kios ini sudah terdaftar, dan alamatnya tidak diganti: di {server} pusat kios ini tidak "
                    f"menjawab. {outcome.error} {self._whose()}"
                )
            judge(store, outcome, is_ready=kiosk.centre.is_ready)
            if is_new_address:
                store.remember(facts.SERVER, server.encode())
        config = kiosk.centre.config
        return EnrolAnswer(
            state=store.enrolment,
            unit=config.unit if config else "",
            unit_name=config.unit_name if config else "",
            log=store.device.log.hex(),
        )

    def _whose(self) -> str:
        """Where this kiosk is enrolled."""
        config = self.kiosk.centre.config
        unit = f"{config.unit_name or config.unit} ({config.unit})" if config else "belum diketahui"
        return f"Unit: {unit}. Pusat: {self.kiosk.server}."

    def export(self) -> Exported:
        """A bundle for a stick."""
        return export_bundle(self.kiosk.store, self.kiosk.clock)

    def import_(self, data: bytes) -> Imported:
        """Take a file of the centre's."""
        return import_bundle(self.kiosk.store, data)

    def make_loop(self) -> SyncLoop:
        """The thread that keeps this kiosk in touch while `run` is up."""
        kiosk = self.kiosk
        loop = SyncLoop(self.run_sync, kiosk.settings, kiosk.clock, poll_s=self.next_poll_s, each_look=self._look)
        kiosk.store.appended.append(self._expect_answer)
        kiosk.store.appended.append(loop.appended)
        self._loop = loop
        return loop

    def make_desk(self) -> "SmsDesk":
        """The desk that the modems of this kiosk work for.

        Raises:
            StorageKeyError: the kiosk has no storage key.
        """
        if self._desk is None:
            from kiosk_agent.sms_desk.desk import SmsDesk  # noqa: PLC0415  A kiosk without a modem need not load it.

            self._desk = SmsDesk(self.kiosk, self._clock_watch.hear_sms)
            self.kiosk.store.arrived.append(self._desk.arrived)
            self.looks.append(self._desk.look)
        return self._desk

    def quarantine(self, *, with_content: bool = False) -> list[Aside]:
        """The SMS that were put aside."""
        return self.make_desk().quarantine(with_content=with_content)

    def note_boot(self) -> None:
        """Write the CLOCK entry of a start of `run`."""
        self._clock_watch.note_boot()

    def next_poll_s(self) -> float:
        """Seconds until the next exchange when all is well: soon while an answer is awaited, else as is usual."""
        return min(self._follow_ups_s.pop(0), self.kiosk.poll_s) if self._follow_ups_s else self.kiosk.poll_s

    def _expect_answer(self, kind: int) -> None:
        if kind == Kind.SMS_IN:
            self._follow_ups_s = list(_FOLLOW_UP_S)

    def _look(self) -> None:
        """Now and then: at the clock, at the kiosk's health, once a day at every record."""
        kiosk = self.kiosk
        for look in self.looks:
            look()
        self._clock_watch.look()
        if kiosk.clock.monotonic_s() >= self._scrub_at_s:
            self._scrub_at_s += _SCRUB_S
            scrub(kiosk.store)
        keys = kiosk.centre.keys
        if keys is not None:
            status = kiosk.status()
            if self._is_settling(status):
                return
            health = Health(
                version=version(),
                queue=status.queue,
                oldest_s=status.oldest_s,
                disk_free_mb=status.disk_free_mb,
                rotted=status.rotted,
                modem=status.modem,
                quarantine=status.quarantine,
                modems=[health_of(modem) for modem in status.modems[:16]],
            )
            self._health.report(health, keys)

    def _is_settling(self, status: Status) -> bool:
        """Whether a modem is still finding out how it is; the next HEALTH would be an hour away."""
        is_silent = any(not modem.operator and not modem.trouble for modem in status.modems)
        return is_silent and self.kiosk.clock.monotonic_s() < self._settled_at_s

    def _transport(self, url: str) -> Transport:
        if not url:
            raise SettingsError("Alamat pusat belum diketahui: pakai KASIH_SERVER, atau daftarkan kios ini.")
        way = self._way  # Another thread may be on its way to another address.
        if way is not None and way[0] != url:
            way[1].close()
            way = None
        if way is None:
            way = self._way = (url, self._connect(url))
        return way[1]
