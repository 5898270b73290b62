"""VERIFIKASI: sworn staff have checked a report and hand it over (disposisi) to the unit that is to act."""

import sqlite3
from typing import Any, Final

from server.actions.announce_status import announce
from server.domain.lifecycle import Status, Step, follow, legal_steps
from server.domain.roles import Permission, Viewer
from server.errors import NoSuchCaseError, NotAllowedError, StepNotAllowedError, UnknownUnitError
from server.store import cases
from server.store.centre import Centre
from server.store.events import append_event
from sync_protocol.vocabulary import Identity

MAX_NOTE: Final = 2_000


def verify_report(centre: Centre, viewer: Viewer, case_id: bytes, *, unit: str, note: str = "") -> None:
    """Verify a report and put it into the hands of a unit.

    Args:
        note: words for the unit; kept encrypted, as they may name people.

    Raises:
        NotAllowedError: the role may not.
        NoSuchCaseError: there is none, or none for this person.
        StepNotAllowedError: it does not stand where it can be verified, or nobody has been able to read it yet.
        UnknownUnitError: no such unit, or the one that the report is about.
    """
    if not viewer.may(Permission.VERIFY):
        raise NotAllowedError("Peran Anda tidak boleh memverifikasi laporan.")
    if len(note) > MAX_NOTE:
        raise StepNotAllowedError(f"Pesan paling banyak {MAX_NOTE} huruf.")
    now = centre.clock()
    data: dict[str, Any] = {"unit": unit}
    if note:
        data["note"] = centre.keys.encrypt_field(case_id, note.encode()).hex()

    def verify(connection: sqlite3.Connection) -> None:
        case = cases.get_case(connection, case_id)
        if case is None or not viewer.scope.holds(handler=case["handler"], accused=case["accused"]):
            raise NoSuchCaseError("Laporan tidak ditemukan.")
        check_readable(case["identity"])
        hand_over(connection, centre, case, accused=case["accused"], actor=viewer.name, now=now, data=data)

    centre.write(verify)


def hand_over(
    connection: sqlite3.Connection,
    centre: Centre,
    case: sqlite3.Row,
    *,
    accused: str,
    actor: str,
    now: int,
    data: dict[str, Any],
) -> None:
    """Put a report into the hands of a unit, in the caller's transaction.

    Args:
        accused: the unit that it is about; of a secret report it stands in the seal alone.
        data: of the event; `unit` is whom it goes to.

    Raises:
        StepNotAllowedError: it does not stand where it can be verified.
        UnknownUnitError: no such unit, or the one that the report is about.
    """
    after = follow(Status(case["status"]), Step.VERIFIED)
    city, unit = centre.cities.get(connection), data["unit"]
    if unit not in city.units:
        raise UnknownUnitError("Pilih unit tujuan dari daftar.")
    if unit == accused:
        raise UnknownUnitError("Unit yang dilaporkan tidak boleh menerima laporan tentang dirinya sendiri.")
    due = city.due_at(after, case["category"], now)
    cases.set_status(connection, case["id"], status=after, handler=unit, now=now, due_at=due)
    append_event(connection, at=now, type=Step.VERIFIED, actor=actor, case_id=case["id"], data=data)
    announce(connection, centre, case["id"], now=now, due=due or 0)


def check_readable(identity: str) -> None:
    """Nobody hands on what nobody has read: the unit might be the one that the report is about.

    Raises:
        StepNotAllowedError: the text and the accused lie under the duty key.
    """
    if identity == Identity.SECRET:
        raise StepNotAllowedError(
            "Laporan RAHASIA diteruskan dari halaman pembukaannya, dengan ringkasan dari petugas tersumpah."
        )


def may_verify(viewer: Viewer, case: sqlite3.Row) -> bool:
    """Whether the page offers this step."""
    steps = legal_steps(Status(case["status"]), viewer.role)
    return Step.VERIFIED in steps and case["identity"] != Identity.SECRET
