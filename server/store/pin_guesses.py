"""Wrong PINs, by what they were tried on and by who tried: enough of them lock for a while."""

import sqlite3
from typing import Final

QUESTIONS_KEPT_MS: Final = 400 * 86_400_000
"""How long a question is known again. Whoever repeats an older one makes one guess with it, as with a new one."""


def is_locked(connection: sqlite3.Connection, subject: str, *, limit: int, now: int) -> bool:
    """Whether so many wrong PINs came within the window that nobody is listened to."""
    row = connection.execute(
        "select failures from pin_guess where subject = :subject and locked_until > :now",
        {"subject": subject, "now": now},
    ).fetchone()
    return row is not None and row["failures"] >= limit


def count_wrong(connection: sqlite3.Connection, subject: str, *, now: int, until: int) -> None:
    """Count a wrong PIN; the window runs from the newest one, and what lies before it is forgotten."""
    connection.execute("delete from pin_guess where locked_until <= :now", {"now": now})
    connection.execute(
        "insert into pin_guess (subject, failures, locked_until) values (:subject, 1, :until)"
        " on conflict (subject) do update set failures = pin_guess.failures + 1, locked_until = :until",
        {"subject": subject, "until": until},
    )


def had_opened(connection: sqlite3.Connection, question: bytes) -> bool | None:
    """Whether this very question opened a case when it was put first; None for one that is new."""
    row = connection.execute("select opened from asked where entry = :entry", {"entry": question}).fetchone()
    return None if row is None else bool(row["opened"])


def remember_question(connection: sqlite3.Connection, question: bytes, *, opened: bool, now: int) -> None:
    """Keep how a question was answered; those that are too old are forgotten."""
    connection.execute("delete from asked where at < :before", {"before": now - QUESTIONS_KEPT_MS})
    connection.execute(
        "insert into asked (entry, opened, at) values (:entry, :opened, :at)",
        {"entry": question, "opened": int(opened), "at": now},
    )


def forget_wrong(connection: sqlite3.Connection, subject: str) -> None:
    """The right PIN was given."""
    connection.execute("delete from pin_guess where subject = :subject", {"subject": subject})
