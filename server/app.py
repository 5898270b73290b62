"""The centre's web application: start reading here.

`/v1/...` is for devices (`sync_api`), `/_control/...` for commands on this machine, the rest for people (`web`).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.datastructures import State

from server import web
from server.control_route import control_handler
from server.jobs.folding import FoldLoop
from server.store.centre import Centre
from server.sync_api.health import health_handler
from server.sync_api.status import status_handler
from server.sync_api.sync import SyncApi, sync_handler


def make_app(centre: Centre, control_token: str) -> Litestar:
    """Put the application together around an opened centre, which stays open when the application ends."""
    sync_api = SyncApi(centre)
    folding = FoldLoop(centre)
    state = State({"stop": asyncio.Event(), "centre": centre})

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:  # noqa: ARG001
        folding.start()
        try:
            yield
        finally:
            await asyncio.to_thread(folding.stop)
            await asyncio.to_thread(sync_api.close)

    for_programs = [
        sync_handler(sync_api),
        status_handler(centre),
        health_handler(centre),
        control_handler(centre, control_token),
    ]
    return Litestar(
        route_handlers=[*for_programs, *web.web_routes(centre)],
        exception_handlers=web.error_handlers(),
        before_send=list(web.before_send),
        lifespan=[lifespan],
        state=state,
        openapi_config=None,
        logging_config=None,
    )
