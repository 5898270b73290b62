"""The receipt: number, PIN and QR, until the resident says that they are noted."""

from io import BytesIO
from typing import Any

import segno
from litestar import MediaType, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template

from kiosk_agent.moments import day_and_time
from kiosk_agent.web.pages import COOKIE, FRONT, Pages, WebRequest, go
from kiosk_agent.web.state import fate_of


@get("/lapor/bukti", sync_to_thread=True)
def show_receipt(request: WebRequest, pages: NamedDependency[Pages]) -> Template | Redirect:
    """Show what the resident takes home; a reload shows the same."""
    draft = pages.draft(request)
    if draft is None:
        return go(FRONT)
    if draft.filed is None:
        return go("/lapor/periksa")
    facts = pages.facts()
    told = {
        "kios": facts.status.unit_name or facts.status.unit,
        "waktu": day_and_time(draft.filed.filed_at_ms),
        "soal": facts.category_label(draft.category) if draft.category else "",
        "kelurahan": facts.kelurahan_name(draft.kelurahan),
    }
    return pages.page(
        "receipt.html",
        facts,
        number=draft.filed.number,
        pin=grouped(draft.filed.pin),
        long_pin=len(draft.filed.pin) > 6,
        told=told,
        proof=draft.filed.receipt,
        fate=fate_of(pages.kiosk, facts, draft.filed),
    )


@get("/lapor/kabar", sync_to_thread=True, media_type=MediaType.TEXT)
def tell_fate(request: WebRequest, pages: NamedDependency[Pages]) -> str:
    """Where the complaint is by now; asked by the page's script, so it is no sign of life."""
    draft = pages.drafts.peek(request.cookies.get(COOKIE))
    if draft is None or draft.filed is None:
        raise NotFoundException
    return fate_of(pages.kiosk, pages.facts(), draft.filed)


@get("/lapor/bukti.svg", sync_to_thread=False)
def show_qr(request: WebRequest, pages: NamedDependency[Pages]) -> Response[bytes]:
    """The receipt's text as a QR code, drawn in memory for the session that filed it."""
    draft = pages.draft(request)
    if draft is None or draft.filed is None or not draft.filed.receipt:
        raise NotFoundException
    picture = BytesIO()
    segno.make(draft.filed.receipt, error="m", boost_error=False).save(picture, kind="svg", border=4, dark="#14212b")
    return Response(picture.getvalue(), media_type="image/svg+xml")


def grouped(pin: str) -> str:
    """A PIN in groups that one can read aloud: three digits each, four in the long one."""
    size = 3 if len(pin) == 6 else 4
    return " ".join(pin[at : at + size] for at in range(0, len(pin), size))


HANDLERS: list[Any] = [show_receipt, tell_fate, show_qr]
