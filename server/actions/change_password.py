"""Change one's own password."""

import sqlite3

from server.actions.sign_in import checked
from server.domain.roles import Viewer
from server.errors import LoginRefusedError, WeakPasswordError
from server.store import duty, passwords, sessions, users
from server.store.centre import Centre
from server.store.events import append_event


def change_password(centre: Centre, viewer: Viewer, old: str, new: str) -> str:
    """Set a new password, sign out everywhere, and give the token of the session that goes on.

    The key pair stays the same, so what was granted to the user stays granted. Only where a one-time password goes and
    nothing was granted yet, the pair is a new one: whoever handed the password over could have opened the old one.

    Raises:
        LoginRefusedError: the old password is another one, or an admin has set one or closed the account meanwhile.
        WeakPasswordError: the new one is too simple, or the old one again.
    """
    try:
        found = checked(centre, viewer.name, old)
    except LoginRefusedError:
        raise LoginRefusedError(f"Kata sandi lama tidak cocok, {users.LOCKING}") from None
    if new == old:
        raise WeakPasswordError("Kata sandi baru harus berbeda dari yang lama.")
    passwords.check_strength(new, viewer.name)
    is_bare = found.must_change and centre.read(lambda connection: duty.find_grant(connection, viewer.id)) is None
    key = passwords.new_user_key(new) if is_bare else passwords.rewrap_user_key(found.key, old, new)
    hashed = passwords.hash_password(new)
    now = centre.clock()

    def change(connection: sqlite3.Connection) -> str:
        user = users.find_user(connection, viewer.name)
        if user["password"] != found.password or user["disabled"]:
            raise LoginRefusedError("Akun ini baru saja diubah di tempat lain. Masuk lagi, lalu ganti kata sandinya.")
        users.set_password(connection, viewer.id, hashed, key, must_change=False)
        sessions.end_sessions_of(connection, viewer.id)
        token = sessions.start_session(connection, viewer.id, now)
        data = {"user": viewer.name, "session": sessions.hash_token(token).hex()}
        data |= passwords.login_facts(hashed, key, must_change=False)
        append_event(connection, at=now, type="password-changed", actor=viewer.name, data=data)
        return token

    return centre.write(change)
