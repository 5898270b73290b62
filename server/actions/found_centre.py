"""Found a centre: its keys, its database, the city's master data, the first administrator."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import Struct

from server import settings
from server.actions.fold_entries import FOUNDED
from server.domain.recovery_key import write_recovery_key
from server.domain.roles import Role
from server.errors import AlreadyACentreError, FileError, StorageError
from server.reasons import why
from server.store import duty, events, keys, master, troubles, users
from server.store.centre import Clock, open_database, take_lock, wall_clock
from server.store.data_folder import DATABASE, FOUNDING, check_whole, holds_data
from server.store.passwords import one_time_password

ADMIN: Final = "admin"
RECOVERY: Final = ""
"""In the founding event: whom the grant to the recovery key is for, which is nobody."""
DEMO_OFFICER: Final = "petugas"
_KIOSK: Final = "kiosk.sqlite3"
_DEMO_SETTINGS = "# Demo: kios bertanya setiap dua detik.\npoll_s = 2\n"


class Founded(Struct, frozen=True):
    """What is shown once, to the person who founds the centre, and kept nowhere."""

    user: str
    password: str
    recovery_key: str
    officer: str = ""
    """In a demo: a sworn officer who holds the duty key, so that secret reports can be opened; else empty."""
    officer_password: str = ""


def _show_nobody(_: Founded) -> None:
    """For who takes what is shown from the result."""


def found_centre(
    data: Path, *, demo: bool = False, clock: Clock = wall_clock, show: Callable[[Founded], None] = _show_nobody
) -> Founded:
    """Make a new centre in a folder. Its database gets its name last: until then it is none, and may be begun again.

    Args:
        show: tells the person the password and the recovery key; what it raises undoes the founding.

    Raises:
        AlreadyACentreError: there is one.
        NotACentreError: there was one, and a part of it is left, which is not touched.
        FileError: the folder cannot be made or written in, or is a kiosk's.
        StorageError: the database cannot be made; the folder may be tried again.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = take_lock(data, 0)
    except OSError as error:
        raise FileError(f"folder {data} tidak dapat dibuat: {why(error)}") from None
    try:
        _make_room(data)
        return _found(data, demo=demo, now=clock(), show=show)
    except sqlite3.Error as error:
        raise StorageError(f"the database cannot be made: {error}") from error
    except OSError as error:
        raise FileError(f"folder {data} tidak dapat ditulis: {why(error)}") from None
    finally:
        os.close(lock)


def _make_room(data: Path) -> None:
    """Clear away what an unfinished founding left, and nothing else."""
    if (data / _KIOSK).exists():
        raise FileError(f"{data} adalah folder data sebuah kios; pilih folder lain untuk pusat")
    has_keys, has_data = (data / keys.FILE_NAME).exists(), holds_data(data)
    if has_keys and has_data:
        raise AlreadyACentreError(f"di {data} sudah ada pusat; tidak ada yang diubah")
    if has_data or (has_keys and not (data / FOUNDING).exists()):
        check_whole(data)  # It says which part is gone.
    for leftover in (data / keys.FILE_NAME, *data.glob(f"{DATABASE}*"), *data.glob(f"{FOUNDING}*")):
        leftover.unlink(missing_ok=True)


def _found(data: Path, *, demo: bool, now: int, show: Callable[[Founded], None]) -> Founded:
    try:
        founded, centre_keys = _fill(data, demo=demo, now=now)
        show(founded)
        centre_keys.write(data)
        (data / FOUNDING).rename(data / DATABASE)
    except BaseException:
        for unfinished in (data / keys.FILE_NAME, *data.glob(f"{FOUNDING}*")):
            unfinished.unlink(missing_ok=True)
        raise
    keys.sync_folder(data)
    return founded


def _fill(folder: Path, *, demo: bool, now: int) -> tuple[Founded, keys.CentreKeys]:
    duty_key, recovery = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    centre_keys = keys.new_keys(duty_key.public_key().public_bytes_raw())
    password = one_time_password()
    # A demo prints its password at each start, so it stays as it is.
    admin = users.new_user(name=ADMIN, role=Role.ADMIN, unit="", password=password, must_change=not demo)
    officer_password = one_time_password() if demo else ""
    officer = _demo_officer(officer_password) if demo else None
    connection = open_database(folder, new=FOUNDING)
    try:
        connection.execute("begin immediate")
        user = users.insert_user(connection, admin, now)
        grants = {
            ADMIN: _grant(connection, duty_key, user, admin.key.public),
            RECOVERY: _grant(connection, duty_key, None, recovery.public_key().public_bytes_raw()),
        }
        if officer is not None:
            user = users.insert_user(connection, officer, now)
            grants[officer.name] = _grant(connection, duty_key, user, officer.key.public)
        master.load_master(connection, now)
        troubles.set_meta(connection, FOUNDED, str(now))
        facts = {"demo": demo, "user": ADMIN, "grants": grants, "master": master.digests(connection)}
        facts |= users.login_of(admin)
        events.append_event(connection, at=now, type="centre-founded", actor="cli", data=facts)
        if officer is not None:
            added = {"user": officer.name, "role": officer.role, "unit": ""} | users.login_of(officer)
            events.append_event(connection, at=now, type="user-added", actor="cli", data=added)
        events.seal_end(connection, centre_keys)
        connection.execute("commit")
    finally:
        connection.close()
    if demo and not (folder / settings.FILE_NAME).exists():
        (folder / settings.FILE_NAME).write_text(_DEMO_SETTINGS, "utf-8")
    recovery_key = write_recovery_key(recovery.private_bytes_raw())
    return Founded(ADMIN, password, recovery_key, officer.name if officer else "", officer_password), centre_keys


def _demo_officer(password: str) -> users.NewUser:
    return users.new_user(name=DEMO_OFFICER, role=Role.PETUGAS, unit="", password=password, must_change=False)


def _grant(connection: sqlite3.Connection, duty_key: X25519PrivateKey, user: int | None, public: bytes) -> str:
    sealed = duty.seal_grant(duty_key, public)
    duty.add_grant(connection, user=user, sealed=sealed)
    return duty.grant_hash(sealed)
