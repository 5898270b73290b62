"""What residents said about an earlier complaint (NOTE entries), by the number that they gave."""

import sqlite3
from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import astuple

MOST: Final = 200
"""Notes of one number that are looked at, the first that came: a device can send any number of them."""


class NoteRow(Struct, frozen=True, gc=False):
    """A note, in the order of the table's columns."""

    entry: bytes
    number: str
    """The complaint's number in its written form."""
    type: str
    filed_at: int
    arrived_at: int
    private: bytes
    """Encrypted JSON: pin, text, rating."""


_INSERT = f"insert or ignore into note ({', '.join(NoteRow.__struct_fields__)}) values (?, ?, ?, ?, ?, ?)"  # noqa: S608


def insert_notes(connection: sqlite3.Connection, notes: Iterable[NoteRow]) -> None:
    """Enter new notes; those that are there already stay as they are."""
    connection.executemany(_INSERT, map(astuple, notes))


def get_note(connection: sqlite3.Connection, entry: bytes) -> NoteRow | None:
    """The note that an entry made."""
    row = connection.execute("select * from note where entry = :entry", {"entry": entry}).fetchone()
    return NoteRow(*row) if row else None


def notes_of_number(connection: sqlite3.Connection, number: str) -> list[NoteRow]:
    """The notes that name this number, whatever their PIN, as they arrived."""
    rows = connection.execute(
        "select * from note where number = :number order by arrived_at, entry limit :most",
        {"number": number, "most": MOST},
    )
    return [NoteRow(*row) for row in rows]


def notes_without_entry(connection: sqlite3.Connection) -> list[bytes]:
    """Ids that have a note and are not in the ledger."""
    return [row[0] for row in connection.execute("select entry from note where entry not in (select id from entry)")]
