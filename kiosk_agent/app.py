"""The kiosk's web application: start reading here.

`/_control/...` is for commands on this machine that may read the data folder, the rest for people (`web`).
The sync and the store know nothing of it: they go on whether a page is open or not.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

from litestar import Litestar
from litestar.concurrency import sync_to_thread

from kiosk_agent.control import Control
from kiosk_agent.control_route import control_handler
from kiosk_agent.sync.ask import ask
from kiosk_agent.sync.loop import SyncLoop
from kiosk_agent.web import ERROR_PAGES, OwnPagesOnly, add_headers, template_config, web_routes


class Service(Protocol):
    """What works beside the pages while they are up."""

    def start(self) -> None:
        """Begin, without waiting for anything."""

    def stop(self) -> None:
        """End."""


def make_app(control: Control, loop: SyncLoop, token: str, modems: Service | None = None) -> Litestar:
    """Put the application together around an opened kiosk.

    Args:
        token: who names it may use `/_control/`.
        modems: started last and stopped first.
    """

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        loop.start()
        if modems is not None:
            modems.start()
        try:
            yield
        finally:
            if modems is not None:
                await sync_to_thread(modems.stop)
            await sync_to_thread(loop.stop)

    return Litestar(
        route_handlers=[control_handler(control, token), *web_routes(control.kiosk, partial(ask, control.kiosk))],
        middleware=[OwnPagesOnly()],
        before_send=[add_headers],
        exception_handlers=ERROR_PAGES,
        template_config=template_config(),
        lifespan=[lifespan],
        openapi_config=None,
        logging_config=None,
    )
