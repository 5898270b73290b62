"""SMS: what came in as a command, what was written, what became of it, and who wants no more.

Phones and texts stand encrypted in `private`, or as keyed hashes where they have to be found again.
"""

import sqlite3
from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import astuple

FINAL: Final = ("delivered", "failed", "expired", "unknown", "sent")
"""States of an SMS_RESULT, the most telling first."""


class SmsInRow(Struct, frozen=True, gc=False):
    """A command, in the order of the table's columns; `outcome` is set later."""

    entry: bytes
    log: bytes
    command: str
    arrived_at: int
    private: bytes


class SmsOutRow(Struct, frozen=True, gc=False):
    """An SMS that was written, in the order of the table's columns."""

    key: bytes
    case_id: bytes | None
    template: str
    device: bytes | None
    """Whose modem is to send it; None: it waits for one."""
    made_at: int
    not_after: int
    priority: int
    phone: bytes
    content: bytes
    done: int
    private: bytes


class ResultRow(Struct, frozen=True, gc=False):
    """What became of an SMS, in the order of the table's columns."""

    entry: bytes
    key: bytes
    state: str
    at: int
    """By the kiosk's clock, set right as far as it is known."""
    arrived_at: int
    report: str


class Sent(Struct, frozen=True):
    """An SMS to a resident as the story of a case tells it."""

    template: str
    made_at: int
    waits: bool
    """No kiosk with a modem is there yet."""
    result: ResultRow | None


def _insert(table: str, row: type[Struct]) -> str:
    columns = row.__struct_fields__
    return f"insert or ignore into {table} ({', '.join(columns)}) values ({', '.join('?' * len(columns))})"  # noqa: S608


_IN: Final = _insert("sms_in", SmsInRow)
_OUT: Final = _insert("sms_out", SmsOutRow)
_RESULT: Final = _insert("sms_result", ResultRow)


def insert_commands(connection: sqlite3.Connection, rows: Iterable[SmsInRow]) -> None:
    """Enter new commands; those that are there already stay as they are."""
    connection.executemany(_IN, map(astuple, rows))


def waiting_commands(connection: sqlite3.Connection, limit: int) -> list[SmsInRow]:
    """Commands that nobody has answered, in the order of the ledger: those of one bundle arrived at the same moment."""
    rows = connection.execute(
        "select entry, log, command, arrived_at, private from sms_in where outcome = ''"
        " order by arrived_at, rowid limit :limit",
        {"limit": limit},
    )
    return [SmsInRow(*row) for row in rows]


def get_command(connection: sqlite3.Connection, entry: bytes) -> SmsInRow | None:
    """The command that an entry brought."""
    row = connection.execute(
        "select entry, log, command, arrived_at, private from sms_in where entry = :entry", {"entry": entry}
    ).fetchone()
    return SmsInRow(*row) if row else None


def settle_command(connection: sqlite3.Connection, entry: bytes, outcome: str) -> None:
    """Note what came of a command; it is never answered again."""
    connection.execute(
        "update sms_in set outcome = :outcome where entry = :entry", {"entry": entry, "outcome": outcome}
    )


def insert_out(connection: sqlite3.Connection, row: SmsOutRow) -> bool:
    """Enter an SMS; False where this key was written before."""
    return connection.execute(_OUT, astuple(row)).rowcount > 0


def has_result(connection: sqlite3.Connection, key: bytes) -> bool:
    """Whether a device has told what became of the SMS under this key."""
    return connection.execute("select 1 from sms_result where key = :key", {"key": key}).fetchone() is not None


def homeless(connection: sqlite3.Connection, limit: int) -> list[SmsOutRow]:
    """SMS that no active device has: they wait for a modem, or their device was revoked before it said what became."""
    rows = connection.execute(
        f"select {', '.join(f'sms_out.{column}' for column in SmsOutRow.__struct_fields__)} from sms_out"  # noqa: S608
        " left join device on device.log = sms_out.device"
        " where done = 0 and (sms_out.device is null or device.state <> 'active')"
        " order by priority desc, made_at, key limit :limit",
        {"limit": limit},
    )
    return [SmsOutRow(*row) for row in rows]


def give_to(connection: sqlite3.Connection, key: bytes, device: bytes) -> None:
    """A device has it to send."""
    connection.execute("update sms_out set device = :device where key = :key", {"key": key, "device": device})


def finish(connection: sqlite3.Connection, keys: Iterable[bytes]) -> None:
    """Nothing more will become of these: what they said and to whom is erased."""
    connection.executemany(
        "update sms_out set done = 1, private = x'' where key = :key", [{"key": key} for key in keys]
    )


def finish_overdue(connection: sqlite3.Connection, before: int) -> None:
    """Erase what was not to be sent later than this; a kiosk that has it drops it likewise."""
    connection.execute(
        "update sms_out set done = 1, private = x'' where done = 0 and not_after > 0 and not_after < :before",
        {"before": before},
    )


def has_overdue(connection: sqlite3.Connection, before: int) -> bool:
    """Whether there is something to erase."""
    row = connection.execute(
        "select 1 from sms_out where done = 0 and not_after > 0 and not_after < :before limit 1", {"before": before}
    ).fetchone()
    return row is not None


def count_waiting(connection: sqlite3.Connection) -> int:
    """SMS that no kiosk has taken, because none with a modem is there."""
    return int(connection.execute("select count(*) from sms_out where done = 0 and device is null").fetchone()[0])


def count_failed(connection: sqlite3.Connection, since: int) -> dict[bytes, int]:
    """SMS that did not reach anybody since then, by the device that was to send them."""
    rows = connection.execute(
        "select sms_out.device as device, count(*) as number from sms_result"
        " join sms_out on sms_out.key = sms_result.key"
        " where sms_result.arrived_at >= :since and sms_result.state in ('failed', 'expired')"
        " and sms_out.device is not null group by sms_out.device",
        {"since": since},
    )
    return {row["device"]: row["number"] for row in rows}


def sent_of_case(connection: sqlite3.Connection, case_id: bytes) -> list[Sent]:
    """The SMS about a case, as they were written, with the most telling result of each."""
    found = connection.execute(
        "select key, template, made_at, device, done from sms_out where case_id = :id order by made_at, key",
        {"id": case_id},
    ).fetchall()
    return [
        Sent(row["template"], row["made_at"], row["device"] is None and not row["done"], _result_of(connection, row[0]))
        for row in found
    ]


def _result_of(connection: sqlite3.Connection, key: bytes) -> ResultRow | None:
    rows = [
        ResultRow(*row)
        for row in connection.execute(
            "select entry, key, state, at, arrived_at, report from sms_result where key = :key"
            " order by arrived_at, entry",
            {"key": key},
        )
    ]
    return min(rows, key=lambda row: FINAL.index(row.state) if row.state in FINAL else len(FINAL), default=None)


def count_to_phone(connection: sqlite3.Connection, phone: bytes, content: bytes, since: int) -> tuple[int, int]:
    """How many SMS were written to a phone since then: all, and those that said the very same."""
    row = connection.execute(
        "select count(*) as every, count(case when content = :content then 1 end) as same from sms_out"
        " where phone = :phone and made_at >= :since",
        {"phone": phone, "content": content, "since": since},
    ).fetchone()
    return int(row["every"]), int(row["same"])


def insert_results(connection: sqlite3.Connection, rows: Iterable[ResultRow]) -> None:
    """Enter what became of SMS; what is there already stays as it is."""
    rows = list(rows)
    connection.executemany(_RESULT, map(astuple, rows))
    finish(connection, (row.key for row in rows if row.state in FINAL))


def get_result(connection: sqlite3.Connection, entry: bytes) -> ResultRow | None:
    """The result that an entry brought."""
    row = connection.execute(
        "select entry, key, state, at, arrived_at, report from sms_result where entry = :entry", {"entry": entry}
    ).fetchone()
    return ResultRow(*row) if row else None


def stop(connection: sqlite3.Connection, phone: bytes, at: int) -> bool:
    """No more news for this phone; False where that was so already."""
    return (
        connection.execute(
            "insert or ignore into sms_stop (phone, at) values (:phone, :at)", {"phone": phone, "at": at}
        ).rowcount
        > 0
    )


def start(connection: sqlite3.Connection, phone: bytes) -> bool:
    """News again for this phone; False where it never stopped."""
    return connection.execute("delete from sms_stop where phone = :phone", {"phone": phone}).rowcount > 0


def has_stopped(connection: sqlite3.Connection, phone: bytes) -> bool:
    """Whether this phone wants no news."""
    return connection.execute("select 1 from sms_stop where phone = :phone", {"phone": phone}).fetchone() is not None


def note_modem(connection: sqlite3.Connection, log: bytes, at: int) -> None:
    """A device has shown that it has a modem."""
    connection.execute(
        "update device set sms_at = :at where log = :log and coalesce(sms_at, 0) < :at", {"log": log, "at": at}
    )
