"""One case: its story on the left, its facts and the legal next steps on the right."""

import sqlite3
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import structs

from server.actions.unmask_identity import MAX_REASON, MIN_REASON, Person, unmask_identity
from server.actions.verify_report import MAX_NOTE, may_correct, may_verify, verify_report
from server.domain.flags import read_flags
from server.domain.fold import Private
from server.domain.lifecycle import FIRST_STATUS, Status
from server.domain.roles import Permission, Role, Scope, may_open, may_unmask, shown
from server.errors import DamagedError, NoSuchCaseError, PersonError
from server.store import inbox, ledger
from server.store.cases import read_private
from server.store.centre import Centre
from server.store.city import City
from server.store.inbox import Filters
from server.web import formats
from server.web.access import needs
from server.web.case_row import case_row
from server.web.cases import FROM, PATH, came_from
from server.web.forms import MAX_FORM_BYTES
from server.web.page import AnyRequest, Frame, Pages, go_to, show
from server.web.story import find_summary, tell_story
from sync_protocol.entry import parse_entry
from sync_protocol.errors import NumberError
from sync_protocol.number import parse_number
from sync_protocol.vocabulary import Identity

_HEX_ID: Final = 64
_VERIFIED: Final = {"sesudah": "verifikasi"}


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
        verify_report(
            pages.centre,
            request.user,
            case_id,
            unit=unit,
            note=note,
            category=form.get("kategori", ""),
            kelurahan=form.get("kelurahan", ""),
        )
    except NoSuchCaseError:
        raise NotFoundException from None
    except PersonError as error:
        return _answer(key, request, pages, status=422, problem=str(error), typed=form)
    return go_to(verified_address(key, request))


def verified_address(key: str, request: AnyRequest) -> str:
    """A case that has just been verified: it says so, and leads on."""
    listed = came_from(request)
    return f"{PATH}/{key}?{urlencode({FROM: listed.query} | _VERIFIED if listed else _VERIFIED)}"


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
        return _contents(connection, pages.centre, frame, found[0], person) | _onward(
            connection, frame, request, found[0]
        )

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
        typed={"unit": None, "catatan": "", "alasan": "", "kategori": "", "kelurahan": ""} | (typed or {}),
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
    try:
        private, is_damaged = read_private(centre.keys, case), False
    except DamagedError:
        private, is_damaged = Private(text=formats.DAMAGED), True
    entry = ledger.get_entry(connection, case["id"])
    return {
        "frame": frame,
        "case": case,
        "row": case_row(case, centre=centre, viewer=viewer, city=city, now=frame.now),
        "fields": fields,
        "text": private.text if fields.text else None,
        "summary": "" if fields.text else find_summary(connection, centre, case, viewer=viewer),
        "place": private.place if fields.text else "",
        "name": private.name if fields.name else "",
        "has_name": bool(private.name) or is_damaged,
        "has_phone": bool(private.phone) or is_damaged,
        "person": person,
        "story": tell_story(connection, centre, case, viewer=viewer),
        "citizen_due": city.due_at(case["status"], case["category"], case["filed_at"])
        if case["status"] == Status.BELUM_VERIFIKASI
        else None,
        "may_unmask": may_unmask(viewer, identity) and bool(private.name or private.phone),
        "may_open": may_open(viewer, identity),
        "may_verify": may_verify(viewer, case),
        "may_correct": may_correct(case),
        "kelurahan_choices": sorted(city.kelurahan.items(), key=lambda item: item[1]),
        "flags": read_flags(case["flags"]),
        "may_see_accused": viewer.role is not Role.OPD,
        "units": [unit for unit in city.units.values() if unit.code != case["accused"]],
        "suggested": _suggested(case, city),
        "proof": {"seq": parse_entry(entry["raw"]).seq, "log": entry["log"].hex()} if entry else None,
    }


def _onward(connection: sqlite3.Connection, frame: Frame, request: AnyRequest, case: sqlite3.Row) -> dict[str, Any]:
    """Where the page leads: back to its list and, once the case has been verified, to the next one of that list."""
    listed = came_from(request)
    carried = listed.carried if listed else ""
    said = {name: request.query_params.get(name) for name in _VERIFIED}
    verified = said == _VERIFIED and case["status"] == Status.BELUM_TL and frame.viewer.may(Permission.VERIFY)
    following = ""
    if verified:
        filters = structs.replace(listed.filters if listed else Filters(), status=FIRST_STATUS, number="")
        rows = inbox.list_cases(connection, frame.viewer.scope, filters, now=frame.now)
        following = f"{PATH}/{rows[0]['number']}{carried}" if rows else ""
    return {
        "back": listed.address if listed else PATH,
        "carried": carried,
        "verified": verified,
        "following": following,
    }


def _suggested(case: sqlite3.Row, city: City) -> str:
    """The unit to propose: the superior of the accused unit, else the category's usual one."""
    if case["accused"]:
        accused = city.units.get(case["accused"])
        return accused.parent if accused else ""
    return city.usual_unit.get(case["category"], "")
