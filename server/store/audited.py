"""Whole tables, as the audit goes through them."""

import sqlite3
from collections.abc import Iterator, Sequence


def all_devices(connection: sqlite3.Connection) -> dict[bytes, sqlite3.Row]:
    """All devices, by log."""
    return {row["log"]: row for row in connection.execute("select * from device")}


def all_down(connection: sqlite3.Connection) -> Iterator[sqlite3.Row]:
    """What the centre wrote for its devices, log after log, each in order."""
    yield from connection.execute("select * from down order by device, seq")


def all_tombstones(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    """Entries that a device reported lost."""
    return connection.execute("select log, id, seq, prev, rooted from tombstone").fetchall()


def all_missing(connection: sqlite3.Connection) -> set[tuple[bytes, bytes]]:
    """Parents that are not held here: log, id."""
    return {(row["log"], row["id"]) for row in connection.execute("select log, id from missing")}


def trouble_of(connection: sqlite3.Connection, entry: bytes) -> str | None:
    """The code of why an entry's body cannot be used, if it was noted."""
    row = connection.execute("select code from trouble where entry = :id", {"id": entry}).fetchone()
    return row["code"] if row else None


def troubles_without_entry(connection: sqlite3.Connection) -> list[bytes]:
    """Ids that have a trouble and are not in the ledger."""
    rows = connection.execute("select entry from trouble where entry not in (select id from entry)")
    return [row["entry"] for row in rows]


def case_numbers(connection: sqlite3.Connection) -> dict[bytes, str]:
    """The numbers of all cases, by id."""
    return {row["id"]: row["number"] for row in connection.execute("select id, number from cases")}


def user_events(connection: sqlite3.Connection) -> Iterator[sqlite3.Row]:
    """What was decided about who may sign in, with which key pair, and who holds the duty key, in order."""
    yield from connection.execute(
        "select type, actor, data from event where type like 'user-%' or type like 'password-%'"
        " or type in ('centre-founded', 'duty-granted') order by n"
    )


def events_of(connection: sqlite3.Connection, types: Sequence[str]) -> Iterator[sqlite3.Row]:
    """The events of these types, in order."""
    marks = ", ".join("?" * len(types))
    yield from connection.execute(f"select * from event where type in ({marks}) order by n", types)  # noqa: S608


def all_codes(connection: sqlite3.Connection) -> Iterator[sqlite3.Row]:
    """The enrolment codes that are kept."""
    yield from connection.execute("select * from enrol_code order by id")


def all_sessions(connection: sqlite3.Connection) -> Iterator[sqlite3.Row]:
    """Who is signed in, since when."""
    yield from connection.execute(
        "select token_hash, session.made_at, coalesce(user.name, '#' || session.user) as name"
        " from session left join user on user.id = session.user order by session.made_at, token_hash"
    )


def all_stops(connection: sqlite3.Connection) -> dict[str, int]:
    """Since when a phone wants no more news, by its keyed hash in hex."""
    return {row["phone"].hex(): row["at"] for row in connection.execute("select phone, at from sms_stop")}


def all_backups(connection: sqlite3.Connection) -> set[tuple[int, int, str]]:
    """The backups that were made: when, up to where, and the file's SHA-256."""
    return {tuple(row) for row in connection.execute("select made_at, upto, sha256 from backup")}


def all_users(connection: sqlite3.Connection) -> Iterator[sqlite3.Row]:
    """Who may sign in as what."""
    yield from connection.execute("select * from user")


def all_grants(connection: sqlite3.Connection) -> list[tuple[str, bytes]]:
    """Whom the duty key was sealed to; the name is empty for the recovery key."""
    rows = connection.execute(
        "select coalesce(user.name, iif(duty_grant.user is null, '', '#' || duty_grant.user)) as name, sealed"
        " from duty_grant left join user on user.id = duty_grant.user order by duty_grant.id"
    )
    return [(row["name"], bytes(row["sealed"])) for row in rows]
