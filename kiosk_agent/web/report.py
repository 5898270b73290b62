"""The questions of a report, one page each, and KIRIM. What each page asks stands in `steps`."""

import logging
import secrets
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from kiosk_agent.errors import DiskError
from kiosk_agent.intake import Form, IntakeError
from kiosk_agent.web import steps
from kiosk_agent.web.drafts import Draft
from kiosk_agent.web.facts import Facts
from kiosk_agent.web.pages import EXPIRED, FRONT, Pages, WebRequest, go, leave
from sync_protocol.vocabulary import Channel, Identity

RECEIPT = "/lapor/bukti"
STEP_OF_FIELD = {
    "category": "topik",
    "text": "isi",
    "kelurahan": "tempat",
    "place": "tempat",
    "identity": "identitas",
    "name": "nama",
    "phone": "nama",
    "sms_ok": "nama",
    "accused": "petugas",
}
log = logging.getLogger(__name__)


@get("/lapor/{step:str}", sync_to_thread=True)
def show_step(
    request: WebRequest, step: FromPath[str], pages: NamedDependency[Pages], bagian: FromQuery[str] = ""
) -> Template | Redirect:
    """Ask one question, with what was answered before."""
    asked = _step(step)
    draft = pages.draft(request)
    if draft is None:
        return go(FRONT)
    if draft.filed is not None:
        return go(RECEIPT)
    facts = pages.facts()
    if asked is steps.check:
        open_step = steps.first_open(draft, facts)
        if open_step is not None:
            draft.faulty_step = open_step.NAME
            return go(_path(open_step))
        draft.reached_check = True
    return pages.page(asked.TEMPLATE, facts, **_context(asked, draft, facts, bagian))


@post("/lapor/{step:str}", sync_to_thread=True)
def answer_step(request: WebRequest, step: FromPath[str], pages: NamedDependency[Pages]) -> Redirect:
    """Take the answer and go on, back, or to the same page with what has to be put right."""
    asked = _step(step)
    draft = pages.draft(request)
    if draft is None:
        return go(EXPIRED)
    facts = pages.facts()
    with draft.lock:
        if draft.filed is not None:
            return go(RECEIPT)
        fields: dict[str, str] = request.state.fields
        asked.take(draft, fields)
        draft.faulty_step = ""
        draft.faults = {}
        if fields.get("arah") == "kembali":
            earlier = steps.before(asked, draft)
            return go(_path(earlier)) if earlier is not None else leave(request, pages, "dibatalkan")
        if asked is steps.check:
            return _send(draft, facts, pages)
        if asked.faults(draft, facts):
            draft.faulty_step = asked.NAME
            return go(_path(asked))
        return go(_path(steps.after(asked, draft, facts)))


def _send(draft: Draft, facts: Facts, pages: Pages) -> Redirect:
    """KIRIM. The receipt is shown only after the complaint is on disk."""
    open_step = steps.first_open(draft, facts)
    if open_step is not None:
        draft.faulty_step = open_step.NAME
        return go(_path(open_step))
    try:
        filed = pages.kiosk.intake.file(form_of(draft))
        if filed.differs:
            # An earlier KIRIM was stored, though nobody could tell, and the answers were changed since: both stand.
            draft.ref = secrets.token_bytes(16)
            filed = pages.kiosk.intake.file(form_of(draft))
        draft.filed = filed
    except IntakeError as error:
        draft.faulty_step = STEP_OF_FIELD.get(error.field, steps.check.NAME)
        draft.faults = {error.field: str(error)}
        return go(_path(steps.BY_NAME[draft.faulty_step]))
    except DiskError:
        draft.failures += 1
        log.warning("a complaint could not be stored; the resident was told")
        return go(_path(steps.check))
    draft.forget_answers()
    return go(RECEIPT)


def form_of(draft: Draft) -> Form:
    """The draft as the intake wants it."""
    return Form(
        ref=draft.ref,
        channel=Channel.KIOSK,
        category=draft.category,
        kelurahan=draft.kelurahan,
        text=draft.text.strip(),
        place=draft.place,
        identity=Identity(draft.identity),
        name=draft.name,
        phone=draft.phone,
        sms_ok=draft.sms_ok and bool(draft.phone),
        accused=draft.accused,
    )


def _context(asked: steps.Step, draft: Draft, facts: Facts, part: str) -> dict[str, Any]:
    shown = draft.faulty_step == asked.NAME
    asked_in_turn = steps.path(draft)
    return {
        "step": asked.NAME,
        "draft": draft,
        "errors": {**asked.faults(draft, facts), **draft.faults} if shown else {},
        "number": asked_in_turn.index(asked) + 1 if asked in asked_in_turn else len(asked_in_turn),
        "total": len(asked_in_turn),
        **asked.view(draft, facts, part),
    }


def _step(name: str) -> steps.Step:
    if name not in steps.BY_NAME:
        raise NotFoundException
    return steps.BY_NAME[name]


def _path(step: steps.Step) -> str:
    return f"/lapor/{step.NAME}"


HANDLERS: list[Any] = [show_step, answer_step]
