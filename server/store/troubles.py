"""Entries that a person has to know of, and how far the fold has come."""

import sqlite3
from collections.abc import Iterable
from typing import Final

UNSEALED: Final = "not-sealed"
"""The code of an entry that is used like any other, though it came without the seal that its kind must have."""
_FOLDED = "folded"


def add_troubles(connection: sqlite3.Connection, rows: Iterable[tuple[bytes, bytes, int, str, int]]) -> None:
    """Note entries for an admin: entry, log, kind, code, found_at."""
    connection.executemany(
        "insert or ignore into trouble (entry, log, kind, code, found_at) values (?, ?, ?, ?, ?)", rows
    )


def list_troubles(connection: sqlite3.Connection, limit: int = 200) -> list[sqlite3.Row]:
    """The newest entries whose body cannot be used."""
    return connection.execute(
        "select * from trouble where code <> :unsealed order by found_at desc, entry limit :limit",
        {"unsealed": UNSEALED, "limit": limit},
    ).fetchall()


def folded_upto(connection: sqlite3.Connection) -> int:
    """The place in the ledger up to which everything that may be folded is."""
    return int(get_meta(connection, _FOLDED) or 0)


def set_folded(connection: sqlite3.Connection, n: int) -> None:
    """The fold has come this far; it never goes back."""
    set_meta(connection, _FOLDED, str(max(n, folded_upto(connection))))


def get_meta(connection: sqlite3.Connection, key: str) -> str | None:
    """A fact about this centre."""
    row = connection.execute("select value from meta where key = :key", {"key": key}).fetchone()
    return row[0] if row else None


def set_meta(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Keep a fact about this centre."""
    connection.execute(
        "insert into meta (key, value) values (:key, :value) on conflict (key) do update set value = excluded.value",
        {"key": key, "value": value},
    )
