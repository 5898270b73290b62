"""`POST /v1/sync`: one bundle up, one bundle down."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from litestar.handlers import asgi
from litestar.handlers.asgi_handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from server.actions.receive_bundle import Received, receive_bundle
from server.errors import BusyError, StorageError, UnknownLogError
from server.store.centre import Centre
from server.sync_api.body_room import BodyRoom
from server.sync_api.replies import refuse, reply
from server.sync_api.request_body import OCTETS, RequestBody, TooLargeError, content_type, read_body
from sync_protocol.bundle import MAX_REQUEST
from sync_protocol.errors import NotABundleError

_THREADS = 4
_LOG = logging.getLogger(__name__)
_Answer = Callable[[Send], Awaitable[None]]


class SyncApi:
    """Takes bundles from devices and hands them to the centre, a bounded number at a time."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="kasih-sync")
        self._in_work = 0
        self.room = BodyRoom(centre.settings.max_bodies_mb * 1_048_576)

    def close(self) -> None:
        """Finish what is in work."""
        self._pool.shutdown()

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope.get("method") != "POST":
            await refuse(send, 405, "method")
        elif content_type(scope) != OCTETS:
            await refuse(send, 415, "content-type")
        else:
            answer = await self._exchange(scope, receive)
            # By now nothing holds the body, nor an error whose frames would: whoever reads slowly takes no memory.
            if answer is not None:
                await answer(send)

    async def _exchange(self, scope: Scope, receive: Receive) -> _Answer | None:
        """Take a bundle; gives what to answer, or None where nobody is there any more."""
        settings = self._centre.settings
        began_at = self._centre.clock()
        try:
            with self.room.share() as share:
                body = await read_body(scope, receive, share, limit=MAX_REQUEST, idle_s=settings.body_idle_s)
                received = await self._receive(body, began_at)
        except TooLargeError:
            return partial(refuse, status=413, code="too-large", close=True)
        except NotABundleError as error:
            return partial(refuse, status=400, code=error.code)
        except BusyError as error:
            return partial(refuse, status=429, code=error.code, retry_after_s=settings.retry_after_s)
        except StorageError as error:
            _LOG.error("a bundle was refused: %s", error)
            return partial(refuse, status=503, code=error.code, retry_after_s=settings.retry_after_s)
        return self._answer(body, received)

    async def _receive(self, body: RequestBody, began_at: int) -> Received:
        # Counted once it is here: a slow upload keeps nobody out.
        if self._in_work >= self._centre.settings.max_syncs:
            raise BusyError("too many exchanges in work")
        self._in_work += 1
        try:
            with self._centre.way.held():
                work = partial(receive_bundle, self._centre, body.data, via="http", began_at=began_at)
                return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._in_work -= 1

    def _answer(self, body: RequestBody, received: Received) -> _Answer | None:
        if not body.is_connected:
            return None  # What came is stored; the next exchange learns how far it was.
        if not body.had_room and not received.known_log:
            _LOG.warning("no room for the bodies of all exchanges")
            retry_after_s = self._centre.settings.retry_after_s
            return partial(refuse, status=429, code=BusyError.code, retry_after_s=retry_after_s, close=True)
        if not body.is_whole:
            return partial(refuse, status=408, code="cut", close=True)
        if not received.known_log:
            return partial(refuse, status=403, code=UnknownLogError.code)
        if received.reply is None:
            return partial(reply, status=204)
        return partial(reply, status=200, body=received.reply)


def sync_handler(api: SyncApi) -> ASGIRouteHandler:
    """The route of the exchange."""

    @asgi("/v1/sync", copy_scope=False)
    async def sync(scope: Scope, receive: Receive, send: Send) -> None:
        await api.handle(scope, receive, send)

    return sync
