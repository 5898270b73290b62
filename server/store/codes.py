"""One-time enrolment codes, and logs that knock without one."""

import hmac
import sqlite3
from typing import Final

from msgspec import Struct

from sync_protocol.keys import EnrolmentCode

KEEP_MS: Final = 30 * 86_400_000
"""A code's secret is kept this long after its use or expiry, to tell a late device from a stranger."""
_MAX_KNOCKS = 1_000


class Code(Struct, frozen=True):
    """A code that was given out."""

    id: int
    secret: bytes
    unit: str
    expires_at: int
    used_at: int | None


def add_code(connection: sqlite3.Connection, *, secret: bytes, unit: str, now: int, expires_at: int) -> int:
    """Keep a new code; give its row."""
    cursor = connection.execute(
        "insert into enrol_code (secret, unit, made_at, expires_at) values (:secret, :unit, :now, :expires_at)",
        {"secret": secret, "unit": unit, "now": now, "expires_at": expires_at},
    )
    return cursor.lastrowid or 0


def find_code(connection: sqlite3.Connection, *, sign: bytes, seal: bytes, mac: bytes, now: int) -> Code | None:
    """The code whose secret made this mac; one that can still be used goes before one that cannot."""
    rows = connection.execute(
        "select id, secret, unit, expires_at, used_at from enrol_code"
        " order by used_at is not null, expires_at < :now, id desc",
        {"now": now},
    )
    for row in rows:
        code = Code(*row)
        if hmac.compare_digest(EnrolmentCode(secret=code.secret, fingerprint=b"").mac(sign, seal), mac):
            return code
    return None


def use_code(connection: sqlite3.Connection, code_id: int, *, log: bytes, now: int) -> None:
    """Mark a code as used by a device."""
    connection.execute(
        "update enrol_code set used_by = :log, used_at = :now where id = :id", {"id": code_id, "log": log, "now": now}
    )


def void_code(connection: sqlite3.Connection, secret: bytes) -> str | None:
    """Erase a code that nobody used; give its unit, or None where there is none."""
    row = connection.execute(
        "delete from enrol_code where secret = :secret and used_at is null returning unit", {"secret": secret}
    ).fetchone()
    return None if row is None else str(row[0])


def forget_codes(connection: sqlite3.Connection, now: int) -> None:
    """Erase codes whose use or expiry lies 30 days back."""
    connection.execute("delete from enrol_code where coalesce(used_at, expires_at) < :limit", {"limit": now - KEEP_MS})


def knock(connection: sqlite3.Connection, *, log: bytes, sign: bytes, seal: bytes, name: str, now: int) -> None:
    """Remember that a log that no code explains asked to come in."""
    connection.execute(
        "insert into knock (log, sign, seal, name, first_at, last_at) values (:log, :sign, :seal, :name, :now, :now)"
        " on conflict (log) do update set last_at = :now, times = knock.times + 1",
        {"log": log, "sign": sign, "seal": seal, "name": name, "now": now},
    )


def trim_knocks(connection: sqlite3.Connection) -> None:
    """Forget the oldest knocks where there are too many."""
    connection.execute(
        "delete from knock where log in (select log from knock order by last_at desc limit -1 offset :keep)",
        {"keep": _MAX_KNOCKS},
    )


def take_knock(connection: sqlite3.Connection, log: bytes) -> sqlite3.Row | None:
    """Give the knock of a log and forget it."""
    row: sqlite3.Row | None = connection.execute("select * from knock where log = :log", {"log": log}).fetchone()
    connection.execute("delete from knock where log = :log", {"log": log})
    return row


def find_knocks(connection: sqlite3.Connection, prefix: str) -> list[sqlite3.Row]:
    """Knocks of logs that begin with these hex digits."""
    return connection.execute(
        "select * from knock where lower(hex(log)) glob :prefix || '*' order by log", {"prefix": prefix.lower()}
    ).fetchall()


def list_knocks(connection: sqlite3.Connection, limit: int = _MAX_KNOCKS) -> list[sqlite3.Row]:
    """The logs that knocked, the latest first."""
    return connection.execute(
        "select * from knock order by last_at desc, log limit :limit", {"limit": limit}
    ).fetchall()


def count_knocks(connection: sqlite3.Connection) -> int:
    """How many logs knocked."""
    return int(connection.execute("select count(*) from knock").fetchone()[0])
