"""Signs that the GSM 7-bit alphabet lacks, written with those that it has."""

import unicodedata
from typing import Final

from firmware_bridge.pdu import gsm7

_SIGNS: Final = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u2039\u203a\u02bc\u02b9\u00b4`", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022\u00b7\u25cf\u25aa\u2043", "-"),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f", ""),
    **dict.fromkeys("\u2028\u2029\x85\x0b", "\n"),
    "\t": " ",
    "\u2044": "/",
    "\u00d7": "x",
    "\u00f7": ":",
    "\u00b0": "o",
    "\u00a9": "(c)",
    "\u00ae": "(r)",
    "\u2192": "->",
    "\u2190": "<-",
    "\u2264": "<=",
    "\u2265": ">=",
    "\u0110": "D",
    "\u0111": "d",
    "\u0141": "L",
    "\u0142": "l",
    "\u0131": "i",
    "\u0152": "OE",
    "\u0153": "oe",
}
"""Quotes, dashes and bullets, invisible signs, breaks, and letters that do not fall apart into letter and accent."""


def to_gsm7(text: str) -> str | None:
    """The text in characters of the default alphabet; None where one of them has no like there."""
    known = gsm7.septets_by_character()
    written: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        if character in known:
            written.append(character)
        elif (replacement := _SIGNS.get(character)) is not None:
            written.append(replacement)
        elif (plain := _plain(character, known)) is not None:
            written.append(plain)
        else:
            return None
    return "".join(written)


def _plain(character: str, known: dict[str, bytes]) -> str | None:
    """A character without its accents, or None where that is no help: e of e with a dot below, TM of a trade mark."""
    parts = [part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part)]
    written = [_SIGNS.get(part, part) for part in parts]
    return "".join(written) if all(sign in known for part in written for sign in part) else None
