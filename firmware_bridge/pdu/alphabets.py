"""The tables of the GSM 7-bit alphabet (3GPP TS 23.038 section 6.2.1 and annex A)."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
from msgspec import Struct

ESCAPE: Final = 0x1B
MISSING: Final = "\ufffd"
"""What a septet reads as that a table leaves empty."""

_DEFAULT_LOCKING: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
_DEFAULT_SINGLE: Final[Mapping[int, str]] = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}


class _Language(Struct, frozen=True):
    """One entry of national_languages.json: rows of 16 characters, and the characters behind an escape by code."""

    name: str
    single: dict[str, str]
    locking: tuple[str, ...] = ()


@cache
def locking_table(language: int) -> str:
    """The 128 characters of a language's locking shift table (annex A.3).

    The default alphabet where the language has none, or where nobody gave the number a language (section 6.2.1.2.4).
    """
    found = _languages().get(language)
    return "".join(found.locking) if found and found.locking else _DEFAULT_LOCKING


@cache
def single_table(language: int) -> Mapping[int, str]:
    """The characters that follow an escape, by their septets, in a language's single shift table (annex A.2)."""
    found = _languages().get(language)
    return {int(code, 16): character for code, character in found.single.items()} if found else _DEFAULT_SINGLE


@cache
def _languages() -> dict[int, _Language]:
    """Read on the first message that names a language; hardly any does.

    Two misprints of annex A are mended, as phones do: 0x24 of A.3.7 (Kannada) is U+0CA1, and the letters of A.2.12
    (Telugu) are Telugu ones.
    """
    data = files("firmware_bridge.pdu").joinpath("national_languages.json").read_bytes()
    return msgspec.json.decode(data, type=dict[int, _Language])
