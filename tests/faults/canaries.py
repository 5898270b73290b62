"""Words that nobody may find again, and a search for them in whatever encoding they were left behind."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

NAME, PLACE, TEXT, PHONE = "Kanarivitri", "Gang Kanariaduri", "Kanarilapor pungli", "8127373"
"""Stems: each complaint adds its own number to them."""


class Person(Struct, frozen=True):
    """What one resident says."""

    name: str
    place: str
    text: str
    phone: str


def person(number: int) -> Person:
    """A resident whose every answer is a canary."""
    return Person(
        name=f"{NAME} {number}",
        place=f"{PLACE} {number}",
        text=f"{TEXT} ke-{number}: petugas minta uang di loket.",
        phone=f"0{PHONE}{number:04}",
    )


def search(places: Iterable[Path], stems: Iterable[str] = (NAME, PLACE, TEXT, PHONE)) -> list[str]:
    """Look into every file below these places, also at their names; a line for each find."""
    patterns = {stem: encodings(stem) for stem in stems}
    found = []
    for place in places:
        for file in [place, *sorted(place.rglob("*"))]:
            data = str(file).encode() + (file.read_bytes() if file.is_file() else b"")
            found += [f"{file}: {stem} in {name}" for stem, forms in patterns.items() for name in find(data, forms)]
    return found


def find(data: bytes, forms: Mapping[str, tuple[bytes, bool]]) -> list[str]:
    """In which of these forms something stands in the data."""
    folded = data.lower()
    return [name for name, (form, is_exact) in forms.items() if form in (data if is_exact else folded)]


def encodings(stem: str) -> dict[str, tuple[bytes, bool]]:
    """How a word may be written: the bytes to look for, and whether capitals count in them."""
    plain, folded = stem.encode(), stem.lower().encode()
    forms = {
        "utf-8": (folded, False),
        "utf-16": (stem.lower().encode("utf-16-le"), False),
        "utf-16 the other way": (stem.lower().encode("utf-16-be"), False),
        "utf-32": (stem.lower().encode("utf-32-le"), False),
        "hex": (plain.hex().encode(), False),
        "backwards": (folded[::-1], False),
    }
    for shift in range(3):
        # What stands before and after decides on the letters at both ends.
        whole = b64encode(bytes(shift) + plain + bytes(-(shift + len(plain)) % 3))
        letters = whole[(shift * 8 + 5) // 6 : (shift + len(plain)) * 8 // 6]
        forms[f"base64 at {shift}"] = (letters, True)
    return forms
