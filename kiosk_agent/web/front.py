"""The front page, and how a session starts and ends."""

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from kiosk_agent.web.pages import COOKIE, FRONT, NOTICES, Pages, WebRequest, go, leave, session_cookie
from kiosk_agent.web.state import in_words


@get("/", sync_to_thread=True)
def show_front(pages: NamedDependency[Pages], layar: FromQuery[str] = "") -> Template:
    """Greet, and say honestly how the kiosk is."""
    facts = pages.facts()
    notice = facts.texts(f"depan.{layar}") if layar in NOTICES else ""
    return pages.page("front.html", facts, state=in_words(facts), notice=notice)


@post("/mulai", sync_to_thread=True)
def start_report(request: WebRequest, pages: NamedDependency[Pages]) -> Redirect:
    """Open a session of its own for each resident; what the one before left is wiped."""
    pages.drafts.wipe(request.cookies.get(COOKIE))
    facts = pages.facts()
    if facts.fault or not facts.status.ready:
        return go(FRONT)
    return go("/lapor/topik", cookies=[session_cookie(pages.drafts.start())])


@post("/hapus", sync_to_thread=False)
def wipe(request: WebRequest, pages: NamedDependency[Pages]) -> Redirect:
    """End the session: nothing of it stays, here or in the browser."""
    return leave(request, pages, request.state.fields.get("layar", ""))


@post("/masih", status_code=204, sync_to_thread=False)
def stay(request: WebRequest, pages: NamedDependency[Pages]) -> None:
    """Somebody is still there: the page's script says so while it sees typing or touching."""
    draft = pages.draft(request)
    if draft is not None:
        draft.has_script = True


HANDLERS: list[Any] = [show_front, start_report, wipe, stay]
