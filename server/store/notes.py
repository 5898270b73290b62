"""What residents said about an earlier complaint (NOTE entries), by the number that they gave."""

import sqlite3
from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import astuple

MOST: Final = 200
"""Notes of one case that are shown: whoever has its number and its PIN can send any number of them."""


class NoteRow(Struct, frozen=True, gc=False):
    """A note, in the order of the table's columns."""

    entry: bytes
    n: int
    """Its place in the ledger: the order of arrival, and inside a bundle of a log that of its seq."""
    log: bytes
    number: str
    """The complaint's number in its written form."""
    pin: bytes
    """Proof of the PIN that was typed: `CentreKeys.pin_proof`."""
    type: str
    filed_at: int
    arrived_at: int
    private: bytes
    """Encrypted JSON: pin, text, rating."""


_INSERT = f"insert or ignore into note ({', '.join(NoteRow.__struct_fields__)}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608


def insert_notes(connection: sqlite3.Connection, notes: Iterable[NoteRow]) -> None:
    """Enter new notes; those that are there already stay as they are."""
    connection.executemany(_INSERT, map(astuple, notes))


def get_note(connection: sqlite3.Connection, entry: bytes) -> NoteRow | None:
    """The note that an entry made."""
    row = connection.execute("select * from note where entry = :entry", {"entry": entry}).fetchone()
    return NoteRow(*row) if row else None


def notes_with_pin(connection: sqlite3.Connection, number: str, pin: bytes, log: bytes) -> list[NoteRow]:
    """The notes that name this number with this PIN, as they arrived.

    Args:
        pin: its proof.
        log: of the kiosk where the case was filed; its notes come first where there are too many.
    """
    rows = connection.execute(
        "select * from note where rowid in (select rowid from note where number = :number and pin = :pin"
        " order by log = :log desc, n limit :most) order by n",
        {"number": number, "pin": pin, "log": log, "most": MOST},
    )
    return [NoteRow(*row) for row in rows]


def count_notes(connection: sqlite3.Connection, number: str, pin: bytes) -> tuple[int, int]:
    """How many notes name this number with this PIN (its proof), and how many with another."""
    row = connection.execute(
        "select coalesce(sum(pin = :pin), 0), coalesce(sum(pin <> :pin), 0) from note where number = :number",
        {"number": number, "pin": pin},
    ).fetchone()
    return row[0], row[1]


def notes_without_entry(connection: sqlite3.Connection) -> list[bytes]:
    """Ids that have a note and are not in the ledger."""
    return [row[0] for row in connection.execute("select entry from note where entry not in (select id from entry)")]
