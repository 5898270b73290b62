"""What a modem says, cut into events: bytes in, events out, however the bytes are cut. No I/O.

In PDU mode every line of a message is hex, and stands right below its header. So the line below a header is never taken
for a result code, and what a modem throws between the two is never taken for the message: an indication, or whatever
else is no hex, as long as hex still comes.
"""

import re
from typing import Final, Literal

from msgspec import Struct

MAX_LINE: Final = 4096
"""A PDU has at most 2 x 176 digits; what is longer is noise and is thrown away up to the next line end."""
_MAX_QUOTED_LINES: Final = 12
_MAX_STRAY_LINES: Final = 4
"""So many lines that are no hex may stand below a header before its message counts as lost."""
_NOISE = bytes([*range(10), 11, 12, *range(14, 32), 127])
_HEADER = re.compile(r"\+(CMGL|CMGR|CMT|CDS|CBM):(?! ?\()")  # With a bracket it is the answer to AT+CMGL=?.
_INDICATION = re.compile(r"[+^*%#$&_][A-Z][A-Z0-9_]*( ?:|$)")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_ERROR = re.compile(r"\+(CMS|CME) ERROR: ?(.*)")
_PLAIN_RESULTS: Final = {
    "OK": True,
    "ERROR": False,
    "COMMAND NOT SUPPORT": False,  # Huawei, for a command that it does not know.
    "TOO MANY PARAMETERS": False,
}


class Result(Struct, frozen=True):
    """A final result code."""

    ok: bool
    kind: Literal["cms", "cme"] | None = None
    number: int | None = None
    """The number behind +CMS ERROR or +CME ERROR."""
    text: str = ""


class Line(Struct, frozen=True):
    """An information line, an indication, an echo or noise; who asked for what is known elsewhere."""

    text: str


class Payload(Struct, frozen=True):
    """A header of a message and the line below it; where none was hex, the first one, whatever that says."""

    header: str
    body: str


class Prompt(Struct, frozen=True):
    """`> `: the modem waits for a PDU."""


Event = Result | Line | Payload | Prompt


class AtParser:
    """Split a modem's byte stream into events."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._header = ""
        self._stray: list[str] = []
        """What stood below the header and is no hex: noise, or the message, damaged."""
        self._quoted: list[str] = []
        self._too_long = False
        self._after_prompt = False

    def reset(self) -> list[Event]:
        """Forget what is half there: after a time-out, and when the port was opened again.

        What stood below a header may be a message that lies nowhere else, damaged as it is; so it is given out.
        """
        events: list[Event] = []
        if self._stray:
            self._end_header(events)
        self._buffer.clear()
        self._header = ""
        self._quoted = []
        self._too_long = False
        self._after_prompt = False
        return events

    def feed(self, data: bytes) -> list[Event]:
        self._buffer += data.translate(None, _NOISE)
        events: list[Event] = []
        while (found := re.search(rb"[\r\n]", self._buffer)) is not None:
            line = self._buffer[: found.start()].decode("latin-1")
            del self._buffer[: found.end()]
            if self._too_long or len(line) > MAX_LINE:
                self._too_long = False
            else:
                self._take_line(line, events)
        if len(self._buffer) > MAX_LINE:
            self._buffer.clear()
            self._too_long = True
        if self._buffer[:1] == b">" and self._at_start():  # The one thing that does not wait for a line end.
            del self._buffer[:1]
            self._take_prompt(events)
        return events

    def _at_start(self) -> bool:
        """If a `>` here is the prompt, and no part of something that began earlier.

        Below a header it is one where a line stood before it, damaged, or the PDU would never be given.
        """
        awaits_message = self._header and not self._stray
        return not (awaits_message or self._quoted or self._too_long or self._after_prompt)

    def _take_prompt(self, events: list[Event]) -> None:
        if self._stray:
            self._end_header(events)
        self._after_prompt = True
        events.append(Prompt())

    def _take_line(self, line: str, events: list[Event]) -> None:
        if line.startswith(">") and self._at_start():
            self._take_prompt(events)
            line = line[1:]
        if self._after_prompt:
            line, self._after_prompt = line.removeprefix(" "), False
        if self._quoted:
            self._quote(line, events)
        elif not line.strip():
            return
        elif self._header and not _INDICATION.match(line):
            self._below_header(line.strip(), events)
        else:
            self._classify(line.strip(), events)

    def _below_header(self, line: str, events: list[Event]) -> None:
        """A header that announces no octets may have a line all the same; but only hex is one then."""
        octets, result = announced_length(self._header), _result(line)
        if _HEX.fullmatch(line) or octets is None or (result and octets and not self._stray):
            self._stray = [line]
            self._end_header(events)
        elif result or octets == 0:
            self._end_header(events)
            self._classify(line, events)
        else:
            self._stray.append(line)
            events.append(Line(line))
            if len(self._stray) >= _MAX_STRAY_LINES:
                self._end_header(events)

    def _end_header(self, events: list[Event]) -> None:
        events.append(Payload(self._header, self._stray[0] if self._stray else ""))
        self._header, self._stray = "", []

    def _classify(self, line: str, events: list[Event]) -> None:
        if (result := _result(line)) is not None:
            events.append(result)
        elif _HEADER.match(line):
            if self._header:  # Two headers in a row: there was no line between them, or it got lost.
                self._end_header(events)
            self._header = line
        elif line.startswith("+CUSD:") and line.count('"') == 1:
            self._quoted = [line]
        else:
            events.append(Line(line))

    def _quote(self, line: str, events: list[Event]) -> None:
        """An answer to a USSD code may have several lines, between one pair of quotation marks."""
        self._quoted.append(line)
        if '"' in line or len(self._quoted) > _MAX_QUOTED_LINES:
            events.append(Line("\n".join(part for part in self._quoted if part)))
            self._quoted = []


def _result(line: str) -> Result | None:
    if line in _PLAIN_RESULTS:
        return Result(_PLAIN_RESULTS[line], text=line)
    if (error := _ERROR.fullmatch(line)) is None:
        return None
    number = int(error[2]) if re.fullmatch(r"[0-9]{1,5}", error[2]) else None
    return Result(ok=False, kind="cms" if error[1] == "CMS" else "cme", number=number, text=line)


def announced_length(header: str) -> int | None:
    """How many octets, without those of the SMSC, a header in PDU mode says that follow."""
    last = header.rpartition(":")[2].rpartition(",")[2].strip()
    return int(last) if re.fullmatch(r"[0-9]{1,3}", last) else None


def is_indication(line: str) -> bool:
    """If a line has the shape of what a modem says by itself, known to us or not."""
    return _INDICATION.match(line) is not None
