"""SQL of the SMS that come in. Texts and numbers are in boxes that only the storage key opens, or HMACs of them."""

import sqlite3
from typing import Final

from msgspec import Struct

OPEN: Final = ("parts", "whole", "incomplete", "rest")
"""States of a message that is not over: waits for parts; waits to be filed; filed without some; more came since."""


class Message(Struct, frozen=True):
    """A message of one part or several."""

    n: int
    whose: bytes
    """HMAC of the sender."""
    via: bytes
    """HMAC of the SIM that it came to."""
    total: int
    sent_at: int
    """The network's time of its first part."""
    changed_at: int
    """The kiosk's clock when its last part came."""
    state: str
    ref: bytes | None
    """A box with the reference that the report's PIN follows from; only until the message is whole."""
    entry: bytes | None
    """What it became without its missing parts."""
    secret: int
    """Whether that was a secret report."""


class Part(Struct, frozen=True):
    """One part, as it is kept until it is filed."""

    key: bytes
    part: int
    box: bytes | None


_MESSAGE: Final = "select n, whose, via, total, sent_at, changed_at, state, ref, entry, secret from sms_message"

_MISSING_PART: Final = (
    "select n, whose, via, total, sent_at, changed_at, state, ref, entry, secret from sms_message"
    " where state in ('parts', 'incomplete', 'rest') and thread = :thread and abs(sent_at - :sent_at) <= :within"
    " and not exists (select 1 from sms_part p where p.message = sms_message.n and p.part = :part)"
    " order by abs(sent_at - :sent_at), n limit 1"
)


def is_known(connection: sqlite3.Connection, key: bytes) -> bool:
    """Whether this part came before."""
    return connection.execute("select 1 from sms_part where key = :key", {"key": key}).fetchone() is not None


def add_part(
    connection: sqlite3.Connection, key: bytes, *, at: int, message: int | None = None, part: int = 1, box: bytes | None
) -> None:
    """Remember that this part came, and what it says where that is still to be filed."""
    connection.execute(
        "insert into sms_part (key, message, part, at, box) values (:key, :message, :part, :at, :box)",
        {"key": key, "message": message, "part": part, "at": at, "box": box},
    )


def find_message(
    connection: sqlite3.Connection, thread: bytes, part: int, sent_at: int, within_ms: int
) -> Message | None:
    """The message that still misses this part; of several, the one nearest in time."""
    row = connection.execute(
        _MISSING_PART,
        {"thread": thread, "part": part, "sent_at": sent_at, "within": within_ms},
    ).fetchone()
    return Message(*row) if row else None


def add_message(
    connection: sqlite3.Connection,
    *,
    whose: bytes,
    thread: bytes | None,
    via: bytes,
    total: int,
    sent_at: int,
    at: int,
) -> Message:
    """A new message, of which no part is there yet."""
    n = connection.execute(
        "insert into sms_message (whose, thread, via, total, sent_at, changed_at, state)"
        " values (:whose, :thread, :via, :total, :sent_at, :at, 'parts')",
        {"whose": whose, "thread": thread, "via": via, "total": total, "sent_at": sent_at, "at": at},
    ).lastrowid
    return Message(n or 0, whose, via, total, sent_at, at, "parts", None, None, 0)


def parts(connection: sqlite3.Connection, message: int) -> list[Part]:
    """The parts that are there, in order."""
    rows = connection.execute(
        "select key, part, box from sms_part where message = :n order by part", {"n": message}
    ).fetchall()
    return [Part(*row) for row in rows]


def touch(connection: sqlite3.Connection, message: int, state: str, at: int) -> None:
    """A part has come."""
    connection.execute(
        "update sms_message set state = :state, changed_at = :at where n = :n", {"state": state, "at": at, "n": message}
    )


def in_state(connection: sqlite3.Connection, *states: str) -> list[Message]:
    """The messages in these states, in the order in which they came."""
    rows = connection.execute(_MESSAGE + " where state != 'filed' order by n").fetchall()
    return [message for message in (Message(*row) for row in rows) if message.state in states]


def finish(connection: sqlite3.Connection, message: int, *, report_at: int | None = None) -> None:
    """It is filed whole, or given up: what its parts said is erased."""
    connection.execute("update sms_part set box = null where message = :n", {"n": message})
    connection.execute(
        "update sms_message set state = 'filed', ref = null, report_at = coalesce(:at, report_at) where n = :n",
        {"n": message, "at": report_at},
    )


def finish_for_now(
    connection: sqlite3.Connection,
    message: int,
    *,
    entry: bytes,
    ref: bytes | None = None,
    is_secret: bool = False,
    report_at: int | None = None,
) -> None:
    """It is filed without some parts; those that are there are needed again when the rest comes.

    Args:
        ref: the box with the reference that the PIN follows from, where it became a report.
    """
    connection.execute(
        "update sms_message set state = 'incomplete', ref = :ref, entry = :entry, secret = :secret,"
        " report_at = :report_at where n = :n",
        {"n": message, "ref": ref, "entry": entry, "secret": is_secret, "report_at": report_at},
    )


def count_reports(connection: sqlite3.Connection, whose: bytes, after: int, upto: int) -> int:
    """How many reports of this sender were filed in a span of the kiosk's clock."""
    row = connection.execute(
        "select count(*) from sms_message where whose = :whose and report_at > :after and report_at <= :upto",
        {"whose": whose, "after": after, "upto": upto},
    ).fetchone()
    return int(row[0])


# -- quarantine --------------------------------------------------------------------------------------------------------


class Quarantined(Struct, frozen=True):
    """What was put aside."""

    key: bytes
    at: int
    reason: str
    box: bytes


def quarantine(connection: sqlite3.Connection, key: bytes, *, at: int, reason: str, box: bytes) -> None:
    """Put something aside, with the reason."""
    connection.execute(
        "insert into sms_quarantine (key, at, reason, box) values (:key, :at, :reason, :box)"
        " on conflict (key) do nothing",
        {"key": key, "at": at, "reason": reason, "box": box},
    )


def quarantined(connection: sqlite3.Connection) -> list[Quarantined]:
    """All that was put aside, the oldest first."""
    rows = connection.execute("select key, at, reason, box from sms_quarantine order by n").fetchall()
    return [Quarantined(*row) for row in rows]


def count_quarantined(connection: sqlite3.Connection) -> int:
    """How much was put aside."""
    return int(connection.execute("select count(*) from sms_quarantine").fetchone()[0])
