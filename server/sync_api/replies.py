"""Answers to devices, as small as HTTP lets them be."""

from collections.abc import Iterable
from typing import Final

from litestar.types import Send

OCTETS: Final = b"application/octet-stream"
_PLAIN = b"text/plain; charset=utf-8"
_ALWAYS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


async def reply(
    send: Send, status: int, body: bytes = b"", *, kind: bytes = OCTETS, more: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """Send a whole response."""
    headers = [*_ALWAYS, (b"content-length", b"%d" % len(body)), *more]
    if body:
        headers.append((b"content-type", kind))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def refuse(send: Send, status: int, code: str, *, retry_after_s: int | None = None, close: bool = False) -> None:
    """Send an error: its status for machines, its code for who reads a log."""
    more = [(b"retry-after", b"%d" % retry_after_s)] if retry_after_s is not None else []
    if close:
        more.append((b"connection", b"close"))
    await reply(send, status, code.encode() + b"\n", kind=_PLAIN, more=more)
