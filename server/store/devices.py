"""Devices: what the centre knows of each log's writer."""

import sqlite3

from server.domain.filing_time import ClockState
from server.store.troubles import UNSEALED
from sync_protocol.exchange import Position


def get_device(connection: sqlite3.Connection, log: bytes) -> sqlite3.Row | None:
    """A device by its log."""
    row: sqlite3.Row | None = connection.execute("select * from device where log = :log", {"log": log}).fetchone()
    return row


def find_devices(connection: sqlite3.Connection, prefix: str) -> list[sqlite3.Row]:
    """Devices whose log begins with these hex digits."""
    return connection.execute(
        "select * from device where lower(hex(log)) glob :prefix || '*' order by log", {"prefix": prefix.lower()}
    ).fetchall()


def list_devices(connection: sqlite3.Connection, unit: str | None = None) -> list[sqlite3.Row]:
    """All devices, or those of a unit, with the number of entries that are missing, lost, quarantined and so on."""
    return connection.execute(
        "select device.*,"
        " (select count(*) from missing where missing.log = device.log) as holes,"
        " (select count(*) from tombstone where tombstone.log = device.log) as lost,"
        " (select count(*) from entry where entry.log = device.log and quarantined = 1) as quarantined,"
        " (select count(*) from trouble where trouble.log = device.log and code <> :bare) as troubles,"
        " (select count(*) from trouble where trouble.log = device.log and code = :bare) as unsealed,"
        " (select max(seq) from entry where entry.log = device.log) as held_seq"
        " from device where :unit is null or unit = :unit order by unit, enrolled_at, log",
        {"unit": unit, "bare": UNSEALED},
    ).fetchall()


def active_in_unit(connection: sqlite3.Connection, unit: str) -> list[sqlite3.Row]:
    """The devices that get news of a unit's cases."""
    return connection.execute(
        "select * from device where unit = :unit and state = 'active' order by log", {"unit": unit}
    ).fetchall()


def add_device(
    connection: sqlite3.Connection,
    *,
    log: bytes,
    sign: bytes,
    seal: bytes,
    name: str,
    unit: str,
    state: str,
    now: int,
) -> None:
    """Enter a device."""
    connection.execute(
        "insert into device (log, sign, seal, name, unit, state, enrolled_at)"
        " values (:log, :sign, :seal, :name, :unit, :state, :now)",
        {"log": log, "sign": sign, "seal": seal, "name": name, "unit": unit, "state": state, "now": now},
    )


def set_state(connection: sqlite3.Connection, log: bytes, state: str, unit: str) -> None:
    """Move a device to another state."""
    connection.execute(
        "update device set state = :state, unit = :unit where log = :log", {"log": log, "state": state, "unit": unit}
    )


def set_contact(
    connection: sqlite3.Connection,
    log: bytes,
    *,
    at: int,
    stated: Position,
    written_at: int,
    down_have: bytes | None,
) -> None:
    """Note that a device was heard of, where its log stands, and what it holds of ours.

    Args:
        written_at: when it said so, by its own clock.
    """
    connection.execute(
        "update device set last_contact_at = :at, stated_seq = :seq, stated_id = :id, stated_at = :written_at,"
        " down_have = :have where log = :log",
        {
            "log": log,
            "at": at,
            "seq": stated.seq,
            "id": stated.id if stated.seq else None,
            "written_at": written_at,
            "have": down_have,
        },
    )


def set_clock(connection: sqlite3.Connection, log: bytes, clock: ClockState) -> None:
    """Keep what is known of a device's clock."""
    connection.execute(
        "update device set clock_offset_ms = :offset, http_head_at = :head_at, http_head_id = :head_id"
        " where log = :log",
        {"log": log, "offset": clock.offset_ms, "head_at": clock.head_at, "head_id": clock.head_id},
    )


def clock_of(device: sqlite3.Row) -> ClockState:
    """What is known of a device's clock."""
    return ClockState(device["clock_offset_ms"], device["http_head_at"], device["http_head_id"])


def set_rooted(connection: sqlite3.Connection, log: bytes, newest: Position) -> None:
    """Keep the newest entry whose chain to seq 1 is complete (the highest seq, then id)."""
    connection.execute(
        "update device set rooted_seq = :seq, rooted_id = :id where log = :log"
        " and (rooted_id is null or :seq > rooted_seq or (:seq = rooted_seq and :id > rooted_id))",
        {"log": log, "seq": newest.seq, "id": newest.id},
    )


def flag_forked(connection: sqlite3.Connection, log: bytes) -> None:
    """The log has two entries with one seq: a clone, or a PC set back to an earlier image."""
    connection.execute("update device set forked = 1 where log = :log", {"log": log})


def flag_regressed(connection: sqlite3.Connection, log: bytes) -> None:
    """The device holds entries of ours that we do not: this centre was set back to an earlier state."""
    connection.execute("update device set regressed = 1 where log = :log", {"log": log})


def count_skipped(connection: sqlite3.Connection, log: bytes, number: int) -> None:
    """Count frames that named this log and were not signed by its key."""
    connection.execute("update device set skipped = skipped + :number where log = :log", {"log": log, "number": number})


def set_health(connection: sqlite3.Connection, log: bytes, health: str, at: int) -> None:
    """Keep the newest HEALTH of a device, as JSON."""
    connection.execute(
        "update device set health = :health, health_at = :at where log = :log and coalesce(health_at, 0) <= :at",
        {"log": log, "health": health, "at": at},
    )


def list_active(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    """All devices that are trusted."""
    return connection.execute("select * from device where state = 'active' order by log").fetchall()
