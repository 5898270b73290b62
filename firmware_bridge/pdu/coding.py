"""TP-DCS: how the user data is to be read and what it is for (3GPP TS 23.038 section 4)."""

from enum import StrEnum
from typing import Final

from msgspec import Struct


class Alphabet(StrEnum):
    """What the user data consists of."""

    GSM7 = "gsm7"
    EIGHT_BIT = "8bit"
    UCS2 = "ucs2"


class Waiting(StrEnum):
    """What kind of message waits elsewhere, in the order of its two bits."""

    VOICEMAIL = "voicemail"
    FAX = "fax"
    EMAIL = "email"
    OTHER = "other"


class WaitingIndication(Struct, frozen=True):
    """A message of the kind "you have voice mail"."""

    kind: Waiting
    active: bool
    """False: nothing waits any more."""
    store: bool
    """Whether the text is worth keeping; else the phone discards it."""


class Coding(Struct, frozen=True):
    """What a data coding scheme says."""

    alphabet: Alphabet
    message_class: int | None = None
    """0 is shown at once (flash), 1 belongs to the phone, 2 to the SIM, 3 to the computer behind it."""
    waiting: WaitingIndication | None = None
    compressed: bool = False
    """By 3GPP TS 23.042; such a text cannot be read here."""


# Section 4: bits 3 and 2. What is reserved is to be read as the default alphabet.
_GENERAL: Final = (Alphabet.GSM7, Alphabet.EIGHT_BIT, Alphabet.UCS2, Alphabet.GSM7)


def coding_of(dcs: int) -> Coding:
    """What a data coding scheme says; reserved ones read as the default alphabet, as section 4 wants it."""
    group = dcs >> 4
    if group < 0b1000:
        return Coding(
            _GENERAL[dcs >> 2 & 3],
            message_class=dcs & 3 if dcs & 0x10 else None,
            compressed=bool(dcs & 0x20),
        )
    if group in {0b1100, 0b1101, 0b1110}:
        waiting = WaitingIndication(tuple(Waiting)[dcs & 3], active=bool(dcs & 8), store=group != 0b1100)
        return Coding(Alphabet.UCS2 if group == 0b1110 else Alphabet.GSM7, waiting=waiting)
    if group == 0b1111:
        return Coding(Alphabet.EIGHT_BIT if dcs & 4 else Alphabet.GSM7, message_class=dcs & 3)
    return Coding(Alphabet.GSM7)


def dcs_for(alphabet: Alphabet, message_class: int | None = None) -> int:
    """The data coding scheme of the general group for an alphabet and, where wanted, a class from 0 to 3."""
    return _GENERAL.index(alphabet) << 2 | (0 if message_class is None else 0x10 | message_class & 3)
