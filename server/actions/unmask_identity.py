"""Open the name and the phone of a report, with a reason that stays in its history."""

import sqlite3
from typing import Final

from msgspec import Struct

from server.domain.roles import Viewer, may_unmask
from server.errors import NoSuchCaseError, NotAllowedError, ReasonMissingError
from server.store import cases
from server.store.centre import Centre
from server.store.events import append_event
from sync_protocol.vocabulary import Identity

MIN_REASON: Final = 10
MAX_REASON: Final = 500


class Person(Struct, frozen=True):
    """Who made a report."""

    name: str
    phone: str


def unmask_identity(centre: Centre, viewer: Viewer, case_id: bytes, *, reason: str) -> Person:
    """Log the reason, then give name and phone; in this order, so that nobody sees them unlogged.

    Raises:
        ReasonMissingError: too short to be one, or too long.
        NotAllowedError: the role may not, or the identity is not to be opened so.
        NoSuchCaseError: there is none, or none for this person.
        DamagedError: nobody can read them any more; then nothing is logged as opened.
    """
    reason = checked_reason(reason)
    now = centre.clock()
    data = {"reason": centre.keys.encrypt_field(case_id, reason.encode()).hex()}

    def log(connection: sqlite3.Connection) -> Person:
        case = cases.get_case(connection, case_id)
        if case is None or not viewer.scope.holds(handler=case["handler"], accused=case["accused"]):
            raise NoSuchCaseError("Laporan tidak ditemukan.")
        if not may_unmask(viewer, Identity(case["identity"])):
            raise NotAllowedError("Identitas laporan ini tidak dapat Anda buka.")
        private = cases.read_private(centre.keys, case)
        append_event(connection, at=now, type="identity-unmasked", actor=viewer.name, case_id=case_id, data=data)
        return Person(name=private.name, phone=private.phone)

    return centre.write(log)


def checked_reason(reason: str) -> str:
    """A reason as it is kept, in one line.

    Raises:
        ReasonMissingError: too short to be one, or too long.
    """
    reason = " ".join(reason.split())
    if not MIN_REASON <= len(reason) <= MAX_REASON:
        raise ReasonMissingError(f"Tulis alasannya, {MIN_REASON} sampai {MAX_REASON} huruf.")
    return reason
