"""CEK LAPORAN: number and PIN, a calm wait, and what the centre says. The PIN stands in no address and on no disk."""

import logging
from concurrent.futures import TimeoutError as NotYet
from typing import Any, Final

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from kiosk_agent.errors import DiskError, KioskError
from kiosk_agent.moments import day_and_time
from kiosk_agent.web.asked import LONGEST_S, Asked, begin, take
from kiosk_agent.web.facts import Facts
from kiosk_agent.web.pages import COOKIE, EXPIRED, FRONT, Pages, WebRequest, go, session_cookie
from sync_protocol.bodies import Answer

FORM: Final = "/cek"
ANSWER: Final = "/cek/jawaban"
LONGEST_NUMBER: Final = 20
LONGEST_PIN: Final = 24
LOOK_S: Final = 1.0
"""How long a page waits for the answer before it says that it waits. Most answers need no more."""
_UNANSWERED: Final = frozenset({"putus", "tidak_cocok"})
"""Outcomes after which a resident wants to try again rather than to leave."""
log = logging.getLogger(__name__)


@post("/cek/mulai", sync_to_thread=True)
def start_inquiry(request: WebRequest, pages: NamedDependency[Pages]) -> Redirect:
    """Open a session for a resident who wants to know; what the one before left is wiped."""
    pages.drafts.wipe(request.cookies.get(COOKIE))
    if not pages.facts().can_ask:
        return go(FRONT)
    return go(FORM, cookies=[session_cookie(pages.drafts.start(Asked()))])


@get(FORM, sync_to_thread=True)
def show_form(request: WebRequest, pages: NamedDependency[Pages]) -> Template | Redirect:
    """Ask for number and PIN, with what has to be put right."""
    draft = pages.draft(request)
    if draft is None or draft.asked is None:
        return go(FRONT)
    facts = pages.facts()
    errors = {name: facts.texts(id_) for name, id_ in draft.asked.faults.items()}
    most = {"most": LONGEST_NUMBER, "most_pin": LONGEST_PIN}
    return pages.page("inquiry.html", facts, typed=draft.asked.typed, errors=errors, **most)


@post(FORM, sync_to_thread=True)
def take_question(request: WebRequest, pages: NamedDependency[Pages]) -> Redirect:
    """Check what can be checked here, then ask the centre, which may take a while."""
    draft = pages.draft(request)
    if draft is None or draft.asked is None:
        return go(EXPIRED)
    fields: dict[str, str] = request.state.fields
    with draft.lock:
        if draft.asked.answer is not None and not draft.asked.answer.done():
            return go(ANSWER)  # An impatient finger asks once.
        asked, pin = take(fields.get("number", "")[:LONGEST_NUMBER], fields.get("pin", "")[:LONGEST_PIN])
        draft.asked = asked
        if asked.faults:
            return go(FORM)
        asked.stands_here = _stands_here(pages, asked.number)
        if not asked.stands_here:
            # The centre would count what it has not received yet as a wrong guess.
            asked.until_s = pages.kiosk.clock.monotonic_s() + LONGEST_S
            asked.answer = begin(pages.ask, asked.number, pin)
    return go(ANSWER)


@get(ANSWER, sync_to_thread=True)
def show_answer(request: WebRequest, pages: NamedDependency[Pages]) -> Template | Redirect:
    """Say what the centre answered, or wait for it. The waiting page asks again by itself, also without a script."""
    draft = pages.draft(request)
    if draft is None or draft.asked is None:
        return go(FRONT)
    asked, facts = draft.asked, pages.facts()
    if not asked.number:
        return go(FORM)
    if asked.answer is None:
        return _page(pages, facts, asked, "belum_terkirim", ["cek.belum_terkirim_ket"])
    try:
        answer = asked.answer.result(LOOK_S)
    except NotYet:
        if pages.kiosk.clock.monotonic_s() < asked.until_s:
            return pages.page("waiting.html", facts, number=asked.number)
        return _page(pages, facts, asked, "putus", _without_answer(asked))
    except KioskError:
        return _page(pages, facts, asked, "putus", _without_answer(asked))
    if not answer.found:
        return _page(pages, facts, asked, "tidak_cocok", ["cek.tidak_cocok_ket", "cek.terkunci", "cek.dari_lain"])
    return _page(pages, facts, asked, "", [], rows=rows_of(answer, facts), standing=facts.status_label(answer.status))


def rows_of(answer: Answer, facts: Facts) -> list[tuple[str, str]]:
    """What the centre said, as (label, value)."""
    texts = facts.texts
    rows = [
        (texts("cek.sejak"), day_and_time(answer.at) if answer.at else ""),
        (texts("cek.unit"), facts.unit_name(answer.unit) or answer.unit),
        (texts("cek.batas"), day_and_time(answer.due) if answer.due else ""),
        (texts("cek.jawaban"), answer.answer),
    ]
    return [(label, value) for label, value in rows if value]


def _without_answer(asked: Asked) -> list[str]:
    said = ["cek.putus_ket", "cek.di_kantor"]
    return ["cek.sudah_sampai", *said] if asked.stands_here is False else said


def _page(pages: Pages, facts: Facts, asked: Asked, outcome: str, said: list[str], **found: Any) -> Template:
    sentences = [facts.texts(id_) for id_ in said]
    shown = {"rows": [], "standing": "", "unanswered": outcome in _UNANSWERED, **found}
    heading = facts.texts(f"cek.{outcome}") if outcome else ""
    return pages.page("answer.html", facts, number=asked.number, heading=heading, sentences=sentences, **shown)


def _stands_here(pages: Pages, number: str) -> bool | None:
    store = pages.kiosk.store
    try:
        seq = store.complaint_seq(number)
        return None if seq is None else seq > store.received_seq()
    except DiskError:
        log.warning("a question goes to the centre without a look at the disk")
        return None


HANDLERS: list[Any] = [start_inquiry, show_form, take_question, show_answer]
