"""The front page, and how a session starts and ends."""

from typing import Any, Final

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from kiosk_agent.web.pages import COOKIE, FRONT, WIPE_HEADERS, Pages, WebRequest, go, no_cookie, session_cookie
from kiosk_agent.web.state import in_words

NOTICES: Final = frozenset({"habis", "selesai", "dibatalkan"})
"""Why the screen was wiped: a word in the address, as the draft itself is gone."""


@get("/", sync_to_thread=True)
def show_front(request: WebRequest, pages: NamedDependency[Pages], layar: FromQuery[str] = "") -> Template:
    """Greet, and say honestly how the kiosk is."""
    facts = pages.facts()
    draft = pages.draft(request)
    notice = facts.texts(f"depan.{layar}") if layar in NOTICES else ""
    return pages.page("front.html", facts, state=in_words(facts), notice=notice, has_draft=draft is not None)


@post("/mulai", sync_to_thread=True)
def start_report(request: WebRequest, pages: NamedDependency[Pages]) -> Redirect:
    """Open a session of its own for each resident; what the one before left is wiped."""
    pages.drafts.wipe(request.cookies.get(COOKIE))
    if not pages.facts().status.ready:
        return go(FRONT)
    return go("/lapor/topik", cookies=[session_cookie(pages.drafts.start())])


@post("/hapus", sync_to_thread=False)
def wipe(request: WebRequest, pages: NamedDependency[Pages]) -> Redirect:
    """End the session: nothing of it stays, here or in the browser."""
    pages.drafts.wipe(request.cookies.get(COOKIE))
    why = request.state.fields.get("layar", "")
    target = f"{FRONT}?layar={why}" if why in NOTICES else FRONT
    return go(target, cookies=[no_cookie()], headers=WIPE_HEADERS)


@post("/masih", status_code=204, sync_to_thread=False)
def stay(request: WebRequest, pages: NamedDependency[Pages]) -> None:
    """Somebody is still there: the page's script says so while it sees typing or touching."""
    draft = pages.draft(request)
    if draft is not None:
        draft.has_script = True


HANDLERS: list[Any] = [show_front, start_report, wipe, stay]
