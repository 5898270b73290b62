"""VERIFIKASI: sworn staff have checked a report and hand it over (disposisi) to the unit that is to act."""

import sqlite3
from typing import Any, Final

from msgspec import Struct

from server.actions.announce_status import announce
from server.actions.send_sms import send_news
from server.actions.take_step import take_step
from server.domain.flags import Flag, read_flags
from server.domain.lifecycle import Status, Step, legal_steps
from server.domain.roles import Permission, Viewer
from server.errors import (
    NoSuchCaseError,
    NotAllowedError,
    StepNotAllowedError,
    UnknownPlaceError,
    UnknownUnitError,
)
from server.store import cases
from server.store.centre import Centre
from server.store.city import City
from sync_protocol.vocabulary import Channel, Identity

MAX_NOTE: Final = 2_000


def verify_report(
    centre: Centre,
    viewer: Viewer,
    case_id: bytes,
    *,
    unit: str,
    note: str = "",
    category: str = "",
    kelurahan: str = "",
) -> None:
    """Verify a report and put it into the hands of a unit.

    Args:
        note: words for the unit; kept encrypted, as they may name people.
        category: what it is about, where a machine has guessed it; empty: as it stands.
        kelurahan: likewise where it happened.

    Raises:
        NotAllowedError: the role may not.
        NoSuchCaseError: there is none, or none for this person.
        StepNotAllowedError: it does not stand where it can be verified, or nobody has been able to read it yet.
        UnknownUnitError: no such unit, or the one that the report is about.
        UnknownPlaceError: no such category or kelurahan.
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
        facts = corrected(centre.cities.get(connection), case, category=category, kelurahan=kelurahan)
        hand_over(connection, centre, case, accused=case["accused"], actor=viewer.name, now=now, data=data | facts)

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
        data: of the event; `unit` is whom it goes to, `category` and `kelurahan` set right what was guessed.

    Raises:
        StepNotAllowedError: it does not stand where it can be verified.
        UnknownUnitError: no such unit, or the one that the report is about.
    """
    city, unit = centre.cities.get(connection), data["unit"]
    if unit not in city.units:
        raise UnknownUnitError("Pilih unit tujuan dari daftar.")
    if unit == accused:
        raise UnknownUnitError("Unit yang dilaporkan tidak boleh menerima laporan tentang dirinya sendiri.")
    moved = take_step(connection, centre, case["id"], Step.VERIFIED, actor=actor, now=now, data=data)
    announce(connection, centre, case["id"], now=now)
    if moved is not None:
        send_news(connection, centre, moved, Step.VERIFIED, now=now)


def corrected(city: City, case: sqlite3.Row, *, category: str, kelurahan: str) -> dict[str, str]:
    """What of category and kelurahan is set right: only what nobody chose.

    Raises:
        UnknownPlaceError: no such category or kelurahan.
    """
    facts, may = {}, may_correct(case)
    if may.category and category and category != case["category"]:
        if category not in city.categories:
            raise UnknownPlaceError("Pilih kategori dari daftar.")
        facts["category"] = category
    if may.kelurahan and kelurahan and kelurahan != case["kelurahan"]:
        if kelurahan not in city.kelurahan:
            raise UnknownPlaceError("Pilih kelurahan dari daftar.")
        facts["kelurahan"] = kelurahan
    return facts


class Correctable(Struct, frozen=True):
    """What of a report a person may still set right."""

    category: bool
    kelurahan: bool


def may_correct(case: sqlite3.Row) -> Correctable:
    """Only what nobody chose: an SMS names neither, so a machine guessed it or found nothing that fits."""
    flags, is_sms = read_flags(case["flags"]), case["channel"] == Channel.SMS
    return Correctable(
        category=is_sms or Flag.GUESSED_CATEGORY in flags,
        kelurahan=is_sms or Flag.GUESSED_KELURAHAN in flags or not case["kelurahan"],
    )


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
