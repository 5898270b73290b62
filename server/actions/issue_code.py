"""Give out a one-time enrolment code for a unit, and take one back."""

import os
import sqlite3

from server.errors import UnknownUnitError
from server.store import codes, master
from server.store.centre import Centre
from server.store.events import append_event
from server.store.keys import CentreKeys
from sync_protocol.keys import SECRET_SIZE, new_code, read_code, write_code

_HOUR_MS = 3_600_000


def issue_code(centre: Centre, unit: str, *, actor: str, hours: int | None = None) -> str:
    """Make a code and give it as it is printed; it is shown once and cannot be looked up again.

    Raises:
        UnknownUnitError: no unit has this code.
    """
    now = centre.clock()
    code = new_code(os.urandom(SECRET_SIZE), centre.keys.sign_public)
    expires_at = now + (centre.settings.code_hours if hours is None else hours) * _HOUR_MS

    def keep(connection: sqlite3.Connection) -> None:
        if unit not in master.unit_names(connection):
            raise UnknownUnitError(f"unit {unit} tidak dikenal")
        codes.forget_codes(connection, now)
        codes.add_code(connection, secret=code.secret, unit=unit, now=now, expires_at=expires_at)
        data = {"unit": unit, "until": expires_at, "code": code_name(centre.keys, code.secret)}
        append_event(connection, at=now, type="code-issued", actor=actor, data=data)

    centre.write(keep)
    return write_code(code)


def code_name(keys: CentreKeys, secret: bytes) -> str:
    """How events name a code: nobody can tell the code from it."""
    return keys.pseudonym(b"code", secret).hex()


def void_code(centre: Centre, written: str, *, actor: str) -> None:
    """Take back a code that nobody has seen, unless a device has used it."""
    secret = read_code(written).secret

    def erase(connection: sqlite3.Connection) -> None:
        unit = codes.void_code(connection, secret)
        if unit is not None:
            append_event(connection, at=centre.clock(), type="code-voided", actor=actor, data={"unit": unit})

    centre.write(erase)
