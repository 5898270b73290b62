"""A modem that says what a test wants, a desk that remembers, and a clock that only moves when nothing else happens."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from firmware_bridge.desk import DeskRefusedError, Found, Outcome, Outgoing, Sim
from firmware_bridge.modem import Modem
from firmware_bridge.pdu import Address, Deliver, encode_pdu, split_text
from firmware_bridge.pins import UnkeptPinTries
from firmware_bridge.port import serve
from firmware_bridge.settings import BridgeSettings
from firmware_bridge.states import State

IMEI = "356938035643809"
IMSI = "510010123456789"


def sms(text: str) -> bytes:
    """A message as a modem holds it."""
    return encode_pdu(
        Deliver(sender=Address.parse("+6281234567001"), text=text, timestamp=datetime(2026, 11, 22, 10, tzinfo=UTC))
    )


def outgoing(
    text: str = "Laporan Anda diterima.", *, name: str = "a", to: str = "+6281234567001", is_reply: bool = False
) -> list[Outgoing]:
    parts = split_text(text, recipient=Address.parse(to), reference=7)
    return [
        Outgoing(name, place, len(parts), encode_pdu(part), is_reply=is_reply, is_resend=False)
        for place, part in enumerate(parts, 1)
    ]


class MemoryDesk:
    def __init__(self) -> None:
        self.found: list[Found] = []
        self.takes: list[int] = []
        self.waiting: list[Outgoing] = []
        self.outcomes: list[tuple[str, int, Outcome, int | None, str]] = []
        self.balances: list[tuple[str, int | None]] = []
        self.asked: list[bool] = []
        self.refusals = 0
        self.sims: set[Sim] = set()

    def take(self, sim: Sim, found: Sequence[Found]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise DeskRefusedError
        self.sims.add(sim)
        self.takes.append(len(found))
        self.found += found

    def next_out(self, sim: Sim, *, replies_only: bool = False) -> Outgoing | None:
        self.asked.append(replies_only)
        for place, waiting in enumerate(self.waiting):
            if waiting.is_reply or not replies_only:
                return self.waiting.pop(place)
        return None

    def outcome(self, sim: Sim, outgoing: Outgoing, outcome: Outcome, *, reference: int | None, code: str) -> None:
        self.outcomes.append((outgoing.id, outgoing.part, outcome, reference, code))

    def balance(self, sim: Sim, text: str, rupiah: int | None) -> None:
        self.balances.append((text, rupiah))


class ScriptedModem:
    """Answers as 27.005 and 27.007 say, unless `special` says something else for a command.

    A special answer is bytes, or a function of the command that gives them or None for the usual one; an answer of
    b"" is silence.
    """

    def __init__(self) -> None:
        self.slots: dict[int, bytes | str] = {}
        self.storages: dict[str, dict[int, bytes | str]] = {"SM": self.slots}
        self.places = {"MT": 60}
        """In all; others have 30."""
        self.chosen = "SM"
        self.echo = True
        self.special: dict[str, bytes | Callable[[str], bytes | None]] = {}
        self.heard: list[str] = []
        self.sent: list[bytes] = []
        self.unasked = b""
        """Said as soon as the next command has come."""
        self._awaits_pdu = False
        self._buffer = b""

    def feed(self, data: bytes) -> bytes:
        said = b""
        if b"\x1b" in data:
            self._awaits_pdu = False
            data = data.rpartition(b"\x1b")[2]
        self._buffer += data
        while True:
            end = b"\x1a" if self._awaits_pdu else b"\r"
            line, found, rest = self._buffer.partition(end)
            if not found:
                return said
            self._buffer = rest
            said += self._take_pdu(line) if self._awaits_pdu else self._obey(line.decode())

    def _take_pdu(self, line: bytes) -> bytes:
        self._awaits_pdu = False
        self.sent.append(bytes.fromhex(line.decode()))
        special = self.special.get("PDU")
        answer = special(line.decode()) if callable(special) else special
        if answer is not None:
            return answer
        return b"\r\n+CMGS: %d\r\n\r\nOK\r\n" % len(self.sent)

    def _obey(self, line: str) -> bytes:
        if not line:
            return b""
        self.heard.append(line)
        said, self.unasked = (line.encode() + b"\r" if self.echo else b"") + self.unasked, b""
        special = self.special.get(line, self.special.get(line.partition("=")[0]))
        answer = special(line) if callable(special) else special
        if answer == b"":
            return b""
        return said + (answer if answer is not None else self._usual(line))

    def _usual(self, line: str) -> bytes:
        name, _, value = line.partition("=")
        if line.startswith("ATE"):
            self.echo = line.endswith("1")
        if name == "AT+CMGD":
            return ok() if self.storages[self.chosen].pop(int(value), None) is not None else error("CMS", 321)
        if name == "AT+CMGS":
            self._awaits_pdu = True
            return b"\r\n> "
        if name == "AT+CPMS" and value != "?":
            chosen = value.split(",")[0].strip('"')
            if chosen not in self.storages:
                return error("CMS", 302)
            self.chosen = chosen
            return ok(f"+CPMS: {len(self.storages[chosen])},{self.places.get(chosen, 30)},0,30,0,30")
        names = ",".join(f'"{name}"' for name in self.storages)
        held = len(self.storages[self.chosen])
        facts = {
            "AT+CMGL=4": [line for index, pdu in self.storages[self.chosen].items() for line in listed(index, pdu)],
            "AT+CPIN?": ["+CPIN: READY"],
            "AT+CIMI": [IMSI],
            "AT+CGSN": [IMEI],
            "AT+CGMI": ["ACME"],
            "AT+CGMM": ["M1"],
            "AT+CGMR": ["1.0"],
            "AT+CMGF?": ["+CMGF: 0"],
            "AT+CPMS?": [f'+CPMS: "{self.chosen}",{held},{self.places.get(self.chosen, 30)},"SM",0,30,"SM",0,30'],
            "AT+CPMS=?": [f"+CPMS: ({names}),({names}),({names})"],
            "AT+CSQ": ["+CSQ: 17,99"],
            "AT+CREG?": ["+CREG: 0,1"],
            "AT+COPS?": ['+COPS: 0,0,"TELKOMSEL",0'],
        }
        return ok(*facts.get(line, []))


def listed(index: int, pdu: bytes | str) -> list[str]:
    if isinstance(pdu, str):  # As a damaged line would read.
        return [f"+CMGL: {index},1,,20", pdu]
    return [f"+CMGL: {index},1,,{len(pdu) - 1 - pdu[0]}", pdu.hex().upper()]


def ok(*lines: str) -> bytes:
    return "".join(f"\r\n{line}" for line in lines).encode() + (b"\r\n" if lines else b"") + b"\r\nOK\r\n"


def error(kind: str, number: int) -> bytes:
    return b"\r\n+%s ERROR: %d\r\n" % (kind.encode(), number)


class Rig:
    """The machine between a scripted modem and a desk. No thread, no real time."""

    def __init__(self, **settings: Any) -> None:
        self.peer = ScriptedModem()
        self.desk = MemoryDesk()
        self.modem = Modem(BridgeSettings(**settings))
        self.pins = UnkeptPinTries()
        self.now = 1000.0
        self.states: list[State] = []
        self.reopened = 0

    def open(self) -> "Rig":
        self.modem.opened(self.now)
        return self

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> "Rig":
        """Let time pass; a port that the machine gives up is opened again at once."""
        ends = self.now + seconds
        while self.now < ends and not until():
            serve(self.modem, self.desk, "test", lambda _imei, _imsi: True, self.pins, lambda: self.now)
            if not self.states or self.states[-1] is not self.modem.state:
                self.states.append(self.modem.state)
            if self.modem.state is State.CLOSED:
                self.reopened += 1
                self.now += 0.25
                self.modem.opened(self.now)
            elif (data := self.modem.output()) and (said := self.peer.feed(data)):
                self.now += 0.001
                self.modem.receive(said, self.now)
            elif not data:
                self.now = min(ends, max(self.now + 0.001, self.modem.deadline()))
                self.modem.tick(self.now)
        return self

    def say(self, data: bytes) -> "Rig":
        self.modem.receive(data, self.now)
        return self

    @property
    def facts(self):
        return self.modem.facts
