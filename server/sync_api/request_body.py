"""Read the body of a request as far as it comes."""

import asyncio
from typing import Any, Final

from litestar.types import Receive, Scope
from msgspec import Struct

from server.sync_api.body_room import Share

REST: Final = "kasih.rest"
"""In the scope: bytes that came before the connection was lost and were never handed over (see `http_server`)."""
OCTETS: Final = "application/octet-stream"
"""The one media type of requests here."""
_DRAIN_FACTOR = 8


class TooLargeError(Exception):
    """The body has more bytes than the limit."""


class RequestBody(Struct, frozen=True):
    """What came of a body."""

    data: bytes
    is_whole: bool
    is_connected: bool
    """Whether anyone is there to be answered."""
    had_room: bool = True
    """False: it was not read to its end, because the bodies of all requests together are too large."""


async def read_body(scope: Scope, receive: Receive, share: Share, *, limit: int, idle_s: float) -> RequestBody:
    """Read until the body ends, the connection is lost, its share of memory is full, or nothing comes for `idle_s` s.

    Raises:
        TooLargeError: more than `limit` bytes; a little more is read and dropped, so that the answer is heard.
    """
    pieces: list[bytes] = []
    size = 0
    while True:
        try:
            message: Any = await asyncio.wait_for(receive(), idle_s)
        except TimeoutError:
            return RequestBody(b"".join(pieces), is_whole=False, is_connected=True)
        if message["type"] == "http.disconnect":
            rest = _rest(scope)[: limit - size] if size < limit else b""
            pieces.append(rest[: share.take(len(rest))])
            return RequestBody(b"".join(pieces), is_whole=False, is_connected=False)
        body: bytes = message.get("body", b"")
        size += len(body)
        if size <= limit:
            kept = share.take(len(body))
            pieces.append(body[:kept])
            if kept < len(body):
                return RequestBody(b"".join(pieces), is_whole=False, is_connected=True, had_room=False)
        elif not message.get("more_body", False) or size > limit * _DRAIN_FACTOR:
            raise TooLargeError
        if not message.get("more_body", False):
            return RequestBody(b"".join(pieces), is_whole=True, is_connected=True)


def content_type(scope: Scope) -> str:
    """The media type of a request, without parameters."""
    return _header(scope, b"content-type").partition(";")[0].strip().lower()


def _rest(scope: Any) -> bytes:
    rest: bytes = scope.get(REST, b"")
    return rest


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
