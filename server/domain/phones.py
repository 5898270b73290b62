"""Phone numbers as people and networks write them, and whether two of them are the same phone."""

import re
from typing import Final

_COUNTRY: Final = "62"
_FEWEST: Final = 7
"""Digits of an ordinary number; services have six or fewer, and nobody answers them."""
_NUMBER: Final = re.compile(r"\+?[0-9]{3,18}")


def canonical(phone: str) -> str:
    """The digits with the country's code, such as 628123; empty where it is no number that a person has."""
    phone = re.sub(r"[\s().-]", "", phone)
    if not _NUMBER.fullmatch(phone):
        return ""
    digits = phone.removeprefix("+")
    if len(digits) < _FEWEST:
        return ""
    return _COUNTRY + digits[1:] if digits.startswith("0") else digits


def dialled(phone: str) -> str:
    """A number as it is dialled from anywhere, such as +628123.

    Raises:
        ValueError: it is no number that a person has.
    """
    if not (digits := canonical(phone)):
        raise ValueError("not the number of a person's phone")
    return f"+{digits}"


def same_phone(one: str, other: str) -> bool:
    """Whether both are one phone; what is no number is never the same as anything."""
    return canonical(one) != "" and canonical(one) == canonical(other)
