"""The tables of the GSM 7-bit alphabet (3GPP TS 23.038 section 6.2.1)."""

from collections.abc import Mapping
from typing import Final

ESCAPE: Final = 0x1B
MISSING: Final = "\ufffd"

DEFAULT_LOCKING: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
DEFAULT_SINGLE: Final[Mapping[int, str]] = {
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


def locking_table(language: int) -> str:
    """The 128 characters of a language's locking shift table."""
    return DEFAULT_LOCKING


def single_table(language: int) -> Mapping[int, str]:
    """The characters that follow an escape in a language's single shift table."""
    return DEFAULT_SINGLE
