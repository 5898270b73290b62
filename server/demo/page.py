"""The demo's own page, on loopback: addresses, counts, and the switch of the network."""

import sys
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
from server.demo.relay import Relay
from server.web.headers import PAGE_HEADERS

_FILES: Final = {"/demo.css": "text/css", "/demo.js": "text/javascript", "/demo.svg": "image/svg+xml"}
_MOST: Final = 1_000
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})
_PAGES: Final = Environment(loader=PackageLoader("server.demo"), autoescape=True, undefined=StrictUndefined)


class Scene(Struct, frozen=True, kw_only=True):
    """What does not change while a demo runs; `--json` prints it."""

    demo: str
    centre: str
    kiosk: str
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

    def serve(self, scene: Scene, relay: Relay, counts: Counts, door: Door) -> None:
        """Answer from now on."""
        self._server.show = _Show(scene, relay, counts, door)
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
    """GET / and its files, GET /keadaan for the counts, POST /jaringan for the switch."""

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
        elif path in _FILES:
            self._answer(200, _FILES[path], files("server.demo").joinpath("static", path[1:]).read_bytes())
        else:
            self._answer(404, "text/plain", b"Tidak ada.")

    def do_POST(self) -> None:
        """Throw the switch."""
        show = self.server.show
        if show is None or not self._is_for_us() or not self._is_from_us():
            self._answer(403, "text/plain", b"Ditolak.")
            return
        size = self.headers.get("Content-Length", "")
        wanted = parse_qs(self.rfile.read(int(size)).decode("ascii", "replace")) if _is_small(size) else {}
        state = wanted.get("jaringan", [""])[0]
        if self.path != "/jaringan" or state not in {"putus", "sambung"}:
            self._answer(400, "text/plain", b"Tidak dikenal.")
            return
        show.relay.switch(up=state == "sambung")
        self._answer(303, "text/plain", b"", ("Location", "/"))

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
