"""The kiosk's pages: server-rendered, one question a screen, usable without a script.

`app.py` takes from here the routes, the templates, the guard before every route, the headers on every response and the
error pages. Nothing that a resident types is written to disk by these pages; only the intake stores, sealed.
"""

import secrets
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Router
from litestar.di import Provide
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig
from litestar.types import ControllerRouterHandler

from kiosk_agent.kiosk import Kiosk
from kiosk_agent.web import front, inquiry, receipt, report, technician
from kiosk_agent.web.asked import Ask
from kiosk_agent.web.drafts import Drafts
from kiosk_agent.web.error_pages import ERROR_PAGES
from kiosk_agent.web.guard import FormGuard, OwnPagesOnly, add_headers
from kiosk_agent.web.pages import Pages

__all__ = ["ERROR_PAGES", "OwnPagesOnly", "add_headers", "template_config", "web_routes"]

IDLE_S: Final = 60
"""Silence after which the countdown starts."""
COUNTDOWN_S: Final = 30
"""The countdown before the screen is wiped."""
SLACK_S: Final = 15
"""How much later than the page's script the program forgets by itself."""
LARGEST_FORM: Final = 100_000
"""Bytes: 4,000 characters of four bytes each, percent-encoded, and the small fields."""
_FOLDER = Path(__file__).parent


def web_routes(
    kiosk: Kiosk, ask: Ask, *, idle_s: int = IDLE_S, countdown_s: int = COUNTDOWN_S
) -> list[ControllerRouterHandler]:
    """The pages of an opened kiosk.

    Args:
        ask: the way to the centre for CEK LAPORAN.
    """
    pages = Pages(
        kiosk=kiosk,
        drafts=Drafts(kiosk.clock.monotonic_s, idle_s + countdown_s + SLACK_S),
        ask=ask,
        form_token=secrets.token_urlsafe(16),
        idle_s=idle_s,
        countdown_s=countdown_s,
    )
    handlers: list[Any] = [
        *front.HANDLERS,
        *report.HANDLERS,
        *receipt.HANDLERS,
        *inquiry.HANDLERS,
        *technician.HANDLERS,
    ]
    return [
        Router(
            path="/",
            route_handlers=handlers,
            dependencies={"pages": Provide(lambda: pages, sync_to_thread=False)},
            before_request=FormGuard(pages.form_token),
            request_max_body_size=LARGEST_FORM,
        ),
        create_static_files_router(path="/static", directories=[_FOLDER / "static"]),
    ]


def template_config() -> TemplateConfig[JinjaTemplateEngine]:
    """The templates: everything escaped, and a forgotten value is an error."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))
