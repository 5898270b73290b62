"""Who is signed in. A session is an opaque random token in a cookie; here only its SHA-256 is kept.

The id is always drawn here and always new at login, so that nobody can plant one (session fixation).
"""

import secrets
import sqlite3
from hashlib import sha256
from typing import Final

from msgspec import Struct

from server.domain.roles import Viewer
from server.store.users import viewer_of

IDLE_MS: Final = 30 * 60_000
"""A session ends after so long without a request."""
ABSOLUTE_MS: Final = 10 * 3_600_000
"""And at the latest so long after login: a working day."""
_TOUCH_MS = 60_000
_TOKEN_BYTES = 32
_MAX_TOKEN = 64


class Session(Struct, frozen=True):
    """A session that is good now."""

    token_hash: bytes
    csrf: str
    """What every form of this session carries."""
    viewer: Viewer
    must_change: bool
    """The password was given by somebody else: nothing but changing it is allowed."""
    seen_at: int

    def is_due(self, now: int) -> bool:
        """Whether it is time to note that the session is in use: once a minute, not at each request."""
        return now - self.seen_at >= _TOUCH_MS


def hash_token(token: str) -> bytes:
    """How a token is kept."""
    return sha256(token.encode()).digest()


def start_session(connection: sqlite3.Connection, user: int, now: int, replaced: str = "") -> str:
    """Begin a session under a new token and give it; the one that the browser showed, and expired ones, end."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    connection.execute(
        "delete from session where token_hash = :replaced or seen_at < :idle or made_at < :absolute",
        {"replaced": hash_token(replaced), "idle": now - IDLE_MS, "absolute": now - ABSOLUTE_MS},
    )
    connection.execute(
        "insert into session (token_hash, user, csrf, made_at, seen_at) values (:hash, :user, :csrf, :now, :now)",
        {"hash": hash_token(token), "user": user, "csrf": secrets.token_urlsafe(_TOKEN_BYTES), "now": now},
    )
    return token


def find_session(connection: sqlite3.Connection, token: str, now: int) -> Session | None:
    """The session of a token, if it is good now: neither expired nor of a disabled user."""
    if not token or len(token) > _MAX_TOKEN:
        return None
    row = connection.execute(
        "select session.token_hash, session.csrf, session.seen_at, user.id, user.name, user.full_name, user.role,"
        " user.unit, user.must_change from session join user on user.id = session.user"
        " where session.token_hash = :hash and session.seen_at >= :idle and session.made_at >= :absolute"
        " and user.disabled = 0",
        {"hash": hash_token(token), "idle": now - IDLE_MS, "absolute": now - ABSOLUTE_MS},
    ).fetchone()
    if row is None:
        return None
    return Session(
        token_hash=row["token_hash"],
        csrf=row["csrf"],
        viewer=viewer_of(row),
        must_change=bool(row["must_change"]),
        seen_at=row["seen_at"],
    )


def touch_session(connection: sqlite3.Connection, token_hash: bytes, now: int) -> None:
    """Note that a session is in use."""
    connection.execute(
        "update session set seen_at = :now where token_hash = :hash and seen_at < :now",
        {"hash": token_hash, "now": now},
    )


def end_session(connection: sqlite3.Connection, token_hash: bytes) -> None:
    """Sign out."""
    connection.execute("delete from session where token_hash = :hash", {"hash": token_hash})


def end_sessions_of(connection: sqlite3.Connection, user: int) -> None:
    """Sign somebody out everywhere: after a new password, or when the user is disabled."""
    connection.execute("delete from session where user = :user", {"user": user})
