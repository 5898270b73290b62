"""The GSM 7-bit alphabet: characters to septets and back, septets to octets and back (3GPP TS 23.038 section 6)."""

from functools import cache
from typing import Final

from firmware_bridge.errors import PduError
from firmware_bridge.pdu.alphabets import ESCAPE, MISSING, locking_table, single_table

Languages = tuple[int, int]
"""The national languages of the locking and of the single shift table; 0 is the default alphabet."""
DEFAULT: Final[Languages] = (0, 0)
CUT_ESCAPE: Final = "\x1b"
"""Stands at the end of a text whose last septet is an escape: its other half begins the next part."""


def unpack(data: bytes, count: int, fill_bits: int = 0) -> bytes:
    """The first `count` septets of packed octets, or as many as are there (section 6.1.2.1)."""
    count = min(count, (len(data) * 8 - fill_bits) // 7)
    bits = int.from_bytes(data, "little") >> fill_bits
    return bytes(bits >> 7 * index & 0x7F for index in range(count))


def pack(septets: bytes, fill_bits: int = 0) -> bytes:
    """Pack septets into octets, after so many bits that fill up a header (section 6.1.2.1)."""
    bits = 0
    for index, septet in enumerate(septets):
        bits |= septet << 7 * index
    return (bits << fill_bits).to_bytes(-(-(7 * len(septets) + fill_bits) // 8), "little")


def decode(septets: bytes, languages: Languages = DEFAULT) -> str:
    """Read septets as text; none is refused.

    An extension that its table lacks reads as the same septet without the escape, and an escape behind an escape as a
    space (section 6.2.1.1, note 1 and note 3).
    """
    locking, single = locking_table(languages[0]), single_table(languages[1])
    text: list[str] = []
    escaped = False
    for septet in septets:
        if escaped:
            text.append(single.get(septet) or (" " if septet == ESCAPE else locking[septet]))
            escaped = False
        elif septet == ESCAPE:
            escaped = True
        else:
            text.append(locking[septet])
    return "".join(text) + (CUT_ESCAPE if escaped else "")


def encode(text: str, languages: Languages = DEFAULT, *, field: str = "TP-UD") -> bytes:
    """The septets of a text.

    Raises:
        PduError: A character that is in none of the two tables.
    """
    known = septets_by_character(languages)
    cut = text.endswith(CUT_ESCAPE)
    try:
        return b"".join([known[character] for character in (text[:-1] if cut else text)]) + bytes([ESCAPE] * cut)
    except KeyError as error:
        raise PduError(f"{field}: U+{ord(error.args[0]):04X} tidak ada dalam alfabet GSM 7-bit") from None


@cache
def septets_by_character(languages: Languages = DEFAULT) -> dict[str, bytes]:
    """The one or two septets of every character that a pair of tables has."""
    single = {character: bytes([ESCAPE, code]) for code, character in single_table(languages[1]).items()}
    locking = {
        character: bytes([code])
        for code, character in reversed(list(enumerate(locking_table(languages[0]))))
        if code != ESCAPE and character != MISSING
    }
    return single | locking
