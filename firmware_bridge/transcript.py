"""What went over a port, with times: recorded, made fit to be shown to others, and played back.

A transcript holds all that residents write, their numbers among it; so one is made only where somebody asks for it.
The PIN of the card is never in it. `redacted` takes out the rest and keeps lengths, so that a machine behaves the same.
"""

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from firmware_bridge.desk import Desk
from firmware_bridge.errors import ScenarioError
from firmware_bridge.modem import Modem, State
from firmware_bridge.pins import UnkeptPinTries
from firmware_bridge.port import Port, serve
from firmware_bridge.settings import BridgeSettings

Direction = Literal["open", "close", "to", "from"]
_PIN = re.compile(r'(\+CPIN=")[0-9]*')
_WRITTEN = re.compile(r"(?P<smsc>\b[0-9A-F]{2})(?:[0-9A-F]{2}){8,}(?=[\r\n\x1a]|$)|[0-9]{6,}", re.IGNORECASE)
_SAID = re.compile(r"(?P<smsc>^0[0-9A-C])?[0-9A-F]{8,}|[0-9]{6,}", re.IGNORECASE | re.MULTILINE)
"""A message may be cut anywhere, by a probe or a loss. The length of the SMSC in front of it stays: replays need it."""
_NAMED_HEADER = re.compile(r"\+(?:CMGL|CMGR|CMT|CDS):[^\r\n]*")
_QUOTED = re.compile(r'(?<=")[^"]{2,}(?=")')
_QUOTED_USSD = re.compile(r'(\+CUSD: ?[0-9], ?")([^"]*)')
_TICK_S: Final = 0.001


class Passed(Struct, frozen=True, omit_defaults=True):
    """Bytes that passed, or a port that opened or closed."""

    at_s: float
    """Since the recording began."""
    way: Direction
    data: str = ""
    """One character for each octet (Latin-1)."""
    port: str = ""


class Recorder:
    """Writes a line of JSON for everything that passes through the ports around which it is put."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")
        path.chmod(0o600)
        self._began = time.monotonic()
        self._lock = threading.Lock()

    def around(self, name: str, port: Port) -> Port:
        self.note(name, "open", b"")
        return _RecordedPort(name, port, self)

    def note(self, name: str, way: Direction, data: bytes) -> None:
        text = _PIN.sub(lambda found: found[1] + "*" * 4, data.decode("latin-1"))
        line = msgspec.json.encode(Passed(round(time.monotonic() - self._began, 4), way, text, name))
        with self._lock:
            if not self._file.closed:
                self._file.write(line + b"\n")
                self._file.flush()

    def close(self) -> None:
        with self._lock:
            self._file.close()


class _RecordedPort:
    def __init__(self, name: str, port: Port, recorder: Recorder) -> None:
        self._name = name
        self._port = port
        self._recorder = recorder

    def read(self, timeout_s: float) -> bytes:
        if data := self._port.read(timeout_s):
            self._recorder.note(self._name, "from", data)
        return data

    def write(self, data: bytes) -> None:
        self._recorder.note(self._name, "to", data)
        self._port.write(data)

    def wake(self) -> None:
        self._port.wake()

    def close(self) -> None:
        self._port.close()
        self._recorder.note(self._name, "close", b"")


def read_transcript(path: Path) -> list[Passed]:
    """The lines of a transcript.

    Raises:
        ScenarioError: it is none; the message names the line.
    """
    passed = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            passed.append(msgspec.json.decode(line, type=Passed))
        except msgspec.MsgspecError as error:
            raise ScenarioError(f"{path.name}, baris {number}: {error}") from None
    return passed


def write_transcript(path: Path, passed: Iterable[Passed]) -> None:
    path.write_bytes(b"".join(msgspec.json.encode(piece) + b"\n" for piece in passed))


def redacted(passed: Iterable[Passed]) -> list[Passed]:
    """The same without texts and numbers; what passed one way in a row becomes one piece, at its last time."""
    joined: list[Passed] = []
    for piece in passed:
        last = joined[-1] if joined else None
        if last is not None and piece.data and (last.way, last.port) == (piece.way, piece.port):
            joined[-1] = Passed(piece.at_s, piece.way, last.data + piece.data, piece.port)
        else:
            joined.append(piece)
    return [msgspec.structs.replace(piece, data=_without_content(piece)) for piece in joined]


def _without_content(piece: Passed) -> str:
    data = _QUOTED_USSD.sub(lambda found: found[1] + "-" * len(found[2]), piece.data)
    data = _NAMED_HEADER.sub(lambda header: _QUOTED.sub(lambda found: "-" * len(found[0]), header[0]), data)
    content = _SAID if piece.way == "from" else _WRITTEN
    return content.sub(lambda found: (found["smsc"] or "").ljust(len(found[0]), "0"), data)


def replay(
    passed: Iterable[Passed],
    desk: Desk,
    settings: BridgeSettings,
    claim: Callable[[str, str], bool] = lambda _imei, _imsi: True,
) -> Modem:
    """Drive a machine with what a modem once said, at the times at which it said it, and see that it says the same.

    Raises:
        ScenarioError: the machine wrote something else than it did then.
    """
    modem = Modem(settings)
    clock, pins = _Clock(), UnkeptPinTries()
    written = b""
    for piece in passed:
        for moment in _turns(modem, clock.now, piece.at_s):
            clock.now = moment
            modem.tick(clock.now)
            serve(modem, desk, piece.port, claim, pins, clock)
            written += modem.output()
        data = piece.data.encode("latin-1")
        if piece.way == "open":
            modem.opened(piece.at_s)
        elif piece.way == "close":
            modem.lost(piece.at_s)
        elif piece.way == "from":
            modem.receive(data, piece.at_s)
        elif not written.startswith(data):
            raise ScenarioError(f"pada {piece.at_s} s: ditulis {written!r}, dulu {data!r}")
        else:
            written = written[len(data) :]
        serve(modem, desk, piece.port, claim, pins, clock)
        written += modem.output()
    return modem


class _Clock:
    """The time of what is played back."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def _turns(modem: Modem, now: float, until: float) -> Iterator[float]:
    """The moments at which the machine has something to do by itself, up to the next thing that passed."""
    while modem.state is not State.CLOSED and (due := modem.deadline()) < until:
        now = max(now + _TICK_S, due)
        yield now
    yield until
