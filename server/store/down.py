"""The centre's own log for each device: news of cases, settings, master data, keys."""

import sqlite3
from collections.abc import Iterable, Iterator

from server.store.centre import Centre
from sync_protocol.bodies import Body
from sync_protocol.entry import NO_PREV, Entry, write_entry
from sync_protocol.exchange import Held, Position
from sync_protocol.keys import server_log
from sync_protocol.kinds import PLAIN


def append_down(
    connection: sqlite3.Connection, centre: Centre, device: sqlite3.Row, kind: int, body: Body, now: int
) -> Entry:
    """Add an entry to the log for one device: signed, and sealed to the device where its kind is."""
    head = head_of(connection, device["log"]) or Position(0, NO_PREV)
    entry = write_entry(
        kind=kind,
        time_ms=now,
        seq=head.seq + 1,
        log=server_log(centre.keys.sign_public, device["log"]),
        prev=head.id,
        body=body.encode(),
        signer=centre.keys.sign,
        recipient=None if kind in PLAIN else device["seal"],
        seal=centre.seal,
    )
    connection.execute(
        "insert into down (device, seq, id, prev, kind, made_at, raw)"
        " values (:device, :seq, :id, :prev, :kind, :now, :raw)",
        {
            "device": device["log"],
            "seq": entry.seq,
            "id": entry.id,
            "prev": entry.prev,
            "kind": kind,
            "now": now,
            "raw": entry.raw,
        },
    )
    connection.execute(
        "update device set down_head = :id where log = :device", {"device": device["log"], "id": entry.id}
    )
    return entry


def head_of(connection: sqlite3.Connection, device: bytes) -> Position | None:
    """Where the log for a device stands."""
    row = connection.execute(
        "select seq, id from down where device = :device order by seq desc limit 1", {"device": device}
    ).fetchone()
    return Position(row["seq"], row["id"]) if row else None


def get_down(connection: sqlite3.Connection, device: bytes, entry_id: bytes) -> Held | None:
    """An entry of the log for a device."""
    row = connection.execute(
        "select seq, id, prev, raw from down where id = :id and device = :device", {"id": entry_id, "device": device}
    ).fetchone()
    return Held(*row) if row else None


def newest_first(connection: sqlite3.Connection, device: bytes, kinds: Iterable[int]) -> Iterator[bytes]:
    """The entries of these kinds in the log for a device, the newest first."""
    marks = ", ".join(str(int(kind)) for kind in kinds)
    for row in connection.execute(
        f"select raw from down where device = :device and kind in ({marks}) order by seq desc",  # noqa: S608
        {"device": device},
    ):
        yield row["raw"]


def down_after(connection: sqlite3.Connection, device: bytes, seq: int) -> Iterator[Held]:
    """The entries of the log for a device after this one, in order."""
    for row in connection.execute(
        "select seq, id, prev, raw from down where device = :device and seq > :seq order by seq",
        {"device": device, "seq": seq},
    ):
        yield Held(*row)
