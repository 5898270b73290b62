"""Who may sign in: roles, passwords as hashes, lockout, and the key pair that duty grants are sealed to."""

import re
import sqlite3
from typing import Any, Final

from msgspec import Struct

from server.domain.roles import Role, Viewer
from server.errors import LoginRefusedError, RoleError, UnknownUserError, UserNameError
from server.store import passwords
from server.store.passwords import UserKey

LOCK_AFTER: Final = 5
LOCK_MS: Final = 15 * 60_000
LOCKING: Final = "atau akun ini terkunci. Setelah 5 kali salah, akun dikunci 15 menit; sesudah itu coba lagi."
REFUSED: Final = f"Nama atau kata sandi tidak cocok, {LOCKING}"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")


class NewUser(Struct, frozen=True):
    """A user that is ready to be stored: the slow hashing is done."""

    name: str
    full_name: str
    role: Role
    unit: str
    password: str
    key: UserKey
    must_change: bool = True


class Credentials(Struct, frozen=True):
    """What is needed to check a password, read before the slow part."""

    viewer: Viewer
    password: str
    key: UserKey
    must_change: bool
    usable: bool
    """Neither disabled nor locked."""


def new_user(
    *, name: str, role: str, unit: str, password: str, full_name: str = "", must_change: bool = True
) -> NewUser:
    """Check what a new user is to be, hash the password and make the key pair: about 160 ms.

    Raises:
        UserNameError, RoleError, WeakPasswordError: something cannot be used.
    """
    name = check_name(name)
    if role not in list(Role):
        raise RoleError(f"Peran harus salah satu dari: {', '.join(Role)}.")
    if role == Role.OPD and not unit:
        raise RoleError("Peran opd memerlukan kode unit.")
    passwords.check_strength(password, name)
    return NewUser(
        name=name,
        full_name=full_name.strip()[:100],
        role=Role(role),
        unit=unit,
        password=passwords.hash_password(password),
        key=passwords.new_user_key(password),
        must_change=must_change,
    )


def login_of(user: NewUser) -> dict[str, str]:
    """What the event that adds a user says of the way in (`passwords.login_facts`)."""
    return passwords.login_facts(user.password, user.key, must_change=user.must_change)


def check_name(name: str) -> str:
    """A name as it is kept.

    Raises:
        UserNameError: it cannot be used.
    """
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise UserNameError("Nama pengguna: 2 sampai 32 huruf kecil, angka, titik, garis bawah atau tanda hubung.")
    return name


def insert_user(connection: sqlite3.Connection, user: NewUser, now: int) -> int:
    """Store a user; give the id.

    Raises:
        UserNameError: the name is taken.
    """
    if connection.execute("select 1 from user where name = :name", {"name": user.name}).fetchone():
        raise UserNameError(f"Nama pengguna {user.name} sudah dipakai.")
    cursor = connection.execute(
        "insert into user (name, full_name, role, unit, password, must_change, seal, seal_private, made_at)"
        " values (:name, :full_name, :role, :unit, :password, :must_change, :seal, :seal_private, :now)",
        {
            "name": user.name,
            "full_name": user.full_name,
            "role": user.role.value,
            "unit": user.unit,
            "password": user.password,
            "must_change": int(user.must_change),
            "seal": user.key.public,
            "seal_private": user.key.wrapped,
            "now": now,
        },
    )
    return cursor.lastrowid or 0


def credentials(connection: sqlite3.Connection, name: str, now: int) -> Credentials | None:
    """What is stored of somebody who signs in; None where nobody has this name."""
    row = connection.execute("select * from user where name = :name", {"name": name.strip().lower()}).fetchone()
    if row is None:
        return None
    return Credentials(
        viewer=viewer_of(row),
        password=row["password"],
        key=UserKey(row["seal"], row["seal_private"]),
        must_change=bool(row["must_change"]),
        usable=not row["disabled"] and row["locked_until"] <= now,
    )


def check_password(found: Credentials | None, password: str) -> Credentials:
    """Check a password; as slow for an unknown name, a locked and a disabled user as for a good one.

    Raises:
        LoginRefusedError: it does not let in.
    """
    stored = found.password if found and len(password) <= passwords.MAX_LENGTH else ""
    fits = passwords.password_fits(password[: passwords.MAX_LENGTH], stored)
    if found is None or not found.usable or not fits:
        raise LoginRefusedError(REFUSED)
    return found


def count_failure(connection: sqlite3.Connection, name: str, now: int) -> bool:
    """Count a refused login; True where the user is locked by it. One that is locked already is not locked longer."""
    row = connection.execute(
        "update user set locked_until = case when failures + 1 >= :limit then :until else 0 end,"
        " failures = case when failures + 1 >= :limit then 0 else failures + 1 end"
        " where name = :name and locked_until <= :now returning locked_until",
        {"name": name.strip().lower(), "limit": LOCK_AFTER, "until": now + LOCK_MS, "now": now},
    ).fetchone()
    return row is not None and row["locked_until"] > now


def clear_failures(connection: sqlite3.Connection, user: int) -> None:
    """Forget the refused logins of somebody who has now signed in."""
    connection.execute(
        "update user set failures = 0, locked_until = 0 where id = :id and (failures > 0 or locked_until > 0)",
        {"id": user},
    )


def set_password(connection: sqlite3.Connection, user: int, password: str, key: UserKey, *, must_change: bool) -> None:
    """Store another password hash, and the key pair as it is wrapped under it; end what an old lock left."""
    connection.execute(
        "update user set password = :password, seal = :seal, seal_private = :seal_private,"
        " must_change = :must_change, failures = 0, locked_until = 0 where id = :id",
        {
            "id": user,
            "password": password,
            "seal": key.public,
            "seal_private": key.wrapped,
            "must_change": int(must_change),
        },
    )


def drop_grants(connection: sqlite3.Connection, user: int) -> None:
    """A reset password makes a new key pair: what was sealed to the old one is of no use any more."""
    connection.execute("delete from duty_grant where user = :user", {"user": user})


def disable(connection: sqlite3.Connection, user: int) -> None:
    """Nobody signs in by this name any more; what was done under it stays."""
    connection.execute("update user set disabled = 1 where id = :id", {"id": user})


def enable(connection: sqlite3.Connection, user: int) -> None:
    """The user may sign in again, with the password from before."""
    connection.execute("update user set disabled = 0, failures = 0, locked_until = 0 where id = :id", {"id": user})


def find_user(connection: sqlite3.Connection, name: str) -> sqlite3.Row:
    """The user of this name.

    Raises:
        UnknownUserError: there is none.
    """
    row = connection.execute("select * from user where name = :name", {"name": name.strip().lower()}).fetchone()
    if row is None:
        raise UnknownUserError(f"Tidak ada pengguna bernama {name}.")
    found: sqlite3.Row = row
    return found


def list_users(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """All users, without what is secret of them."""
    rows = connection.execute(
        "select name, full_name, role, unit, must_change, disabled, locked_until, made_at,"
        " unit = '' and id in (select user from duty_grant where user is not null) as duty from user order by name"
    )
    return [dict(row) | {"duty": bool(row["duty"])} for row in rows]


def viewer_of(row: sqlite3.Row) -> Viewer:
    """A row of `user` as the one who looks."""
    return Viewer(id=row["id"], name=row["name"], role=Role(row["role"]), unit=row["unit"], full_name=row["full_name"])
