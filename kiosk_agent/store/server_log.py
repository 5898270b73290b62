"""SQL of the server's log for this kiosk. It may hold forks and holes: they are taken like anything else."""

import sqlite3
from collections.abc import Iterator

from msgspec import Struct

from kiosk_agent.store.own_log import digest
from sync_protocol.entry import NO_PREV, Entry, parse_entry
from sync_protocol.errors import ProtocolError


class Inserted(Struct, frozen=True):
    """What a reply added."""

    stored: int
    """How many entries were new."""
    forked: bool
    """Whether one of them has the seq of another."""
    newest_rooted: bytes | None
    """Of all entries of the reply, known before or not."""


def insert(connection: sqlite3.Connection, entries: list[Entry]) -> Inserted:
    """Add the entries that are new, in any order."""
    stored, forked = 0, False
    for entry in entries:
        added = connection.execute(
            "insert into down (id, seq, prev, kind, rooted, digest, raw)"
            " values (:id, :seq, :prev, :kind, :rooted, :digest, :raw) on conflict (id) do nothing",
            {
                "id": entry.id,
                "seq": entry.seq,
                "prev": entry.prev,
                "kind": entry.kind,
                "rooted": _has_root(connection, entry),
                "digest": digest(entry.id, entry.raw),
                "raw": entry.raw,
            },
        ).rowcount
        if added:
            stored += 1
            forked = forked or _is_fork(connection, entry)
    if stored:
        _spread_roots(connection)
    rooted = [(entry.seq, entry.id) for entry in entries if is_rooted(connection, entry.id)]
    return Inserted(stored=stored, forked=forked, newest_rooted=max(rooted)[1] if rooted else None)


def is_rooted(connection: sqlite3.Connection, entry_id: bytes) -> bool | None:
    """Whether the chain from this entry to seq 1 is complete; None where it is not held."""
    row = connection.execute("select rooted from down where id = :id", {"id": entry_id}).fetchone()
    return bool(row[0]) if row else None


def newest_rooted(connection: sqlite3.Connection) -> bytes | None:
    """The entry with the highest seq, then id, whose chain is complete."""
    row = connection.execute("select id from down where rooted = 1 order by seq desc, id desc limit 1").fetchone()
    return row[0] if row else None


def missing(connection: sqlite3.Connection, limit: int) -> list[bytes]:
    """Ids of parents that are not held."""
    rows = connection.execute(
        "select distinct prev from down where rooted = 0 and prev != :none"
        " and prev not in (select id from down) limit :limit",
        {"none": NO_PREV, "limit": limit},
    ).fetchall()
    return [row[0] for row in rows]


def in_order(connection: sqlite3.Connection, kind: int) -> Iterator[Entry]:
    """The entries of one kind from the newest back; those that have rotted are left out."""
    for entry_id, stored_digest, raw in connection.execute(
        "select id, digest, raw from down where kind = :kind order by seq desc, n desc", {"kind": kind}
    ):
        if digest(entry_id, raw) == stored_digest:
            yield parse_entry(raw)


def along_chain(connection: sqlite3.Connection, newest: bytes, kind: int) -> Iterator[Entry]:
    """The entries of one kind from this one back along its own chain, where the log has forks."""
    for entry_id, stored_digest, raw in connection.execute(
        "with recursive chain (id, prev, kind, digest, raw) as ("
        " select id, prev, kind, digest, raw from down where id = :newest"
        " union all select d.id, d.prev, d.kind, d.digest, d.raw from down d join chain c on d.id = c.prev)"
        " select id, digest, raw from chain where kind = :kind",
        {"newest": newest, "kind": kind},
    ):
        if digest(entry_id, raw) == stored_digest:
            yield parse_entry(raw)


def rotten(connection: sqlite3.Connection, n: int, limit: int) -> tuple[list[int], int | None]:
    """Of the next records after this one: those that have rotted, and the last one looked at (None: there are none)."""
    rows = connection.execute(
        "select n, id, seq, prev, kind, digest, raw from down where n > :n order by n limit :limit",
        {"n": n, "limit": limit},
    ).fetchall()
    return [row[0] for row in rows if not _is_sound(*row[1:])], rows[-1][0] if rows else None


def drop(connection: sqlite3.Connection, records: list[int]) -> None:
    """Forget records, so that the next HEAD asks the server for them again."""
    connection.executemany("delete from down where n = :n", [{"n": n} for n in records])
    connection.execute("update down set rooted = (seq = 1 and prev = :none)", {"none": NO_PREV})
    _spread_roots(connection)


def _is_sound(entry_id: bytes, seq: int, prev: bytes, kind: int, stored_digest: bytes, raw: bytes) -> bool:
    if digest(entry_id, raw) != stored_digest:
        return False
    try:
        entry = parse_entry(raw)
    except ProtocolError:
        return False
    return (entry.seq, entry.prev, entry.kind) == (seq, prev, kind)


def _has_root(connection: sqlite3.Connection, entry: Entry) -> int:
    if entry.prev == NO_PREV:
        return int(entry.seq == 1)
    return int(is_rooted(connection, entry.prev) or False)


def _is_fork(connection: sqlite3.Connection, entry: Entry) -> bool:
    row = connection.execute(
        "select 1 from down where seq = :seq and id != :id", {"seq": entry.seq, "id": entry.id}
    ).fetchone()
    return row is not None


def _spread_roots(connection: sqlite3.Connection) -> None:
    connection.execute(
        "with recursive reached (id) as ("
        " select d.id from down d join down p on p.id = d.prev where d.rooted = 0 and p.rooted = 1"
        " union select d.id from down d join reached r on d.prev = r.id where d.rooted = 0)"
        " update down set rooted = 1 where id in (select id from reached)"
    )
