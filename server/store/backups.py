"""Backups that were made, and what each device may be told is safe."""

import sqlite3
from collections.abc import Mapping


def add_backup(connection: sqlite3.Connection, *, now: int, upto: int, sha256: str) -> None:
    """Note a backup that was written and read back."""
    connection.execute(
        "insert into backup (made_at, upto, sha256) values (:now, :upto, :sha256)",
        {"now": now, "upto": upto, "sha256": sha256},
    )


def mark_safe(connection: sqlite3.Connection, newest: Mapping[str, str]) -> None:
    """Set each device's *safe* mark.

    Args:
        newest: by log: the newest entry with a complete chain inside a backup, both in hex.
    """
    connection.executemany(
        "update device set safe_id = ? where log = ?",
        [(bytes.fromhex(entry), bytes.fromhex(log)) for log, entry in newest.items()],
    )


def last_backup_at(connection: sqlite3.Connection) -> int | None:
    """When the newest backup was made."""
    found: int | None = connection.execute("select max(made_at) from backup").fetchone()[0]
    return found
