"""One case: its story on the left, its facts and the legal next steps on the right."""

import json
import sqlite3
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from server.actions.unmask_identity import MAX_REASON, MIN_REASON, Person, unmask_identity
from server.actions.verify_report import MAX_NOTE, may_verify, verify_report
from server.domain.fold import decode_private
from server.domain.lifecycle import Step
from server.domain.roles import Permission, Role, Scope, may_open, may_unmask, shown
from server.errors import NoSuchCaseError, PersonError
from server.store import inbox
from server.store.centre import Centre
from server.store.city import City
from server.store.events import events_of_case
from server.web.access import needs
from server.web.case_row import case_row
from server.web.cases import PATH
from server.web.forms import MAX_FORM_BYTES
from server.web.page import AnyRequest, Frame, Pages, go_to, show
from sync_protocol.entry import parse_entry
from sync_protocol.errors import NumberError
from sync_protocol.number import parse_number
from sync_protocol.vocabulary import Identity

_HEX_ID: Final = 64
_WORDS: Final = {
    Step.VERIFIED: "Diverifikasi dan diteruskan ke {unit}",
    "identity-unmasked": "Membuka nama dan nomor HP pelapor",
    "secret-opened": "Membuka {parts} laporan RAHASIA",
}
_PARTS: Final = {"text": "isi", "person": "nama dan nomor HP pelapor"}


class Happening(Struct, frozen=True):
    """One line of the story."""

    at: int
    clock: str
    """By whose clock: `kios` or `pusat`."""
    who: str
    what: str
    note: str = ""


@get(PATH + "/{key:str}", opt=needs(Permission.SEE_CASES), sync_to_thread=True)
def show_case(key: FromPath[str], request: AnyRequest, pages: NamedDependency[Pages]) -> Response[str]:
    """A case by its number, or by its id where two have one number."""
    return _answer(key, request, pages)


@post(
    PATH + "/{key:str}/verifikasi",
    opt=needs(Permission.VERIFY),
    sync_to_thread=True,
    request_max_body_size=MAX_FORM_BYTES,
)
def submit_verify(key: FromPath[str], request: AnyRequest, pages: NamedDependency[Pages]) -> Response[str] | Redirect:
    """Verify a case and hand it over, then show it again."""
    form = request.state["form"]
    unit, note = form.get("unit", ""), form.get("catatan", "").strip()
    case_id = _case_id(key, request, pages)
    try:
        verify_report(pages.centre, request.user, case_id, unit=unit, note=note)
    except NoSuchCaseError:
        raise NotFoundException from None
    except PersonError as error:
        return _answer(key, request, pages, status=422, problem=str(error), typed=form)
    return go_to(f"{PATH}/{key}")


@post(
    PATH + "/{key:str}/identitas",
    opt=needs(Permission.UNMASK),
    sync_to_thread=True,
    request_max_body_size=MAX_FORM_BYTES,
)
def submit_unmask(key: FromPath[str], request: AnyRequest, pages: NamedDependency[Pages]) -> Response[str]:
    """Show name and phone once, in this answer alone: the next look asks for a reason again."""
    case_id = _case_id(key, request, pages)
    form = request.state["form"]
    try:
        person = unmask_identity(pages.centre, request.user, case_id, reason=form.get("alasan", ""))
    except NoSuchCaseError:
        raise NotFoundException from None
    except PersonError as error:
        return _answer(key, request, pages, status=422, unmask_problem=str(error), typed=form)
    return _answer(key, request, pages, person=person)


def _answer(
    key: str,
    request: AnyRequest,
    pages: Pages,
    *,
    status: int = 200,
    problem: str = "",
    unmask_problem: str = "",
    typed: dict[str, str] | None = None,
    person: Person | None = None,
) -> Response[str]:
    def contents(connection: sqlite3.Connection) -> dict[str, Any]:
        frame = pages.frame(connection, request)
        found = find_case(connection, frame.viewer.scope, key)
        if len(found) > 1:
            return {"frame": frame, "same": [(row["id"].hex(), row["arrived_at"]) for row in found]}
        return _contents(connection, pages.centre, frame, found[0], person)

    context = pages.centre.read(contents)
    if "same" in context:
        return show("same_number.html", here="pengaduan", path=PATH, **context)
    return show(
        "case.html",
        status=status,
        here="pengaduan",
        key=key,
        path=PATH,
        problem=problem,
        unmask_problem=unmask_problem,
        typed={"unit": "", "catatan": "", "alasan": ""} | (typed or {}),
        limits={"note": MAX_NOTE, "reason_min": MIN_REASON, "reason_max": MAX_REASON},
        **context,
    )


def _case_id(key: str, request: AnyRequest, pages: Pages) -> bytes:
    found = pages.centre.read(lambda connection: find_case(connection, request.user.scope, key))
    if len(found) > 1:
        raise NotFoundException
    return bytes(found[0]["id"])


def find_case(connection: sqlite3.Connection, scope: Scope, key: str) -> list[sqlite3.Row]:
    """The case of this address. One that does not exist for this person is not there, like any other.

    Raises:
        NotFoundException: none.
    """
    try:
        found = inbox.find_case(connection, scope, key.lower() if len(key) == _HEX_ID else parse_number(key))
    except (NumberError, ValueError):
        found = []
    if not found:
        raise NotFoundException
    return found


def _contents(
    connection: sqlite3.Connection, centre: Centre, frame: Frame, case: sqlite3.Row, person: Person | None
) -> dict[str, Any]:
    viewer, city = frame.viewer, frame.city
    identity = Identity(case["identity"])
    fields = shown(viewer, identity)
    private = decode_private(centre.keys.decrypt_field(case["id"], case["private"]))
    entry = connection.execute("select raw, log from entry where id = :id", {"id": case["id"]}).fetchone()
    return {
        "frame": frame,
        "case": case,
        "row": case_row(case, centre=centre, viewer=viewer, city=city, now=frame.now),
        "fields": fields,
        "text": private.text if fields.text else None,
        "place": private.place if fields.text else "",
        "name": private.name if fields.name else "",
        "has_name": bool(private.name),
        "has_phone": bool(private.phone),
        "person": person,
        "story": _story(connection, centre, case, frame),
        "citizen_due": city.due_at(case["status"], case["category"], case["filed_at"])
        if case["status"] == "BELUM_VERIFIKASI"
        else None,
        "may_unmask": may_unmask(viewer, identity) and bool(private.name or private.phone),
        "may_open": may_open(viewer, identity),
        "may_verify": may_verify(viewer, case),
        "may_see_accused": viewer.role is not Role.OPD,
        "units": [unit for unit in city.units.values() if unit.code != case["accused"]],
        "suggested": _suggested(case, city),
        "proof": {"seq": parse_entry(entry["raw"]).seq, "log": entry["log"].hex()} if entry else None,
    }


def _suggested(case: sqlite3.Row, city: City) -> str:
    """The unit to propose: the superior of the accused unit, else the category's usual one."""
    if case["accused"]:
        accused = city.units.get(case["accused"])
        return accused.parent if accused else ""
    return city.usual_unit.get(case["category"], "")


def _story(connection: sqlite3.Connection, centre: Centre, case: sqlite3.Row, frame: Frame) -> list[Happening]:
    """What happened, oldest first, each by the clock of the one who wrote it down.

    The reason of an unmasking may itself name the resident: only who may unmask sees it.
    """
    city = frame.city
    story = [
        Happening(case["filed_at"], "kios", f"Kios {city.unit(case['unit'])}", "Laporan disimpan di kios"),
        Happening(case["arrived_at"], "pusat", "Pusat", "Laporan sampai di pusat"),
    ]
    for event in events_of_case(connection, case["id"]):
        data = json.loads(event["data"])
        words = _WORDS.get(event["type"], event["type"])
        reason = data.get("reason") if frame.viewer.may(Permission.UNMASK) else ""
        sealed = data.get("note") or reason or ""
        note = centre.keys.decrypt_field(case["id"], bytes.fromhex(sealed)).decode() if sealed else ""
        parts = " dan ".join(_PARTS[part] for part in data.get("parts", []))
        what = words.format(unit=city.unit(data.get("unit", "")), parts=parts)
        story.append(Happening(event["at"], "pusat", event["actor"], what, note))
    return story
