"""VERIFIKASI of a secret report: the unit that is to act gets a summary that sworn staff write, never the report."""

import json
import sqlite3
from typing import Final

from server.actions.open_secret import OPENED, Part, find_sealed, read_sealed, unseal
from server.actions.verify_report import MAX_NOTE, hand_over
from server.domain.roles import Permission, Viewer
from server.errors import NotAllowedError, ReasonMissingError, StepNotAllowedError
from server.store import events, users
from server.store.centre import Centre

MIN_SUMMARY: Final = 20
MAX_SUMMARY: Final = MAX_NOTE


def verify_secret(centre: Centre, viewer: Viewer, case_id: bytes, *, unit: str, summary: str, password: str) -> None:
    """Put a secret report into the hands of a unit. Its seal says whom it is about, so the password is asked again.

    Args:
        summary: what the unit is to know; kept encrypted, and all that it sees of the report.

    Raises:
        NotAllowedError: the role may not.
        ReasonMissingError: no summary, or too long a one.
        StepNotAllowedError: this officer has not read it, or it does not stand where it can be verified.
        UnknownUnitError: no such unit, or the one that the report is about.
        NoSuchCaseError, NoGrantError, LoginRefusedError, SealBrokenError: as for `open_secret`.
    """
    if not viewer.may(Permission.VERIFY):
        raise NotAllowedError("Peran Anda tidak boleh memverifikasi laporan.")
    sealed = find_sealed(centre, viewer, case_id)
    if not MIN_SUMMARY <= len(summary) <= MAX_SUMMARY:
        raise ReasonMissingError(f"Tulis ringkasan untuk unit, {MIN_SUMMARY} sampai {MAX_SUMMARY} huruf.")
    opened = unseal(centre, viewer, sealed, password=password, parts={Part.TEXT})
    accused = opened.text.accused if opened.text else ""
    now = centre.clock()
    data = {"unit": unit, "summary": centre.keys.encrypt_field(case_id, summary.encode()).hex()}

    def verify(connection: sqlite3.Connection) -> None:
        case = read_sealed(connection, viewer, case_id).case  # The grant may have ended meanwhile.
        if not _has_read(connection, case_id, viewer.name):
            raise StepNotAllowedError("Buka dan baca dulu isi laporan ini.")
        users.clear_failures(connection, viewer.id)
        hand_over(connection, centre, case, accused=accused, actor=viewer.name, now=now, data=data)

    centre.write(verify)


def _has_read(connection: sqlite3.Connection, case_id: bytes, name: str) -> bool:
    return any(
        event["type"] == OPENED and event["actor"] == name and Part.TEXT in json.loads(event["data"])["parts"]
        for event in events.events_of_case(connection, case_id)
    )
