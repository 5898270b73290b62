"""What all pages share: the kiosk, the open drafts, the session cookie and how a page is made."""

from dataclasses import dataclass, replace
from typing import Any, Final

from litestar import Request
from litestar.datastructures import Cookie
from litestar.response import Redirect, Template

from kiosk_agent.errors import DiskError
from kiosk_agent.kiosk import Kiosk
from kiosk_agent.web.asked import Ask
from kiosk_agent.web.drafts import Draft, Drafts
from kiosk_agent.web.facts import NOTHING_KNOWN, Facts, facts_of

COOKIE: Final = "kasih_kios"
FRONT: Final = "/"
EXPIRED: Final = f"{FRONT}?layar=habis"
NOTICES: Final = frozenset({"habis", "selesai", "dibatalkan"})
"""Why the screen was wiped: a word in the address, as the draft itself is gone."""
WIPE_HEADERS: Final = {"Clear-Site-Data": '"cache", "storage"'}
"""The browser forgets what it kept of the pages, the ones behind its back button too."""

WebRequest = Request[Any, Any, Any]


@dataclass(slots=True)
class Pages:
    """Everything a handler needs."""

    kiosk: Kiosk
    drafts: Drafts
    ask: Ask
    form_token: str
    idle_s: int
    countdown_s: int
    known: Facts = NOTHING_KNOWN
    """What was last read."""

    def facts(self) -> Facts:
        """The kiosk as it is now; where the disk cannot be read, as it was, with what is wrong."""
        try:
            self.known = facts_of(self.kiosk)
        except DiskError as error:
            return replace(self.known, is_linked=False, fault=str(error))
        return self.known

    def draft(self, request: WebRequest) -> Draft | None:
        """The draft of this browser's session; None where there is none, or no more."""
        return self.drafts.find(request.cookies.get(COOKIE))

    def page(self, name: str, facts: Facts, status: int = 200, **values: Any) -> Template:
        """A page, with what every page needs."""
        context = {
            "t": facts.texts,
            "facts": facts,
            "form_token": self.form_token,
            "idle_s": self.idle_s,
            "countdown_s": self.countdown_s,
            **values,
        }
        return Template(name, context=context, status_code=status)


def go(path: str, **options: Any) -> Redirect:
    """Show another page next; a reload of that one repeats nothing."""
    return Redirect(path, status_code=303, **options)


def session_cookie(token: str) -> Cookie:
    """For this browser session alone, out of reach of scripts, and never sent along from another site's page."""
    return Cookie(key=COOKIE, value=token, path="/", httponly=True, samesite="strict")


def leave(request: WebRequest, pages: Pages, why: str) -> Redirect:
    """End the session: nothing of it stays, here or in the browser; then the front page says why."""
    pages.drafts.wipe(request.cookies.get(COOKIE))
    gone = Cookie(key=COOKIE, value="", path="/", httponly=True, samesite="strict", max_age=0)
    return go(f"{FRONT}?layar={why}" if why in NOTICES else FRONT, cookies=[gone], headers=WIPE_HEADERS)
