"""Sign in and out."""

import sqlite3

from server.errors import LoginRefusedError
from server.store import sessions, users
from server.store.centre import Centre
from server.store.events import append_event


def sign_in(centre: Centre, name: str, password: str, *, replaced: str = "") -> str:
    """Check a password and begin a session; give its token.

    Args:
        replaced: the token that the browser showed, if any: that session ends.

    Raises:
        LoginRefusedError: one answer for a wrong name, a wrong password, a locked and a disabled user.
    """
    found = checked(centre, name, password)
    now = centre.clock()

    def begin(connection: sqlite3.Connection) -> str:
        users.clear_failures(connection, found.viewer.id)
        return begin_session(connection, found.viewer.id, found.viewer.name, now, replaced)

    return centre.write(begin)


def begin_session(connection: sqlite3.Connection, user: int, name: str, now: int, replaced: str = "") -> str:
    """Begin a session and say so in the events, in the caller's transaction; give its token."""
    token = sessions.start_session(connection, user, now, replaced)
    data = {"session": sessions.hash_token(token).hex()}
    append_event(connection, at=now, type="signed-in", actor=name, data=data)
    return token


def checked(centre: Centre, name: str, password: str) -> users.Credentials:
    """Check a password and count a wrong one.

    Raises:
        LoginRefusedError: as for `sign_in`.
    """
    now = centre.clock()
    found = centre.read(lambda connection: users.credentials(connection, name, now))
    try:
        return users.check_password(found, password)
    except LoginRefusedError:
        if found is not None:
            centre.write(lambda connection: _count(connection, found.viewer.name, now))
        raise


def sign_out(centre: Centre, token_hash: bytes) -> None:
    """End a session."""
    centre.write(lambda connection: sessions.end_session(connection, token_hash))


def _count(connection: sqlite3.Connection, name: str, now: int) -> None:
    if users.count_failure(connection, name, now):
        append_event(connection, at=now, type="login-locked", actor=name)
