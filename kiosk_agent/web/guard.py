"""Who may talk to the kiosk's pages: the browser on this machine, from these pages, and nobody else.

The agent listens on loopback, which any page in the browser and any program on the PC can reach. So each request must
name a loopback host (a name that an attacker's DNS points here is refused), a request that changes something must come
from one of our own pages, and each form carries a token of this start of the program.
"""

from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from litestar import Request
from litestar.enums import RequestEncodingType, ScopeType
from litestar.exceptions import ClientException, HTTPException, PermissionDeniedException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
READING = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_FIELDS = 32

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=(), serial=()",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
_RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_OURS = frozenset(name for name, _ in _RAW_HEADERS)


async def add_headers(message: Message, _: Scope) -> None:
    """Put the protecting headers on every response, errors and files included (a `before_send` hook)."""
    if message["type"] == "http.response.start":
        others = [(name, value) for name, value in message.get("headers", []) if name.lower() not in _OURS]
        message["headers"] = [*others, *_RAW_HEADERS]


class OwnPagesOnly(ASGIMiddleware):
    """Refuse requests for another host, and changes that another page asks for."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let a request pass, or answer it with 403.

        Raises:
            PermissionDeniedException: the page of this answer is made where all error pages are.
        """
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        method: str = scope["method"]  # type: ignore[typeddict-item]
        if not is_loopback(headers.get("host", "")) or (method not in READING and is_foreign(headers)):
            raise PermissionDeniedException
        await next_app(scope, receive, send)


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine and nothing else."""
    try:
        return urlsplit(f"//{host}").hostname in LOOPBACK
    except ValueError:
        return False


def is_foreign(headers: dict[str, str]) -> bool:
    """Whether another page than ours asks, as far as the browser says.

    Under `Referrer-Policy: no-referrer` a browser says `Origin: null` for our own forms too; then its Sec-Fetch-Site,
    which no page can write, decides. A program that names neither is no page: it has to know a token.
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return True
    origin = headers.get("origin")
    if origin == "null":
        return site is None
    return origin is not None and origin.lower() != f"http://{headers.get('host', '').lower()}"


class FormGuard:
    """Reads each posted form once, and refuses one without this start's token (a `before_request` hook)."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    async def __call__(self, request: Request[Any, Any, Any]) -> None:
        """Leave the form's fields in `request.state.fields`.

        Raises:
            HTTPException: 415 for anything but a form, 400 for a broken one, 403 for one that is not of our pages.
        """
        if request.method in READING:
            return
        if request.content_type[0] != RequestEncodingType.URL_ENCODED:
            raise HTTPException(status_code=415)
        try:
            fields = parse_form(await request.body())
        except ValueError:
            raise ClientException from None  # The cause would quote the form.
        if not compare_digest(fields.pop("token", "").encode(), self._token):
            raise PermissionDeniedException
        request.state.fields = fields


def parse_form(body: bytes) -> dict[str, str]:
    """The fields of a form; of a repeated one the last.

    Raises:
        ValueError: not a form in UTF-8, or with more fields than any of ours.
    """
    pairs = parse_qsl(
        body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MOST_FIELDS
    )
    return {name: value.replace("\r\n", "\n") for name, value in pairs}
