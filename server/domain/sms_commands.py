"""What a resident asks by SMS, taken apart: the kiosk has understood the first word, the rest is read here."""

import re
from enum import StrEnum
from typing import Final

from msgspec import Struct

from sync_protocol.base32 import ALPHABET
from sync_protocol.errors import NumberError
from sync_protocol.number import parse_number


class Command(StrEnum):
    """The first flag of an SMS_IN."""

    CHECK = "cek"
    ADD = "tambah"
    YES = "ya"
    NOT_YET = "belum"
    RATE = "nilai"
    PIN = "pin"
    STOP = "berhenti"
    START = "mulai"


_KNOWN: Final = {command.value: command for command in Command}
_SYMBOLS: Final = 10
_BETWEEN: Final = " .-\u2013\u2014"  # typographic dashes too: phones put them in by themselves
_LEADING: Final = " \t\r\n.,:;#-(<"
_LABEL: Final = re.compile(r"^(?:no|nomor)\b[.:]?\s*", re.IGNORECASE)
_READ_AS: Final = str.maketrans("OIL", "011")
_PIN: Final = re.compile(r"(?<![0-9])([0-9]{6}|[0-9]{16})(?![0-9])")
_RATING: Final = re.compile(r"(?<![0-9])[1-5](?![0-9])")


class Asked(Struct, frozen=True):
    """A command with what belongs to it."""

    command: Command | None
    """None: nothing that this version knows."""
    number: str = ""
    """In its written form; empty where there is none, or a mistyped one."""
    words: str = ""
    """What follows the number."""

    @property
    def is_bare(self) -> bool:
        """Whether nothing follows the command."""
        return not self.number and not self.words

    @property
    def pin(self) -> str:
        """The PIN after the number; empty where there is none."""
        found = _PIN.search(self.words)
        return found[1] if found else ""

    @property
    def rating(self) -> int:
        """1 to 5; 0 where there is none."""
        found = _RATING.search(self.words)
        return int(found[0]) if found else 0


def read_command(text: str, flags: list[str]) -> Asked:
    """Read an SMS whose first flag says which command it is."""
    command = _KNOWN.get(flags[0].lower()) if flags else None
    if command is None:
        return Asked(None)
    rest = text.strip().partition(" ")[2]
    return Asked(command, *_split_number(_LABEL.sub("", rest.lstrip(_LEADING))))


def _split_number(text: str) -> tuple[str, str]:
    symbols, end = "", 0
    for end, sign in enumerate(text, start=1):  # noqa: B007  Where the number ends is asked below.
        symbol = sign.upper().translate(_READ_AS)
        if symbol in ALPHABET:
            symbols += symbol
        elif sign not in _BETWEEN:
            return "", text
        if len(symbols) == _SYMBOLS:
            break
    try:
        return parse_number(symbols), text[end:].strip(" \t\r\n.,:;-)>")
    except NumberError:
        return "", text
