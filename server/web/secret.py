"""Opening a secret report: a form that asks why and for the password, then what was opened, in that one answer alone.

From there the case goes to the unit that is to act, which gets a summary.
"""

import sqlite3
from functools import partial
from typing import Any, Final

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from server.actions.open_secret import Opened, Part, open_secret
from server.actions.unmask_identity import MAX_REASON, MIN_REASON
from server.actions.verify_secret import MAX_SUMMARY, MIN_SUMMARY, verify_secret
from server.domain.lifecycle import Status, Step, legal_steps
from server.domain.roles import Permission, may_open
from server.errors import BusyError, LoginRefusedError, NoSuchCaseError, PersonError
from server.store import duty
from server.store.users import LOCKING
from server.web.access import needs
from server.web.case import find_case, verified_address
from server.web.cases import PATH, came_from
from server.web.forms import MAX_FORM_BYTES, Form
from server.web.once import ONCE_FIELD
from server.web.page import AnyRequest, Pages, go_to, show
from sync_protocol.vocabulary import Identity

_SECRET_PATH = PATH + "/{key:str}/rahasia"
_WRONG_PASSWORD: Final = f"Kata sandi tidak cocok, {LOCKING}"
_SENT_BEFORE: Final = (
    "Formulir ini sudah pernah dikirim, misalnya karena halaman dimuat ulang. Tidak ada yang dibuka."
    " Untuk membuka lagi, isi alasan dan kata sandi Anda."
)
_EMPTY: Final = {"alasan": "", Part.TEXT.value: "", Part.PERSON.value: "", "unit": None, "ringkasan": ""}


@get(_SECRET_PATH, opt=needs(Permission.OPEN_SECRET), sync_to_thread=True)
def show_secret(key: FromPath[str], request: AnyRequest, pages: NamedDependency[Pages]) -> Response[str]:
    """The form; for an officer without the duty key, who can give it."""
    return _answer(key, request, pages)


@post(
    _SECRET_PATH,
    opt=needs(Permission.OPEN_SECRET),
    request_max_body_size=MAX_FORM_BYTES,
)
async def submit_secret(key: FromPath[str], request: AnyRequest, pages: NamedDependency[Pages]) -> Response[str]:
    """Show what was opened, here and nowhere else: there is no address under which it could be seen again.

    Nor does sending the same form again show it, which a browser does with the password that it keeps.
    """
    try:
        return await pages.passwords.run(partial(_open, key, request, pages), is_signed_in=True)
    except BusyError as error:
        typed = request.state["form"]
        return await sync_to_thread(_answer, key, request, pages, status=503, problem=str(error), typed=typed)


def _open(key: str, request: AnyRequest, pages: Pages) -> Response[str]:
    form: Form = request.state["form"]
    case_id = bytes(_find(key, request, pages)["id"])
    parts = {part for part in Part if form.get(part.value)}
    if not pages.once.take(request.auth.token_hash, form.get(ONCE_FIELD, "")):
        return _answer(key, request, pages, status=422, problem=_SENT_BEFORE)
    try:
        opened = open_secret(
            pages.centre,
            request.user,
            case_id,
            reason=form.get("alasan", ""),
            password=form.get("sandi", ""),
            parts=parts,
        )
    except NoSuchCaseError:
        raise NotFoundException from None
    except PersonError as error:
        return _answer(key, request, pages, status=422, problem=_problem(error), typed=form)
    return _answer(key, request, pages, opened=opened)


@post(
    _SECRET_PATH + "/teruskan",
    opt=needs(Permission.OPEN_SECRET),
    request_max_body_size=MAX_FORM_BYTES,
)
async def submit_summary(
    key: FromPath[str], request: AnyRequest, pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    """Hand the case over with a summary, then show it again. What was opened is not shown a second time."""
    try:
        return await pages.passwords.run(partial(_hand_over, key, request, pages), is_signed_in=True)
    except BusyError as error:
        busy = partial(_answer, status=503, problem=str(error), typed=request.state["form"], is_handing=True)
        return await sync_to_thread(busy, key, request, pages)


def _hand_over(key: str, request: AnyRequest, pages: Pages) -> Response[str] | Redirect:
    form: Form = request.state["form"]
    case_id = bytes(_find(key, request, pages)["id"])
    unit, summary = form.get("unit", ""), form.get("ringkasan", "").strip()
    try:
        verify_secret(pages.centre, request.user, case_id, unit=unit, summary=summary, password=form.get("sandi", ""))
    except NoSuchCaseError:
        raise NotFoundException from None
    except PersonError as error:
        return _answer(key, request, pages, status=422, problem=_problem(error), typed=form, is_handing=True)
    return go_to(verified_address(key, request))


def _problem(error: PersonError) -> str:
    """What to say; at the door it could have been the name as well."""
    return _WRONG_PASSWORD if isinstance(error, LoginRefusedError) else str(error)


def _answer(
    key: str,
    request: AnyRequest,
    pages: Pages,
    *,
    status: int = 200,
    problem: str = "",
    typed: Form | None = None,
    opened: Opened | None = None,
    is_handing: bool = False,
) -> Response[str]:
    case, listed = _find(key, request, pages), came_from(request)
    accused = opened.text.accused if opened and opened.text else ""
    is_open = Step.VERIFIED in legal_steps(Status(case["status"]), request.user.role)

    def contents(connection: sqlite3.Connection) -> dict[str, Any]:
        frame = pages.frame(connection, request)
        return {
            "frame": frame,
            "once": pages.once.give(request.auth.token_hash),
            "has_grant": duty.find_grant(connection, frame.viewer.id) is not None,
            "holders": duty.holders(connection),
            "units": [unit for unit in frame.city.units.values() if unit.code != accused],
            "suggested": "" if accused else frame.city.usual_unit.get(case["category"], ""),
        }

    return show(
        "secret.html",
        status=status,
        here="pengaduan",
        case=case,
        back=f"{PATH}/{key}",
        carried=listed.carried if listed else "",
        problem=problem,
        opened=opened,
        is_handing=is_open and (is_handing or (opened is not None and opened.text is not None)),
        typed=_EMPTY | (typed or {Part.TEXT.value: "ya"}),
        limits={"reason": (MIN_REASON, MAX_REASON), "summary": (MIN_SUMMARY, MAX_SUMMARY)},
        **pages.centre.read(contents),
    )


def _find(key: str, request: AnyRequest, pages: Pages) -> sqlite3.Row:
    """The secret case of this address; one that does not exist for this person is not there, like any other.

    Raises:
        NotFoundException: none, or two with one number.
    """
    found = pages.centre.read(lambda connection: find_case(connection, request.user.scope, key))
    if len(found) > 1 or not may_open(request.user, Identity(found[0]["identity"])):
        raise NotFoundException
    return found[0]
