"""Who may sign in: add, give a new one-time password, disable, enable again. For the administrator on the machine."""

import sqlite3

from server.errors import UnknownUnitError
from server.store import master, passwords, sessions, users
from server.store.centre import Centre
from server.store.events import append_event


def add_user(centre: Centre, *, name: str, role: str, unit: str, full_name: str, actor: str) -> str:
    """Add a user and give the one-time password, which must be changed at the first login.

    Raises:
        UserError: the name, the role or the unit cannot be used.
    """
    password = passwords.one_time_password(users.check_name(name))
    user = users.new_user(name=name, role=role, unit=unit, password=password, full_name=full_name)
    now = centre.clock()

    def add(connection: sqlite3.Connection) -> None:
        if unit and unit not in master.unit_names(connection):
            raise UnknownUnitError(f"unit {unit} tidak dikenal")
        users.insert_user(connection, user, now)
        data = {"user": user.name, "role": user.role, "unit": unit} | users.login_of(user)
        append_event(connection, at=now, type="user-added", actor=actor, data=data)

    centre.write(add)
    return password


def reset_password(centre: Centre, name: str, *, actor: str) -> str:
    """Give a new one-time password. Duty grants of the user end: the old private key is out of reach.

    Raises:
        UnknownUserError: there is none.
    """
    password = passwords.one_time_password()
    hashed, key = passwords.hash_password(password), passwords.new_user_key(password)
    now = centre.clock()

    def reset(connection: sqlite3.Connection) -> None:
        user = users.find_user(connection, name)
        users.set_password(connection, user["id"], hashed, key, must_change=True)
        users.drop_grants(connection, user["id"])
        sessions.end_sessions_of(connection, user["id"])
        data = {"user": user["name"]} | passwords.login_facts(hashed, key, must_change=True)
        append_event(connection, at=now, type="password-reset", actor=actor, data=data)

    centre.write(reset)
    return password


def disable_user(centre: Centre, name: str, *, actor: str) -> None:
    """End a user's sessions and let nobody sign in by this name any more.

    Raises:
        UnknownUserError: there is none.
    """
    now = centre.clock()

    def disable(connection: sqlite3.Connection) -> None:
        user = users.find_user(connection, name)
        users.disable(connection, user["id"])
        users.drop_grants(connection, user["id"])
        sessions.end_sessions_of(connection, user["id"])
        append_event(connection, at=now, type="user-disabled", actor=actor, data={"user": user["name"]})

    centre.write(disable)


def enable_user(centre: Centre, name: str, *, actor: str) -> None:
    """Let a user in again that was disabled; the password is the one from before, duty grants are not given back.

    Raises:
        UnknownUserError: there is none.
    """
    now = centre.clock()

    def enable(connection: sqlite3.Connection) -> None:
        user = users.find_user(connection, name)
        users.enable(connection, user["id"])
        append_event(connection, at=now, type="user-enabled", actor=actor, data={"user": user["name"]})

    centre.write(enable)
