"""`POST /v1/status`: how does a case stand, asked at a kiosk for a resident who waits in front of it."""

import asyncio
from functools import partial

from litestar.handlers import asgi
from litestar.handlers.asgi_handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from server.actions.answer_query import receive_query
from server.errors import StorageError, UnknownLogError
from server.store.centre import Centre
from server.sync_api.body_room import BodyRoom
from server.sync_api.replies import refuse, reply
from server.sync_api.request_body import OCTETS, TooLargeError, content_type, read_body
from sync_protocol.errors import NotABundleError

_MAX_QUERY = 4_096
_SMALL = BodyRoom(0)
"""Questions are so small that they need no room beyond what is free."""


def status_handler(centre: Centre) -> ASGIRouteHandler:
    """The route: a bundle with a QUERY up, a bundle with its ANSWER down."""

    @asgi("/v1/status", copy_scope=False)
    async def status(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "POST":
            await refuse(send, 405, "method")
        elif content_type(scope) != OCTETS:
            await refuse(send, 415, "content-type")
        else:
            await _answer(centre, scope, receive, send)

    return status


async def _answer(centre: Centre, scope: Scope, receive: Receive, send: Send) -> None:
    settings = centre.settings
    try:
        with _SMALL.share() as share:
            body = await read_body(scope, receive, share, limit=_MAX_QUERY, idle_s=settings.body_idle_s)
        answers = await asyncio.get_running_loop().run_in_executor(None, partial(receive_query, centre, body.data))
    except TooLargeError:
        await refuse(send, 413, "too-large", close=True)
    except NotABundleError as error:
        await refuse(send, 400, error.code)
    except StorageError as error:
        await refuse(send, 503, error.code, retry_after_s=settings.retry_after_s)
    else:
        if answers is None:
            await refuse(send, 403, UnknownLogError.code)
        else:
            await reply(send, 200, answers)
