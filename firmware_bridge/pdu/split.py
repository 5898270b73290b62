"""One text as the messages that carry it: GSM 7-bit where it can, else UCS-2, in as few parts as possible."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final, Literal

from msgspec import Struct

from firmware_bridge.errors import PduError
from firmware_bridge.pdu import gsm7
from firmware_bridge.pdu.address import Address
from firmware_bridge.pdu.coding import Alphabet, dcs_for
from firmware_bridge.pdu.header import Concat, Element
from firmware_bridge.pdu.messages import Submit
from firmware_bridge.pdu.transliteration import to_gsm7

MAX_PARTS: Final = 255
_WHOLE: Final = {Alphabet.GSM7: 160, Alphabet.UCS2: 70}
_PART_8: Final = {Alphabet.GSM7: 153, Alphabet.UCS2: 67}
_PART_16: Final = {Alphabet.GSM7: 152, Alphabet.UCS2: 66}
"""Units that fit without a header, with the 6 octets of an 8-bit reference, with the 7 of one with 16 bits."""


class Part(Struct, frozen=True):
    """What one message of a text needs, whichever way it goes."""

    text: str
    dcs: int
    udh: tuple[Element, ...]


def parts_of(text: str, *, reference: int, transliterate: bool = True) -> list[Part]:
    """Cut a text into what single messages carry; never within a surrogate pair or an escape sequence.

    A reference above 255 takes the 16-bit form. With `transliterate`, typographic signs and accents that the GSM
    alphabet lacks are written with signs that it has, if then the whole text fits it.

    Raises:
        PduError: More than 255 parts, or a reference above 65535.
    """
    alphabet, characters = _characters(text, transliterate=transliterate)
    bits: Literal[8, 16] = 8 if reference <= 255 else 16
    pieces = _cut(characters, _WHOLE[alphabet], (_PART_8 if bits == 8 else _PART_16)[alphabet])
    if len(pieces) > MAX_PARTS:
        raise PduError(f"TP-UD: teks memerlukan {len(pieces)} bagian, paling banyak {MAX_PARTS}")
    dcs = dcs_for(alphabet)
    if len(pieces) == 1:
        return [Part(pieces[0], dcs, ())]
    return [
        Part(piece, dcs, (Concat(reference, len(pieces), number, bits).element(),))
        for number, piece in enumerate(pieces, start=1)
    ]


def split_text(
    text: str,
    *,
    recipient: Address,
    reference: int,
    report: bool = True,
    validity_hours: float | None = None,
    transliterate: bool = True,
) -> list[Submit]:
    """The messages that bring a text to somebody; see `parts_of`.

    Raises:
        PduError: More than 255 parts, a reference above 65535, or a validity that is not positive or above 63 weeks.
    """
    validity = None if validity_hours is None else timedelta(hours=validity_hours)
    return [
        Submit(recipient=recipient, text=part.text, dcs=part.dcs, udh=part.udh, report=report, validity=validity)
        for part in parts_of(text, reference=reference, transliterate=transliterate)
    ]


def count_parts(text: str, *, transliterate: bool = True) -> tuple[int, Alphabet]:
    """How many messages a text takes with an 8-bit reference, and in which alphabet; also beyond what can be sent."""
    alphabet, characters = _characters(text, transliterate=transliterate)
    return len(_cut(characters, _WHOLE[alphabet], _PART_8[alphabet])), alphabet


def _characters(text: str, *, transliterate: bool) -> tuple[Alphabet, list[tuple[str, int]]]:
    """The alphabet for a text, and its characters with what each of them costs."""
    known = gsm7.septets_by_character()
    plain = to_gsm7(text) if transliterate else text
    if plain is not None and all(character in known for character in plain):
        return Alphabet.GSM7, [(character, len(known[character])) for character in plain]
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return Alphabet.UCS2, [(character, 1 + (character > "\uffff")) for character in whole]


def _cut(characters: Iterable[tuple[str, int]], whole: int, limit: int) -> list[str]:
    characters = list(characters)
    if sum(cost for _, cost in characters) <= whole:
        return ["".join(character for character, _ in characters)]
    pieces: list[str] = []
    piece, used = "", 0
    for character, cost in characters:
        if used + cost > limit:
            pieces.append(piece)
            piece, used = "", 0
        piece += character
        used += cost
    return [*pieces, piece]
