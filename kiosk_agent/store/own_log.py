"""SQL of the kiosk's own log. Records that have rotted are given without their bytes."""

import sqlite3
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from sync_protocol.entry import Entry, parse_entry
from sync_protocol.errors import ProtocolError
from sync_protocol.exchange import Held, Position
from sync_protocol.kinds import Kind

IsMine = Callable[[Entry], bool]
"""Whether this kiosk's key signed an entry."""

NEWS: Final = (Kind.COMPLAINT, Kind.NOTE, Kind.SMS_IN, Kind.SMS_RESULT, Kind.BLOB)
"""What a person waits for to arrive."""

_NEWS_SQL: Final = ", ".join(str(int(kind)) for kind in NEWS)
_COLUMNS: Final = "select seq, id, prev, digest, raw from own"


def digest(entry_id: bytes, raw: bytes) -> bytes:
    """What shows that neither an entry nor its id has rotted."""
    return sha256(entry_id + raw).digest()


def insert(connection: sqlite3.Connection, entry: Entry) -> None:
    """Add the next entry."""
    connection.execute(
        "insert into own (seq, id, prev, kind, digest, raw) values (:seq, :id, :prev, :kind, :digest, :raw)",
        {
            "seq": entry.seq,
            "id": entry.id,
            "prev": entry.prev,
            "kind": entry.kind,
            "digest": digest(entry.id, entry.raw),
            "raw": entry.raw,
        },
    )


def head(connection: sqlite3.Connection, is_mine: IsMine) -> Position | None:
    """The newest entry."""
    row = connection.execute(_COLUMNS + " order by seq desc limit 1").fetchone()
    if row is None:
        return None
    held = _held(row, is_mine)
    return Position(held.seq, held.id)


def by_id(connection: sqlite3.Connection, entry_id: bytes, is_mine: IsMine) -> Held | None:
    """The entry with this id."""
    row = connection.execute(_COLUMNS + " where id = :id", {"id": entry_id}).fetchone()
    return _held(row, is_mine) if row else None


def by_seq(connection: sqlite3.Connection, seq: int, is_mine: IsMine) -> Held | None:
    """The entry at this place."""
    row = connection.execute(_COLUMNS + " where seq = :seq", {"seq": seq}).fetchone()
    return _held(row, is_mine) if row else None


def newest(connection: sqlite3.Connection, kind: int, is_mine: IsMine) -> Held | None:
    """The newest entry of one kind."""
    row = connection.execute(_COLUMNS + " where kind = :kind order by seq desc limit 1", {"kind": kind}).fetchone()
    return _held(row, is_mine) if row else None


def after(connection: sqlite3.Connection, seq: int, limit: int, is_mine: IsMine) -> list[Held]:
    """The next entries after this one, in order."""
    rows = connection.execute(
        _COLUMNS + " where seq > :seq order by seq limit :limit", {"seq": seq, "limit": limit}
    ).fetchall()
    return [_held(row, is_mine) for row in rows]


def lost_at(connection: sqlite3.Connection, entry_id: bytes, is_mine: IsMine) -> int | None:
    """The place of the LOST for this entry; None: there is none, or it has itself rotted and tells nobody anything."""
    row = connection.execute("select seq from lost where id = :id", {"id": entry_id}).fetchone()
    held = by_seq(connection, row[0], is_mine) if row else None
    return held.seq if held is not None and held.raw is not None else None


def mark_lost(connection: sqlite3.Connection, entry_id: bytes, seq: int) -> None:
    """Remember which entry is the LOST for this one."""
    connection.execute(
        "insert into lost (id, seq) values (:id, :seq) on conflict (id) do update set seq = excluded.seq",
        {"id": entry_id, "seq": seq},
    )


def mend(connection: sqlite3.Connection, is_mine: IsMine) -> None:
    """Build the index anew, and put right ids, links and digests that have rotted beside sound entries."""
    connection.execute("reindex own")  # First: no row can be changed while the index does not fit it.
    for seq, entry_id, prev, stored_digest in connection.execute("select seq, id, prev, digest from own").fetchall():
        held = by_seq(connection, seq, is_mine)
        if held is None or held.raw is None:
            continue
        right = (held.id, held.prev, digest(held.id, held.raw))
        if right != (entry_id, prev, stored_digest):
            connection.execute(
                "update own set id = :id, prev = :prev, digest = :digest where seq = :seq",
                {"id": right[0], "prev": right[1], "digest": right[2], "seq": seq},
            )


def queue(connection: sqlite3.Connection, received: int) -> tuple[int, int]:
    """How many entries that a person waits for lie after this one, and the seq of the first (0: none)."""
    count, first = connection.execute(
        f"select count(*), coalesce(min(seq), 0) from own where seq > :received and kind in ({_NEWS_SQL})",  # noqa: S608
        {"received": received},
    ).fetchone()
    return count, first


def pending(connection: sqlite3.Connection, received: int) -> int:
    """How many entries lie after this one, save those that never wake the sync."""
    row = connection.execute(
        "select count(*) from own where seq > :received and kind not in (:clock, :health)",
        {"received": received, "clock": Kind.CLOCK, "health": Kind.HEALTH},
    ).fetchone()
    return int(row[0])


def complaints(connection: sqlite3.Connection, upto: int) -> int:
    """How many complaints stand in the log up to this entry."""
    row = connection.execute(
        "select count(*) from own where kind = :kind and seq <= :upto", {"kind": Kind.COMPLAINT, "upto": upto}
    ).fetchone()
    return int(row[0])


def complaint_between(connection: sqlite3.Connection, lowest: bytes, highest: bytes) -> int | None:
    """The place of the complaint whose id lies in this range; None where there is none."""
    row = connection.execute(
        "select seq from own where id between :lowest and :highest and kind = :kind",
        {"lowest": lowest, "highest": highest, "kind": Kind.COMPLAINT},
    ).fetchone()
    return int(row[0]) if row else None


def _held(row: tuple[int, bytes, bytes, bytes, bytes], is_mine: IsMine) -> Held:
    seq, entry_id, prev, stored_digest, raw = row
    if digest(entry_id, raw) == stored_digest:
        return Held(seq=seq, id=entry_id, prev=raw[32:64], raw=raw)
    try:
        entry = parse_entry(raw)
    except ProtocolError:
        entry = None
    if entry is not None and is_mine(entry):  # Its id or its digest has rotted, not the entry.
        return Held(seq=entry.seq, id=entry.id, prev=entry.prev, raw=raw)
    return Held(seq=seq, id=entry_id, prev=prev, raw=None)
