"""SQL of the SMS that go out: what waits, every attempt, and what became of it."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from kiosk_agent.store.own_log import digest
from sync_protocol.entry import Entry, parse_entry
from sync_protocol.kinds import Kind

FINAL: Final = frozenset({"sent", "delivered", "failed", "expired", "unknown"})


class Waiting(Struct, frozen=True):
    """One message that has not gone yet."""

    n: int
    key: bytes
    origin: str
    """reply: to an SMS that came here; later: news of the kiosk's own; centre: an SMS_OUT."""
    whose: bytes
    via: bytes
    """HMAC of the SIM that it belongs to; empty: any."""
    created_at: int
    not_after: int
    state: str
    parts: int
    next_part: int
    box: bytes | None
    is_answer: int = 0
    """1 where somebody has just written and waits for this."""


class Attempt(Struct, frozen=True):
    """One attempt to send a part."""

    n: int
    message: int
    part: int
    whose: bytes
    at: int
    state: str
    reference: int | None
    report: int | None


_WAITING: Final = "select n, key, origin, whose, via, created_at, not_after, state, parts, next_part, box"
_IS_ANSWER: Final = (
    ", case origin when 'reply' then created_at between :fresh_from and :fresh_upto"
    " when 'centre' then whose in (select whose from sms_message where changed_at between :fresh_from and :fresh_upto)"
    " else 0 end as is_answer"
)
_ATTEMPT: Final = "select n, message, part, whose, at, state, reference, report from sms_attempt"


def add(
    connection: sqlite3.Connection,
    key: bytes,
    *,
    origin: str,
    whose: bytes,
    likeness: bytes,
    via: bytes = b"",
    priority: int = 0,
    at: int,
    not_after: int = 0,
    after_seq: int = 0,
    parts: int,
    box: bytes,
) -> int | None:
    """Queue a message, unless one with this key ever was; which it is.

    Args:
        likeness: HMAC of the text, by which identical ones are counted.
        after_seq: it waits until the centre has this entry of the kiosk's log.
    """
    added = connection.execute(
        "insert into sms_out (key, origin, whose, likeness, via, priority, created_at, not_after, after_seq,"
        " state, parts, next_part, box) values (:key, :origin, :whose, :likeness, :via, :priority, :at, :not_after,"
        " :after_seq, 'queued', :parts, 1, :box) on conflict (key) do nothing",
        {
            "key": key,
            "origin": origin,
            "whose": whose,
            "likeness": likeness,
            "via": via,
            "priority": min(priority, 2**31),
            "at": at,
            "not_after": not_after,
            "after_seq": after_seq,
            "parts": parts,
            "box": box,
        },
    )
    return added.lastrowid if added.rowcount > 0 else None


def waiting(connection: sqlite3.Connection, received_seq: int, fresh_from: int, fresh_upto: int) -> list[Waiting]:
    """What waits: begun ones, answers to who has just written, other replies, then by priority, then the older.

    Answers stand first, so that nothing which may not go yet, however much it is, keeps them from being seen.

    Args:
        fresh_from: since when somebody who wrote has just written.
        fresh_upto: until when: the clock may have been set back.
    """
    rows = connection.execute(
        _WAITING + _IS_ANSWER + " from sms_out where state in ('queued', 'sending') and after_seq <= :received"
        " order by state = 'queued', not is_answer, origin != 'reply', priority desc, n limit 500",
        {"received": received_seq, "fresh_from": fresh_from, "fresh_upto": fresh_upto},
    ).fetchall()
    return [Waiting(*row) for row in rows]


def count_waiting(connection: sqlite3.Connection) -> int:
    """How many messages wait."""
    return int(connection.execute("select count(*) from sms_out where state in ('queued', 'sending')").fetchone()[0])


def get(connection: sqlite3.Connection, n: int) -> Waiting | None:
    """One message, whatever its state."""
    row = connection.execute(_WAITING + " from sms_out where n = :n", {"n": n}).fetchone()
    return Waiting(*row) if row else None


def set_state(connection: sqlite3.Connection, n: int, state: str) -> None:
    """Move a message on; its text is erased with any final state."""
    connection.execute(
        "update sms_out set state = :state, box = case when :final then null else box end where n = :n",
        {"n": n, "state": state, "final": state in FINAL},
    )


def requeue(connection: sqlite3.Connection, n: int) -> None:
    """Nothing of a message has left: it waits as before, for any SIM."""
    connection.execute(
        "update sms_out set state = 'queued', via = x'' where n = :n and state = 'sending' and next_part = 1", {"n": n}
    )


def set_next_part(connection: sqlite3.Connection, n: int, part: int) -> None:
    """The parts before this one have gone; a late report on an earlier one takes nothing back."""
    connection.execute("update sms_out set next_part = max(next_part, :part) where n = :n", {"n": n, "part": part})


def count_to(connection: sqlite3.Connection, whose: bytes, after: int, upto: int, likeness: bytes | None = None) -> int:
    """How many of the kiosk's own were queued for a number in a span of its clock; of one text, if that is given."""
    row = connection.execute(
        "select count(*) from sms_out where whose = :whose and created_at > :after and created_at <= :upto"
        " and origin in ('reply', 'later') and (:likeness is null or likeness = :likeness)",
        {"whose": whose, "after": after, "upto": upto, "likeness": likeness},
    ).fetchone()
    return int(row[0])


# -- attempts ----------------------------------------------------------------------------------------------------------


def begin(connection: sqlite3.Connection, message: Waiting, via: bytes, at: int) -> int:
    """An attempt begins: from here on nobody can be sure that it did not go."""
    if message.state == "queued":
        connection.execute(
            "update sms_out set state = 'sending', via = :via where n = :n", {"n": message.n, "via": via}
        )
    return (
        connection.execute(
            "insert into sms_attempt (message, part, via, whose, at, state)"
            " values (:message, :part, :via, :whose, :at, 'trying')",
            {"message": message.n, "part": message.next_part, "via": via, "whose": message.whose, "at": at},
        ).lastrowid
        or 0
    )


def attempts(connection: sqlite3.Connection, message: int, part: int) -> list[Attempt]:
    """The attempts to send a part, in order."""
    rows = connection.execute(
        _ATTEMPT + " where message = :message and part = :part order by n", {"message": message, "part": part}
    ).fetchall()
    return [Attempt(*row) for row in rows]


def trying(connection: sqlite3.Connection, via: bytes) -> list[Attempt]:
    """Attempts of a SIM whose outcome nobody has told."""
    rows = connection.execute(_ATTEMPT + " where state = 'trying' and via = :via order by n", {"via": via}).fetchall()
    return [Attempt(*row) for row in rows]


def end(connection: sqlite3.Connection, attempt: int, state: str, reference: int | None = None) -> None:
    """Say what became of an attempt."""
    connection.execute(
        "update sms_attempt set state = :state, reference = coalesce(:reference, reference) where n = :n",
        {"n": attempt, "state": state, "reference": reference},
    )


def note_report(connection: sqlite3.Connection, attempt: int, reference: int, report: int) -> None:
    """A delivery report that came before the modem said that the message went."""
    connection.execute(
        "update sms_attempt set reference = :reference, report = :report where n = :n",
        {"n": attempt, "reference": reference, "report": report},
    )


def reported_on(connection: sqlite3.Connection, whose: bytes, reference: int, after: int) -> Attempt | None:
    """The newest sent part with this reference to this number."""
    row = connection.execute(
        _ATTEMPT + " where whose = :whose and reference = :reference and state = 'sent' and at > :after"
        " order by n desc limit 1",
        {"whose": whose, "reference": reference, "after": after},
    ).fetchone()
    return Attempt(*row) if row else None


def unsure(connection: sqlite3.Connection, whose: bytes, after: int) -> Attempt | None:
    """The newest attempt to this number of which nobody knows whether it went."""
    row = connection.execute(
        _ATTEMPT + " where whose = :whose and state in ('trying', 'unknown') and reference is null and at > :after"
        " order by n desc limit 1",
        {"whose": whose, "after": after},
    ).fetchone()
    return Attempt(*row) if row else None


def count_delivered(connection: sqlite3.Connection, message: int) -> int:
    """How many parts of a message were delivered."""
    row = connection.execute(
        "select count(distinct part) from sms_attempt where message = :message and state = 'delivered'",
        {"message": message},
    ).fetchone()
    return int(row[0])


def count_attempts(connection: sqlite3.Connection, via: bytes, after: int, upto: int) -> int:
    """How many parts a SIM sent, or may have sent, in a span of the kiosk's clock."""
    row = connection.execute(
        "select count(*) from sms_attempt where at > :after and at <= :upto and via = :via"
        " and state not in ('failed', 'refused')",
        {"via": via, "after": after, "upto": upto},
    ).fetchone()
    return int(row[0])


# -- orders of the centre ----------------------------------------------------------------------------------------------


def new_orders(connection: sqlite3.Connection) -> Sequence[Entry]:
    """SMS_OUT entries that were not looked at yet; one that has rotted comes again whole."""
    rows = connection.execute(
        "select id, digest, raw from down d where kind = :kind"
        " and not exists (select 1 from sms_order o where o.id = d.id) order by seq, n",
        {"kind": int(Kind.SMS_OUT)},
    ).fetchall()
    return [parse_entry(raw) for entry_id, stored, raw in rows if digest(entry_id, raw) == stored]


def mark_order(connection: sqlite3.Connection, entry_id: bytes) -> None:
    """This entry was looked at."""
    connection.execute("insert into sms_order (id) values (:id) on conflict (id) do nothing", {"id": entry_id})
