"""An SMS desk at an enrolled kiosk that has the city's real tables."""

import csv
from datetime import datetime
from pathlib import Path

import pytest

import server
from firmware_bridge.desk import Outcome, Outgoing
from kiosk_agent.control import Control
from kiosk_agent.kiosk import Kiosk
from kiosk_agent.sms_desk.desk import SmsDesk
from sync_protocol.bodies import Complaint, Master, Note, SmsIn, SmsOut, SmsResult
from sync_protocol.kinds import Kind
from tests.kiosk_agent.conftest import NOWHERE, Ticker
from tests.kiosk_agent.server_peer import Peer
from tests.kiosk_agent.sms_desk.letters import NOON, PHONE, SIM, deliver, found, recipient, said

DATA = Path(server.__file__).parent / "data"


def table(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


class Desk:
    """The desk, a modem that works for it, and the centre behind it."""

    def __init__(self, control: Control, peer: Peer, clock: Ticker) -> None:
        self.control, self.peer, self.clock = control, peer, clock
        self.kiosk: Kiosk = control.kiosk
        self.desk: SmsDesk = control.make_desk()
        self.reference = 0

    def take(self, *pdus: bytes) -> None:
        self.desk.take(SIM, found(*pdus))

    def hear(self, text: str, sender: str = PHONE, *, at: datetime = NOON, reference: int = 7) -> None:
        """Somebody wrote."""
        self.take(*deliver(text, sender, at=at, reference=reference))

    def sync(self) -> None:
        outcome = self.control.run_sync()
        assert outcome.error is None

    def send_one(
        self, outcome: Outcome = Outcome.SENT, *, replies_only: bool = False, code: str = "cms-38"
    ) -> Outgoing | None:
        """Let the modem send one part; the network answers so."""
        outgoing = self.desk.next_out(SIM, replies_only=replies_only)
        if outgoing is not None:
            self.reference = (self.reference + 1) % 256
            reference = self.reference if outcome is Outcome.SENT else None
            said = "" if outcome is Outcome.SENT else code
            self.desk.outcome(SIM, outgoing, outcome, reference=reference, code=said)
        return outgoing

    def replies(self) -> list[str]:
        """Send all that waits; whole texts."""
        texts: list[str] = []
        run: list[bytes] = []
        while (outgoing := self.send_one()) is not None:
            run.append(outgoing.pdu)
            if outgoing.part == outgoing.parts:
                texts.append(said(run))
                run = []
        assert not run
        return texts

    def recipients(self) -> list[str]:
        numbers = []
        while (outgoing := self.send_one()) is not None:
            numbers.append(recipient(outgoing.pdu))
        return numbers

    def order(self, text: str, to: str = PHONE, *, key: int = 1, priority: int = 0, not_after: int = 0) -> None:
        """The centre wants something sent."""
        body = SmsOut(key=f"{key:064x}", to=to, text=text, priority=priority, not_after=not_after)
        self.peer.say(Kind.SMS_OUT, body, self.kiosk.store.device.seal_public)
        self.sync()

    def _of(self, kind: Kind) -> list:
        self.sync()
        return [self.peer.open(entry) for entry in self.peer.of(kind)]

    def complaints(self) -> list[Complaint]:
        return self._of(Kind.COMPLAINT)

    def notes(self) -> list[Note]:
        return self._of(Kind.NOTE)

    def sms_in(self) -> list[SmsIn]:
        return self._of(Kind.SMS_IN)

    def results(self) -> list[SmsResult]:
        return self._of(Kind.SMS_RESULT)


@pytest.fixture
def desk(control: Control, peer: Peer, clock: Ticker) -> Desk:
    for name, file in (("kategori", "kategori.csv"), ("kelurahan", "kelurahan.csv"), ("sms", "sms_balasan.csv")):
        peer.say(Kind.MASTER, Master(table=name, rows=table(file)))
    clock.wall_ms = round(NOON.timestamp() * 1000)
    peer.clock = clock.now_ms
    control._engine.run(control._transport(NOWHERE))
    return Desk(control, peer, clock)
