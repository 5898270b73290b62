"""The ledger: every validly signed entry of an enrolled device, as received, once."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any, Final

from msgspec import Struct

from server.store.troubles import set_meta
from sync_protocol.entry import Entry
from sync_protocol.exchange import Position

NO_LINK: Final = bytes(32)
LEDGER_HEAD: Final = "ledger_head"
"""In `meta`: the link of the newest arrival, so that missing rows at the end show too."""
_LINK_DOMAIN = b"kasih arrival v1\n"
_CHUNK: Final = 400  # SQLite before 3.32 takes 999 parameters.
_INSERT = (
    "insert into entry (id, log, seq, prev, kind, rooted, quarantined, received_at, offset_ms, not_before, raw,"
    " link) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Unfolded(Struct, frozen=True):
    """A stored entry that waits for its fold, with what was known of it at arrival."""

    n: int
    id: bytes
    log: bytes
    kind: int
    received_at: int
    offset_ms: int | None
    not_before: int
    raw: bytes
    unit: str
    """The unit where its device stands."""


def known_ids(connection: sqlite3.Connection, log: bytes, entries: Sequence[Entry]) -> set[bytes]:
    """Which of these entries of a log are stored. What lies beyond its highest stored seq is not looked up."""
    highest = highest_seq(connection, log)
    return held_ids(connection, [entry.id for entry in entries if entry.seq <= highest])


def highest_seq(connection: sqlite3.Connection, log: bytes) -> int:
    """The highest seq stored of a log, rooted or not; 0 where there is none."""
    row = connection.execute("select max(seq) from entry where log = :log", {"log": log}).fetchone()
    return int(row[0] or 0)


def held_ids(connection: sqlite3.Connection, ids: Sequence[bytes]) -> set[bytes]:
    """Which of these ids are stored."""
    return {row[0] for row in _by_ids(connection, "select id from entry where id in", ids)}


def parents(connection: sqlite3.Connection, log: bytes, ids: Sequence[bytes]) -> dict[bytes, sqlite3.Row]:
    """Of these ids, the entries and tombstones of the log that are held: id, seq, rooted, not_before."""
    found: dict[bytes, sqlite3.Row] = {}
    for select in (
        "select id, log, seq, rooted, 0 as not_before from tombstone where id in",
        "select id, log, seq, rooted, not_before from entry where id in",
    ):
        found.update({row["id"]: row for row in _by_ids(connection, select, ids) if row["log"] == log})
    return found


def stored_seqs(connection: sqlite3.Connection, log: bytes, low: int, high: int) -> set[int]:
    """The seqs from low to high at which an entry of the log is stored or known to be lost."""
    rows = connection.execute(
        "select seq from entry where log = :log and seq between :low and :high"
        " union select seq from tombstone where log = :log and seq between :low and :high",
        {"log": log, "low": low, "high": high},
    )
    return {row[0] for row in rows}


def insert_entries(connection: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    """Store entries: id, log, seq, prev, kind, rooted, quarantined, received_at, offset_ms, not_before, raw."""
    last = connection.execute("select link from entry order by n desc limit 1").fetchone()
    link = last[0] if last else NO_LINK
    linked = []
    for row in rows:
        link = arrival_link(link, row[0], *row[7:10])
        linked.append((*row, link))
    connection.executemany(_INSERT, linked)
    set_meta(connection, LEDGER_HEAD, link.hex())


def arrival_link(before: bytes, entry_id: bytes, received_at: int, offset_ms: int | None, not_before: int) -> bytes:
    """Chain an arrival to those before it: a row that was left out, slipped in, moved or given another time shows."""
    noted = f"{received_at} {offset_ms} {not_before}".encode()
    return sha256(b"".join((_LINK_DOMAIN, before, entry_id, noted))).digest()


def children(connection: sqlite3.Connection, log: bytes, parent: Position) -> list[sqlite3.Row]:
    """What is held right after this entry: id, seq, rooted, and whether it is a tombstone."""
    return connection.execute(
        "select id, seq, rooted, 0 as lost from entry where log = :log and seq = :seq and prev = :id"
        " union all select id, seq, rooted, 1 from tombstone where log = :log and seq = :seq and prev = :id",
        {"log": log, "seq": parent.seq + 1, "id": parent.id},
    ).fetchall()


def root_entries(connection: sqlite3.Connection, ids: Iterable[bytes]) -> None:
    """Mark entries as rooted."""
    connection.executemany("update entry set rooted = 1 where id = ?", ((entry_id,) for entry_id in ids))


def holds(connection: sqlite3.Connection, log: bytes, entry_id: bytes) -> bool:
    """Whether an entry of this log is stored."""
    row = connection.execute(
        "select 1 from entry where id = :id and log = :log", {"id": entry_id, "log": log}
    ).fetchone()
    return row is not None


def get_entry(connection: sqlite3.Connection, entry_id: bytes) -> sqlite3.Row | None:
    """An entry by its id."""
    row: sqlite3.Row | None = connection.execute("select * from entry where id = :id", {"id": entry_id}).fetchone()
    return row


_UNFOLDED = (
    "select entry.n, entry.id, entry.log, entry.kind, entry.received_at, entry.offset_ms, entry.not_before, entry.raw,"
    " device.unit from entry join device on device.log = entry.log"
)


def unfolded(connection: sqlite3.Connection, after: int, limit: int) -> list[Unfolded]:
    """The next entries to fold of those stored after `after`."""
    rows = connection.execute(
        f"{_UNFOLDED} where entry.n > :after and entry.quarantined = 0 order by entry.n limit :limit",
        {"after": after, "limit": limit},
    )
    return [Unfolded(*row) for row in rows]


def released(connection: sqlite3.Connection, limit: int) -> list[Unfolded]:
    """The next entries to fold of those let out of quarantine."""
    rows = connection.execute(
        f"{_UNFOLDED} where entry.n in (select n from refold order by n limit :limit) order by entry.n",  # noqa: S608
        {"limit": limit},
    )
    return [Unfolded(*row) for row in rows]


def release(connection: sqlite3.Connection, log: bytes) -> int:
    """Let the quarantined entries of a log out, and put them in line for the fold; give their number."""
    connection.execute(
        "insert or ignore into refold (n) select n from entry where log = :log and quarantined = 1", {"log": log}
    )
    cursor = connection.execute("update entry set quarantined = 0 where log = :log and quarantined = 1", {"log": log})
    return cursor.rowcount


def refolded(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Take entries out of the line for the fold."""
    connection.executemany("delete from refold where n = ?", ((n,) for n in numbers))


def last_n(connection: sqlite3.Connection) -> int:
    """The place of the newest entry in the ledger."""
    return int(connection.execute("select coalesce(max(n), 0) from entry").fetchone()[0])


def all_entries(connection: sqlite3.Connection) -> Iterator[sqlite3.Row]:
    """The whole ledger in order of arrival."""
    yield from connection.execute("select * from entry order by n")


def _by_ids(connection: sqlite3.Connection, select: str, ids: Sequence[bytes]) -> Iterator[sqlite3.Row]:
    for at in range(0, len(ids), _CHUNK):
        chunk = ids[at : at + _CHUNK]
        yield from connection.execute(f"{select} ({','.join('?' * len(chunk))})", chunk)
