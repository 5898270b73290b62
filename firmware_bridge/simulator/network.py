"""The mobile network with its SMSC: what waits for the SIM, what the SIM sent, and what that cost."""

import random
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from firmware_bridge.errors import PduError, ScenarioError
from firmware_bridge.pdu import Address, StatusReport, Submit, decode_pdu, encode_pdu
from firmware_bridge.simulator.device import Device
from firmware_bridge.simulator.outgoing import Outgoing, SentMessage
from firmware_bridge.simulator.refusals import cms
from firmware_bridge.simulator.settings import SimulatorSettings
from firmware_bridge.simulator.timeline import Timeline

MAX_WAITING = 100_000
MAX_HISTORY = 20_000
MAX_UNACKNOWLEDGED = 100
RETRY_S = 5.0
"""How long the SMSC waits after a message was not acknowledged."""
WITA = timezone(timedelta(hours=8))


class Network:
    """One SMSC and one subscriber."""

    def __init__(self, settings: SimulatorSettings, timeline: Timeline, device: Device, dice: random.Random) -> None:
        self._settings = settings
        self._timing = settings.timing
        self._timeline = timeline
        self._device = device
        self._dice = dice
        self._waiting: deque[tuple[bytes, bool]] = deque()
        self._reports: deque[bytes] = deque()
        self._unacknowledged: deque[tuple[float, bytes]] = deque(maxlen=MAX_UNACKNOWLEDGED)
        self._history: deque[bytes] = deque(maxlen=MAX_HISTORY)
        self._delivering = False
        self._reference = 0
        self.redeliver_share = settings.redeliver
        self.balance = settings.balance
        self.delivered = 0
        self.outgoing = Outgoing()
        self.report_status = 0
        self.on_sent: Callable[[float], None] = lambda _at: None
        self.smsc = Address.parse(settings.smsc)
        device.radio = self

    def clock(self, at: float) -> datetime:
        """What the network's clock shows."""
        return (self._settings.started_at + timedelta(seconds=at)).astimezone(WITA)

    # -- to the SIM ----------------------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        return len(self._waiting) + len(self._reports)

    def queue(self, pdu: bytes, at: float, *, is_repeat: bool = False) -> None:
        """Take a message, SMSC octets first, for the SIM.

        Raises:
            ScenarioError: too many wait already.
        """
        if self.waiting >= MAX_WAITING:
            raise ScenarioError(f"more than {MAX_WAITING} messages wait")
        if _is_report(pdu):
            self._reports.append(pdu)
        else:
            self._waiting.append((pdu, is_repeat))
        self.wake(at)

    def retry(self, pdu: bytes, at: float) -> None:
        """A message was not acknowledged: it comes again, first in line, after a while."""
        self._timeline.plan(at + RETRY_S, lambda then: self._again(pdu, then))

    def _again(self, pdu: bytes, at: float) -> None:
        if _is_report(pdu):
            self._reports.appendleft(pdu)
        else:
            self._waiting.appendleft((pdu, True))
        self.wake(at)

    def lost_power(self, at: float) -> None:
        """The modem is gone: what it stored a moment ago was never acknowledged, and comes again."""
        while self._unacknowledged:
            stored_at, pdu = self._unacknowledged.pop()
            if stored_at > at - self._timing.acknowledge_s:
                self._waiting.appendleft((pdu, True))

    def redeliver(self, share: float, at: float) -> int:
        """Queue a share of what was delivered so far again, the same octets; how many those are."""
        chosen = [pdu for pdu in self._history if self._dice.random() < share]
        for pdu in chosen:
            self.queue(pdu, at, is_repeat=True)
        return len(chosen)

    def wake(self, at: float) -> None:
        """Something changed: a message came, a slot is free, the modem is back."""
        if (self._waiting or self._reports) and not self._delivering and self._device.registered:
            self._delivering = True
            self._timeline.plan(at + self._timing.deliver_s, self._deliver)

    def _deliver(self, at: float) -> None:
        self._delivering = False
        if self._reports and self._device.receive(self._reports[0], at, report=True):
            self._reports.popleft()
            self.wake(at)
            return
        # What finds no room waits: the modem wakes us when it can take something again.
        if self._waiting and self._device.receive(self._waiting[0][0], at, report=False):
            pdu, is_repeat = self._waiting.popleft()
            self._delivered(pdu, at, is_repeat=is_repeat)

    def _delivered(self, pdu: bytes, at: float, *, is_repeat: bool) -> None:
        self.delivered += 1
        self._unacknowledged.append((at, pdu))
        if not is_repeat:
            self._history.append(pdu)
            if self._dice.random() < self.redeliver_share:
                self._waiting.append((pdu, True))
        self.wake(at)

    # -- from the SIM --------------------------------------------------------------------------------------------------

    def submit(self, pdu: bytes, at: float) -> int:
        """Take a message of the SIM's user; its reference.

        Raises:
            Refused: no network, no credit, or not a SUBMIT at all.
        """
        if not self._device.registered:
            raise cms(331)
        try:
            message = decode_pdu(pdu)
        except PduError:
            raise cms(304) from None
        if not isinstance(message, Submit) or message.truncated:
            raise cms(304)
        if self.balance < self._settings.tariff:
            raise cms(self._settings.no_credit_error)
        self.balance -= self._settings.tariff
        reference = self._reference
        self._reference = (reference + 1) % 256
        self.outgoing.add(message, pdu, reference, self.clock(at))
        self.on_sent(at)
        report = self._report(message, reference, at) if message.report else None
        if report is not None:
            self._timeline.plan(at + self._timing.report_s, lambda then: self._report_back(report, then))
        return reference

    def _report_back(self, report: bytes, at: float) -> None:
        if self.waiting < MAX_WAITING:
            self.queue(report, at)

    def _report(self, message: Submit, reference: int, at: float) -> bytes | None:
        """The status report; None where the recipient is nobody that a report could name."""
        report = StatusReport(
            smsc=self.smsc,
            recipient=message.recipient,
            reference=reference,
            timestamp=self.clock(at),
            discharge_at=self.clock(at + self._timing.report_s),
            status=self.report_status,
        )
        try:
            return encode_pdu(report)
        except PduError:
            return None

    def sent(self) -> list[SentMessage]:
        return self.outgoing.messages

    def balance_text(self) -> str:
        rupiah = f"{self.balance:,}".replace(",", ".")
        return f"Sisa pulsa Anda Rp{rupiah}, masa aktif s.d. 31-12-2027."


def _is_report(pdu: bytes) -> bool:
    """TP-MTI 10: a STATUS-REPORT (3GPP TS 23.040 section 9.2.3.1)."""
    first = 1 + pdu[0] if pdu else 0
    return first < len(pdu) and pdu[first] & 3 == 2
