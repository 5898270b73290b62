"""Marks that a report by SMS comes with (COMPLAINT.flags): what a machine guessed, held back or did not get whole."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Flag(StrEnum):
    """The marks that this version knows; others are passed over."""

    DRAFT = "draft"
    """It did not begin with the keyword."""
    GUESSED_CATEGORY = "guessed-category"
    GUESSED_KELURAHAN = "guessed-kelurahan"
    HELD = "held"
    """One of more than the hour or the day allows from one phone."""
    INCOMPLETE = "incomplete"
    """Parts of the SMS never came."""
    EMERGENCY = "emergency"
    """It speaks of an emergency."""


_KNOWN: Final = {flag.value: flag for flag in Flag}
_SETTLED: Final = frozenset({Flag.DRAFT, Flag.GUESSED_CATEGORY, Flag.GUESSED_KELURAHAN, Flag.HELD})
"""What is settled once somebody has verified the report."""


def write_flags(words: Iterable[str]) -> str:
    """The known ones as they stand in a case: sorted, a space around each, so that one can be searched for."""
    known = sorted({word for word in words if word in _KNOWN})
    return f" {' '.join(known)} " if known else ""


def read_flags(stored: str) -> frozenset[Flag]:
    """The marks of a case."""
    return frozenset(_KNOWN[word] for word in stored.split() if word in _KNOWN)


def verified_flags(stored: str) -> str:
    """What is left of them after VERIFIKASI: a person has looked, so nothing is a guess any more."""
    return write_flags(read_flags(stored) - _SETTLED)
