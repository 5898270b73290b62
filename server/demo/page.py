"""The demo's own pages, on loopback: addresses, counts, the switch of the network, and the handset."""

import sys
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Thread
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from msgspec import Struct

from server.demo.counts import Counts
from server.demo.door import Door
from server.demo.errors import DemoError
from server.demo.handset import FIRST_NUMBER, MAX_TEXT, Bubble, Handset, read_number
from server.demo.relay import Relay
from server.web import formats
from server.web.headers import PAGE_HEADERS

_FILES: Final = {
    "/demo.css": "text/css",
    "/demo.js": "text/javascript",
    "/demo.svg": "image/svg+xml",
    "/ponsel.css": "text/css",
    "/ponsel.js": "text/javascript",
}
HANDSET: Final = "/ponsel"
_MOST: Final = 16_000
_COOKIE: Final = "ponsel"
"""Which phone one is, kept where it stands in no address."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})
_PAGES: Final = Environment(loader=PackageLoader("server.demo"), autoescape=True, undefined=StrictUndefined)


class Scene(Struct, frozen=True, kw_only=True):
    """What does not change while a demo runs; `--json` prints it."""

    demo: str
    centre: str
    kiosk: str
    handset: str
    user: str
    password: str
    officer: str
    """A sworn officer, who can open secret reports; empty in a demo from before there was one."""
    officer_password: str
    """The first one; empty once somebody has changed it."""
    data: str


class PagePort:
    """A small web server of its own: the demo must outlive what it demonstrates."""

    def __init__(self, port: int) -> None:
        self._server = _Server(("127.0.0.1", port), _Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def serve(self, scene: Scene, relay: Relay, counts: Counts, door: Door, handset: Handset) -> None:
        """Answer from now on."""
        self._server.show = _Show(scene, relay, counts, door, handset)
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="page", daemon=True).start()

    def close(self) -> None:
        """End."""
        if self._server.show is not None:  # else it waits for a loop that never began
            self._server.shutdown()
        self._server.server_close()


class _Show(Struct):
    scene: Scene
    relay: Relay
    counts: Counts
    door: Door
    handset: Handset


class _Thread(Struct):
    """What the handset's page asks for again and again."""

    number: str
    messages: list[tuple[str, str, bool]]
    """Text, time in words, and whether it was typed here."""
    problem: str = ""


class _Server(ThreadingHTTPServer):
    """Says nothing of a tab that closes while it is answered."""

    daemon_threads = True
    block_on_close = False
    show: _Show | None = None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print what went wrong, unless it is that nobody listens any more."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """GET / and its files, /keadaan for the counts, /jaringan for the switch; /ponsel and what belongs to it."""

    server: _Server
    timeout = 10

    def do_GET(self) -> None:
        """Show something."""
        show = self.server.show
        path = urlsplit(self.path).path
        if show is None or not self._is_for_us():
            self._answer(403, "text/plain", b"Ditolak.")
        elif path == "/":
            html = _PAGES.get_template("demo.html").render(scene=show.scene, now=self._now(show))
            self._answer(200, "text/html", html.encode())
        elif path == "/keadaan":
            self._answer(200, "application/json", msgspec.json.encode(self._now(show)))
        elif path == HANDSET:
            html = _PAGES.get_template("ponsel.html").render(thread=self._thread(show), most=MAX_TEXT)
            self._answer(200, "text/html", html.encode())
        elif path == f"{HANDSET}/pesan":
            self._answer(200, "application/json", msgspec.json.encode(self._thread(show)))
        elif path in _FILES:
            self._answer(200, _FILES[path], files("server.demo").joinpath("static", path[1:]).read_bytes())
        else:
            self._answer(404, "text/plain", b"Tidak ada.")

    def do_POST(self) -> None:
        """Throw the switch, or use the handset."""
        show = self.server.show
        if show is None or not self._is_for_us() or not self._is_from_us():
            self._answer(403, "text/plain", b"Ditolak.")
            return
        size = self.headers.get("Content-Length", "")
        form = parse_qs(self.rfile.read(int(size)).decode("utf-8", "replace")) if _is_small(size) else {}
        given = {name: values[0] for name, values in form.items()}
        if self.path == HANDSET:
            self._send(show, given)
        elif self.path == f"{HANDSET}/nomor":
            self._change_number(given)
        elif self.path == "/jaringan" and given.get("jaringan") in {"putus", "sambung"}:
            show.relay.switch(up=given["jaringan"] == "sambung")
            self._answer(303, "text/plain", b"", ("Location", "/"))
        else:
            self._answer(400, "text/plain", b"Tidak dikenal.")

    def _send(self, show: _Show, given: dict[str, str]) -> None:
        text = given.get("isi", "").strip().replace("\r\n", "\n")
        if not 0 < len(text) <= MAX_TEXT:
            self._answer(400, "text/plain", f"Tulis SMS, paling banyak {MAX_TEXT} huruf.".encode())
            return
        try:
            show.handset.send(self._number(), text)
        except DemoError as error:
            self._answer(503, "text/plain", str(error).encode())
            return
        self._answer(303, "text/plain", b"", ("Location", HANDSET))

    def _change_number(self, given: dict[str, str]) -> None:
        number = read_number(given.get("nomor", ""))
        if number is None:
            self._answer(400, "text/plain", b"Nomor HP berisi angka saja, seperti 081234500001.")
            return
        cookie = f"{_COOKIE}={number.removeprefix('+')}; Path={HANDSET}; HttpOnly; SameSite=Strict"
        self._answer(303, "text/plain", b"", ("Location", HANDSET), ("Set-Cookie", cookie))

    def _number(self) -> str:
        try:
            kept = SimpleCookie(self.headers.get("Cookie", "")).get(_COOKIE)
        except CookieError:
            kept = None
        return (read_number(kept.value) if kept else None) or FIRST_NUMBER

    def _thread(self, show: _Show) -> _Thread:
        number = self._number()
        try:
            return _Thread(number, [_shown(bubble) for bubble in show.handset.bubbles(number)])
        except DemoError as error:
            return _Thread(number, [], str(error))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep the terminal for what a person has to read."""

    def _now(self, show: _Show) -> object:
        return show.counts.now(up=show.relay.is_up, is_first=show.door.opens())

    def _is_for_us(self) -> bool:
        try:
            return urlsplit(f"//{self.headers.get('Host', '')}").hostname in _LOOPBACK
        except ValueError:
            return False

    def _is_from_us(self) -> bool:
        """Our own page alone may throw the switch. Under `no-referrer` its Origin is null: Sec-Fetch-Site decides."""
        origin, site = self.headers.get("Origin"), self.headers.get("Sec-Fetch-Site")
        if site is not None:
            return site == "same-origin"
        return origin == f"http://{self.headers.get('Host')}"

    def _answer(self, status: int, kind: str, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        ours = [(name.decode(), value.decode()) for name, value in PAGE_HEADERS]
        for name, value in [*ours, *headers]:
            self.send_header(name, value)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _is_small(size: str) -> bool:
    return size.isascii() and size.isdigit() and int(size) <= _MOST


def _shown(bubble: Bubble) -> tuple[str, str, bool]:
    return bubble.text, formats.clock(bubble.at_ms), bubble.is_mine
