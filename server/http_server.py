"""uvicorn, with what it does not do by itself.

It hands over what came of a cut body, tells long-lived responses to end, and exits with 0 when it is asked to stop.
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn
from litestar import Litestar
from uvicorn.protocols.http.h11_impl import H11Protocol

from server.sync_api.request_body import REST

HEADER_S = 20.0
"""How long the header of a request may take to come."""
_GRACE_S = 5
_KEEP_ALIVE_S = 75
_BACKLOG = 512
_MAX_CONNECTIONS = 2_000


class PatientProtocol(H11Protocol):
    """Keeps the bytes of a body that came just before its connection was lost, and ends one that asks for nothing.

    uvicorn answers `http.disconnect` from then on, and forgets the bytes. On a link that dies every few kilobytes they
    are the progress that there is (protocol, section 5). And it waits for a header without end, while the number of
    connections is bounded: whoever opened them all would keep everybody out.
    """

    header_s = HEADER_S
    _header_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """From here on a request has to come."""
        super().connection_made(transport)
        self._watch_header()

    def data_received(self, data: bytes) -> None:
        """Bytes that begin no request, such as the rest of one that was answered already, do not count as one."""
        super().data_received(data)
        self._watch_header()

    def _watch_header(self) -> None:
        cycle: Any = self.cycle
        if cycle is not None and not cycle.response_complete:
            self._forget_header()
        elif self._header_timer is None:
            self._header_timer = self.loop.call_later(self.header_s, self.transport.close)

    def _forget_header(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Put the bytes where `read_body` looks for them."""
        self._forget_header()
        cycle: Any = self.cycle
        if cycle is not None and not cycle.response_complete and cycle.body:
            cycle.scope[REST] = bytes(cycle.body)
        super().connection_lost(exc)


class HttpServer(uvicorn.Server):
    """Serves the app until SIGINT or SIGTERM; returns then, after the app's own clean-up."""

    def __init__(self, app: Litestar) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=PatientProtocol,
                ws="none",
                lifespan="on",
                access_log=False,
                log_config=None,
                server_header=False,
                date_header=False,
                timeout_graceful_shutdown=_GRACE_S,
                timeout_keep_alive=_KEEP_ALIVE_S,
                limit_concurrency=_MAX_CONNECTIONS,
            )
        )
        self._app = app
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve on these sockets."""
        self._loop = asyncio.get_running_loop()
        await super().serve(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Tell responses that stream to end, then stop."""
        stop = getattr(self._app.state, "stop", None)
        if stop is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(stop.set)
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does it, but without raising the signal once more after an orderly end."""
        with super().capture_signals():
            yield
            self._captured_signals.clear()


def listen(host: str, port: int) -> socket.socket:
    """Listen at the address; port 0 takes a free one.

    Raises:
        OSError: it is in use, or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY where a socket names its protocol. Without it an answer, which uvicorn writes in two
    # pieces, waits 40 ms for the device's acknowledgement of the first one.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)  # From here on nobody is refused, however long the application takes to start.
    except OSError:
        listener.close()
        raise
    return listener
