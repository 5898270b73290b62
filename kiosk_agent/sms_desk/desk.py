"""The desk that the modems of a kiosk work for: what they find is committed before they delete it."""

import logging
from collections.abc import Callable, Sequence

from firmware_bridge.desk import DeskRefusedError, Found, Outcome, Outgoing, Sim
from kiosk_agent.errors import DiskError, RottenBoxError, StorageKeyError
from kiosk_agent.kiosk import Kiosk
from kiosk_agent.sms_desk.ages import Ages
from kiosk_agent.sms_desk.aside import Aside
from kiosk_agent.sms_desk.boxes import Boxes
from kiosk_agent.sms_desk.filer import Filer
from kiosk_agent.sms_desk.incoming import Incoming
from kiosk_agent.sms_desk.outbox import Outbox
from kiosk_agent.sms_desk.outcomes import Outcomes
from kiosk_agent.sms_desk.queue import Queue
from kiosk_agent.store import sms

log = logging.getLogger(__name__)


class SmsDesk:
    """Implements `firmware_bridge.desk.Desk`. Safe to call from any thread: a transaction keeps the others waiting.

    Args:
        heard_time: told the network's time of an SMS that has just come, in Unix milliseconds.
    """

    def __init__(self, kiosk: Kiosk, heard_time: Callable[[int], None] = lambda _: None) -> None:
        """Build a desk.

        Raises:
            StorageKeyError: the kiosk has no storage key.
        """
        if kiosk.store.storage_key is None:
            raise StorageKeyError("Kunci penyimpanan kios belum ada.")
        self._store = kiosk.store
        self._boxes = Boxes(kiosk.store.storage_key)
        ages = Ages(kiosk.clock)
        self._queue = Queue(kiosk, self._boxes, ages)
        self._outcomes = Outcomes(kiosk, self._boxes, ages)
        self._outbox = Outbox(kiosk, self._boxes, ages, self._outcomes)
        self._incoming = Incoming(kiosk, self._boxes, Filer(kiosk, self._boxes, self._queue), self._outcomes)
        self._heard_time = heard_time
        self._has_orders = True
        """Whether the centre may have sent orders since they were last looked at."""

    # -- what the bridge calls -----------------------------------------------------------------------------------------

    def take(self, sim: Sim, found: Sequence[Found]) -> None:
        """Commit every message, decodable or not, and file what is whole.

        Raises:
            DeskRefusedError: nothing was committed.
        """
        try:
            with self._store.filing() as filing:
                times = [self._incoming.add(filing, sim, one) for one in found]
                self._incoming.file_due(filing)
        except DiskError as error:
            log.warning("SMS could not be stored: %s", error.code)
            raise DeskRefusedError from error
        latest_ms = max((time for time in times if time is not None), default=None)
        if latest_ms is not None:
            self._tell_time(latest_ms)

    def next_out(self, sim: Sim, *, replies_only: bool = False) -> Outgoing | None:
        """What to send now, its attempt committed."""
        has_orders, self._has_orders = self._has_orders, False
        try:
            with self._store.filing() as filing:
                if has_orders:
                    self._queue.take_orders(filing)
                return self._outbox.next(filing, self._boxes.mark("sim", sim.imsi), replies_only=replies_only)
        except DiskError as error:
            self._has_orders = True
            log.warning("nothing can be sent for now: %s", error.code)
            return None

    def outcome(self, sim: Sim, outgoing: Outgoing, outcome: Outcome, *, reference: int | None, code: str) -> None:
        """What became of what `next_out` gave. Where that cannot be kept, it stays without an answer."""
        try:
            with self._store.filing() as filing:
                via = self._boxes.mark("sim", sim.imsi)
                self._outcomes.outcome(filing, via, outgoing, outcome, reference, code)
        except DiskError as error:
            log.warning("the outcome of an SMS could not be kept: %s", error.code)

    def balance(self, sim: Sim, text: str, rupiah: int | None) -> None:
        """The bridge itself keeps the balance and stops sending without one; its status says so."""

    # -- what the kiosk calls ------------------------------------------------------------------------------------------

    def arrived(self) -> None:
        """The centre has sent something."""
        self._has_orders = True

    def look(self) -> None:
        """File what has waited long enough, also where no modem is plugged in.

        Raises:
            NotSavedError: it could not.
        """
        with self._store.filing() as filing:
            self._incoming.file_due(filing)

    def quarantine(self, *, with_content: bool = False) -> list[Aside]:
        """What was put aside, the oldest first."""
        with self._store.disk.reading() as connection:
            rows = sms.quarantined(connection)
        return [Aside(row.at, row.reason, self._content(row) if with_content else "") for row in rows]

    def _content(self, row: sms.Quarantined) -> str:
        try:
            return self._boxes.open(row.key, row.box).hex().upper()
        except RottenBoxError:
            return ""

    def _tell_time(self, sent_ms: int) -> None:
        try:
            self._heard_time(sent_ms)
        except DiskError as error:
            log.warning("the time of an SMS could not be noted: %s", error.code)
