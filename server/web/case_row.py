"""A case as it stands in a list: what the one who looks may see of it, and its deadline in words."""

import sqlite3

from msgspec import Struct

from server.domain.flags import Flag, read_flags
from server.domain.fold import Private
from server.domain.lifecycle import CLOSED, Status
from server.domain.roles import Viewer, shown
from server.errors import DamagedError
from server.store.cases import read_private
from server.store.centre import Centre
from server.store.city import City
from server.web import formats
from sync_protocol.vocabulary import Identity

SOON_DAYS = 1


class CaseRow(Struct, frozen=True):
    """One line of a list."""

    number: str
    address: str
    text: str | None
    """The first line; None where it is secret."""
    place: str
    category: str
    filed_unit: str
    handler: str
    channel: str
    identity: str
    marks: list[tuple[str, str]]
    """Words about how it came by SMS, each with how it is to stand out."""
    is_category_guessed: bool
    is_place_guessed: bool
    status: str
    status_name: str
    closed: bool
    arrived_at: int
    due_at: int | None
    days_left: int | None
    due_words: str
    """What is left until then; empty where nothing is due."""

    @property
    def urgency(self) -> str:
        """`late`, `soon`, or nothing."""
        if self.days_left is None:
            return ""
        return "late" if self.days_left < 0 else "soon" if self.days_left <= SOON_DAYS else ""


_LOUD = {Flag.HELD: "warn", Flag.EMERGENCY: "bad", Flag.INCOMPLETE: "warn", Flag.DRAFT: ""}
"""Marks that stand in a list, and how; guesses are marked where the guess stands."""


def case_row(row: sqlite3.Row, *, centre: Centre, viewer: Viewer, city: City, now: int) -> CaseRow:
    """Make a line of a row of the table; the text is opened only where it may be shown."""
    text, due_at = None, row["due_at"]
    days_left = None if due_at is None else city.calendar.days_left(now, due_at)
    flags = read_flags(row["flags"])
    place = city.kelurahan_name(row["kelurahan"]) or formats.UNKNOWN_PLACE
    if shown(viewer, Identity(row["identity"])).text:
        try:
            private = read_private(centre.keys, row)
        except DamagedError:
            private = Private(text=formats.DAMAGED)
        text = formats.first_line(private.text)
        place = f"{place}, {private.place}" if private.place else place
    return CaseRow(
        number=row["number"],
        address=f"/pengaduan/{row['number']}",
        text=text,
        place=place,
        category=city.category(row["category"]),
        filed_unit=city.unit(row["unit"]),
        handler=city.unit(row["handler"]) if row["handler"] else "",
        channel=row["channel"],
        identity=row["identity"],
        marks=[(formats.FLAGS[flag], kind) for flag, kind in _LOUD.items() if flag in flags],
        is_category_guessed=Flag.GUESSED_CATEGORY in flags,
        is_place_guessed=Flag.GUESSED_KELURAHAN in flags,
        status=row["status"],
        status_name=city.status(row["status"]),
        closed=Status(row["status"]) in CLOSED,
        arrived_at=row["arrived_at"],
        due_at=due_at,
        days_left=days_left,
        due_words="" if days_left is None else formats.days_left(days_left, due_at, now),
    )
