"""Making a page: the template, and what every page shows (navigation, who is signed in, the form's token)."""

import sqlite3
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response
from litestar.response import Redirect
from msgspec import Struct

from server.domain.roles import Permission, Viewer
from server.store.centre import Centre
from server.store.city import City
from server.store.inbox import Count, count_work, newest_arrival
from server.store.sessions import Session
from server.web import formats
from server.web.device_state import count_faulty
from server.web.once import OnceTokens
from server.web.password_queue import PasswordQueue

_HERE: Final = Path(__file__).parent
ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters.update(formats.FILTERS)
AnyRequest = Request[Any, Any, Any]


class Frame(Struct, frozen=True):
    """What stands around the contents of a page for somebody who is signed in."""

    viewer: Viewer
    csrf: str
    must_change: bool
    """The one-time password comes first: no other page opens."""
    city: City
    city_name: str
    count: Count
    faulty: int | None
    """Devices that need somebody; None for roles that do not see devices."""
    now: int
    newest: int
    """When the newest case arrived that this page knows of."""


class Pages:
    """What the handlers share."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.once = OnceTokens()
        self.passwords = PasswordQueue()

    def frame(self, connection: sqlite3.Connection, request: AnyRequest) -> Frame:
        """What stands around a page."""
        session: Session = request.auth
        viewer, now = session.viewer, self.centre.clock()
        return Frame(
            viewer=viewer,
            csrf=session.csrf,
            must_change=session.must_change,
            city=self.centre.cities.get(connection),
            city_name=self.centre.settings.city,
            count=count_work(connection, viewer.scope, now),
            faulty=count_faulty(connection, now) if viewer.may(Permission.SEE_DEVICES) else None,
            now=now,
            newest=newest_arrival(connection, viewer.scope),
        )


def show(template: str, *, status: int = 200, frame: Frame | None = None, **context: Any) -> Response[str]:
    """Answer with a page."""
    text = ENVIRONMENT.get_template(template).render(frame=frame, **context)
    return Response(text, media_type=MediaType.HTML, status_code=status)


def go_to(path: str) -> Redirect:
    """After a POST: show the result under its own address."""
    return Redirect(path, status_code=303)
