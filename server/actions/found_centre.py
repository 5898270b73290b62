"""Found a centre: its keys, its database, the city's master data, the first administrator."""

import os
import sqlite3
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
from server.store.centre import DATABASE, Clock, open_database, take_lock, wall_clock
from server.store.passwords import key_hash, one_time_password

ADMIN: Final = "admin"
RECOVERY: Final = ""
"""In the founding event: whom the grant to the recovery key is for, which is nobody."""
DEMO_OFFICER: Final = "petugas"
_DEMO_SETTINGS = "# Demo: kios bertanya setiap dua detik.\npoll_s = 2\n"


class Founded(Struct, frozen=True):
    """What is shown once, to the person who founds the centre, and kept nowhere."""

    user: str
    password: str
    recovery_key: str
    officer: str = ""
    """In a demo: a sworn officer who holds the duty key, so that secret reports can be opened; else empty."""
    officer_password: str = ""


def found_centre(data: Path, *, demo: bool = False, clock: Clock = wall_clock) -> Founded:
    """Make a new centre in a folder. Its keys are written last: a folder without them is none, and may be begun again.

    Raises:
        AlreadyACentreError: there is one.
        FileError: the folder cannot be made or written in.
        StorageError: the database cannot be made; the folder may be tried again.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = take_lock(data, 0)
    except OSError as error:
        raise FileError(f"folder {data} tidak dapat dibuat: {why(error)}") from None
    try:
        if (data / keys.FILE_NAME).exists():
            raise AlreadyACentreError(f"di {data} sudah ada pusat; tidak ada yang diubah")
        for leftover in data.glob(f"{DATABASE}*"):
            leftover.unlink()
        return _fill(data, demo=demo, now=clock())
    except sqlite3.Error as error:
        raise StorageError(f"the database cannot be made: {error}") from error
    except OSError as error:
        raise FileError(f"folder {data} tidak dapat ditulis: {why(error)}") from None
    finally:
        os.close(lock)


def _fill(data: Path, *, demo: bool, now: int) -> Founded:
    duty_key, recovery = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    centre_keys = keys.new_keys(duty_key.public_key().public_bytes_raw())
    password = one_time_password()
    # A demo prints its password at each start, so it stays as it is.
    admin = users.new_user(name=ADMIN, role=Role.ADMIN, unit="", password=password, must_change=not demo)
    officer_password = one_time_password() if demo else ""
    officer = _demo_officer(officer_password) if demo else None
    connection = open_database(data)
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
        facts = {"demo": demo, "user": ADMIN, "seal": key_hash(admin.key.public), "grants": grants}
        events.append_event(connection, at=now, type="centre-founded", actor="cli", data=facts)
        if officer is not None:
            added = {"user": officer.name, "role": officer.role, "unit": "", "seal": key_hash(officer.key.public)}
            events.append_event(connection, at=now, type="user-added", actor="cli", data=added)
        connection.execute("commit")
    finally:
        connection.close()
    if demo and not (data / settings.FILE_NAME).exists():
        (data / settings.FILE_NAME).write_text(_DEMO_SETTINGS, "utf-8")
    centre_keys.write(data)
    recovery_key = write_recovery_key(recovery.private_bytes_raw())
    return Founded(ADMIN, password, recovery_key, officer.name if officer else "", officer_password)


def _demo_officer(password: str) -> users.NewUser:
    return users.new_user(name=DEMO_OFFICER, role=Role.PETUGAS, unit="", password=password, must_change=False)


def _grant(connection: sqlite3.Connection, duty_key: X25519PrivateKey, user: int | None, public: bytes) -> str:
    sealed = duty.seal_grant(duty_key, public)
    duty.add_grant(connection, user=user, sealed=sealed)
    return duty.grant_hash(sealed)
