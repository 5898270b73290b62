"""What is wanted of a log: parents that nobody has sent yet, and entries that a device reported lost."""

import sqlite3
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

_LAST: Final = b"\xff" * 33
_WANTED = (
    "select id from (select id, log from missing union all select id, log from tombstone)"
    " where log = :log and id >= :low and id < :high order by id limit :limit"
)


def wanted(connection: sqlite3.Connection, log: bytes, limit: int, turn: int) -> list[bytes]:
    """Ids to ask a device for. `turn` chooses where to begin, so that no hole hides another for ever."""
    start = sha256(turn.to_bytes(8, signed=True)).digest()
    ids = _between(connection, log, start, _LAST, limit)
    return ids + _between(connection, log, b"", start, limit - len(ids)) if len(ids) < limit else ids


def has_missing(connection: sqlite3.Connection, log: bytes) -> bool:
    """Whether an entry of this log is wanted as a parent."""
    return connection.execute("select 1 from missing where log = :log limit 1", {"log": log}).fetchone() is not None


def among_missing(connection: sqlite3.Connection, log: bytes, ids: Iterable[bytes]) -> set[bytes]:
    """Which of these ids are wanted as parents."""
    return _among(connection, "select 1 from missing where id = :id and log = :log", log, ids)


def among_tombstones(connection: sqlite3.Connection, log: bytes, ids: Iterable[bytes]) -> set[bytes]:
    """Which of these ids were reported lost."""
    return _among(connection, "select 1 from tombstone where id = :id and log = :log", log, ids)


def add_missing(connection: sqlite3.Connection, log: bytes, ids: Iterable[bytes]) -> None:
    """Want these parents."""
    connection.executemany("insert or ignore into missing (id, log) values (?, ?)", ((i, log) for i in ids))


def drop_missing(connection: sqlite3.Connection, log: bytes, ids: Iterable[bytes]) -> None:
    """These parents have come."""
    connection.executemany("delete from missing where log = ? and id = ?", ((log, entry_id) for entry_id in ids))


def add_tombstones(connection: sqlite3.Connection, rows: Iterable[tuple[bytes, bytes, int, bytes, int, int]]) -> None:
    """Entries were reported lost: id, log, seq, prev, rooted, reported_at."""
    connection.executemany(
        "insert into tombstone (id, log, seq, prev, rooted, reported_at) values (?, ?, ?, ?, ?, ?)", rows
    )


def has_tombstones(connection: sqlite3.Connection, log: bytes) -> bool:
    """Whether any entry of this log was reported lost."""
    return connection.execute("select 1 from tombstone where log = :log limit 1", {"log": log}).fetchone() is not None


def drop_tombstones(connection: sqlite3.Connection, log: bytes, ids: Iterable[bytes]) -> None:
    """What was reported lost has come from elsewhere."""
    connection.executemany("delete from tombstone where log = ? and id = ?", ((log, entry_id) for entry_id in ids))


def root_tombstones(connection: sqlite3.Connection, log: bytes, ids: Iterable[bytes]) -> None:
    """Mark tombstones as rooted."""
    connection.executemany(
        "update tombstone set rooted = 1 where log = ? and id = ?", ((log, entry_id) for entry_id in ids)
    )


def _among(connection: sqlite3.Connection, select: str, log: bytes, ids: Iterable[bytes]) -> set[bytes]:
    return {i for i in ids if connection.execute(select, {"id": i, "log": log}).fetchone() is not None}


def _between(connection: sqlite3.Connection, log: bytes, low: bytes, high: bytes, limit: int) -> list[bytes]:
    rows = connection.execute(_WANTED, {"log": log, "low": low, "high": high, "limit": limit})
    return [row[0] for row in rows]
