"""The kiosk's web application: start reading here.

`/_control/...` is for commands on this machine that may read the data folder, the rest for people (`web`).
The sync and the store know nothing of it: they go on whether a page is open or not.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from litestar import Litestar
from litestar.concurrency import sync_to_thread

from kiosk_agent.control import Control
from kiosk_agent.control_route import control_handler
from kiosk_agent.sync.ask import ask
from kiosk_agent.sync.loop import SyncLoop
from kiosk_agent.web import ERROR_PAGES, OwnPagesOnly, add_headers, template_config, web_routes


def make_app(control: Control, loop: SyncLoop, token: str) -> Litestar:
    """Put the application together around an opened kiosk.

    Args:
        token: who names it may use `/_control/`.
    """

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        loop.start()
        try:
            yield
        finally:
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
