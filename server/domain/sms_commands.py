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
_PIN: Final = re.compile(r"(?:PIN\W*)?([0-9]{6}|[0-9]{16})(?![0-9])\W*", re.IGNORECASE)
_RATING: Final = re.compile(r"(?<![0-9])[1-5](?![0-9])")
_INCOMPLETE: Final = "incomplete"
_AGREES: Final = re.compile(
    "ADMIN|ALHAMDULILLAH|BAGUS|BAIK|BANYAK|BAPAK|BENAR|BERES|BETUL|BPK|BU|IBU|IYA|KAK|KASI|KASIH|LAGI|LANCAR|MAKASI|MAKASIH"
    "|MALAM|MANTAP|MAS|MBAK|MENGALIR|MENYALA|MIN|NORMAL|NYALA|OK|OKE|PAGI|PAK|PUAS|SEKALI|SELAMAT|SELESAI|SEMUA|SIANG|SIP"
    "|SORE|SU|SUDAH|TERATASI|TERIMA|TERIMAKASIH|THANKS|TKS|TRIMAKASIH|TRIMS|TUHAN|TUNTAS|UDAH|YA",
    re.IGNORECASE,
)
"""Words that take nothing back of a YA. Those that do are too many to list, and may have been cut out at the kiosk."""


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
        found = _PIN.match(self.words)
        return found[1] if found else ""

    @property
    def said(self) -> str:
        """What staff may read of the words: the PIN behind CEK is not for them."""
        found = _PIN.match(self.words) if self.command is Command.CHECK else None
        return self.words[found.end() :] if found else self.words

    @property
    def rating(self) -> int:
        """1 to 5; 0 where there is none."""
        found = _RATING.search(self.words)
        return int(found[0]) if found else 0


def read_command(text: str, flags: list[str]) -> Asked:
    """Read an SMS whose first flag says which command it is.

    A YA that says more than yes, or whose end is missing, is taken as a question: it must close nothing.
    """
    command = _KNOWN.get(flags[0].lower()) if flags else None
    if command is None:
        return Asked(None)
    rest = text.strip().partition(" ")[2]
    number, words = _split_number(_LABEL.sub("", rest.lstrip(_LEADING)))
    if command is Command.YES and (_INCOMPLETE in flags or not _agrees(words)):
        command = Command.CHECK
    return Asked(command, number, words)


def _agrees(words: str) -> bool:
    return "?" not in words and "…" not in words and all(map(_AGREES.fullmatch, re.findall(r"[^\W_]+", words)))


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
