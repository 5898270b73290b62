"""The headers that every response carries, errors of the framework included (assurance: headers).

Litestar's middleware sits behind its router, so a 404 or 405 never passes it; a `before_send` hook sees every message.
"""

from collections.abc import Iterable
from typing import Final

from litestar.types import Message, Scope

_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
PAGE_HEADERS: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"content-security-policy", _CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"cache-control", b"no-store"),
)
DEVICE_HEADERS: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)
"""Replies to devices carry these two alone: every byte is paid for on a slow link (protocol, section 5)."""
HSTS: Final = (b"strict-transport-security", b"max-age=31536000")
_DEVICE_PATHS = "/v1/"


async def add_headers(message: Message, scope: Scope) -> None:
    """Put our headers on a response that is about to start, in place of any of the same name."""
    if message["type"] != "http.response.start":
        return
    wanted = headers_for(scope["path"], scope["scheme"])
    names = {name for name, _ in wanted}
    kept: Iterable[tuple[bytes, bytes]] = message.get("headers", ())
    message["headers"] = [(name, value) for name, value in kept if name.lower() not in names] + wanted


def headers_for(path: str, scheme: str) -> list[tuple[bytes, bytes]]:
    """Which headers a response to this address carries."""
    if path.startswith(_DEVICE_PATHS):
        return list(DEVICE_HEADERS)
    return [*PAGE_HEADERS, HSTS] if scheme == "https" else list(PAGE_HEADERS)
