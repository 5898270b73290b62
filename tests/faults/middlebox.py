"""What may stand between a kiosk and its centre on somebody else's network, and answer in the centre's place."""

import gzip
import http.client
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler
from itertools import repeat

from sync_protocol.bundle import MAGIC
from tests.kiosk_agent.server_peer import Handle, HttpPeer, respond

LOGIN = b"<!doctype html><title>Wi-Fi Gratis</title><form action=/login>Selamat datang, silakan masuk</form>" * 20
Request = BaseHTTPRequestHandler


class Middlebox:
    """Carries requests on to the centre, or does something else with them."""

    def __init__(self, port: int) -> None:
        self.asked = 0
        """Requests that came."""
        self.handle: Handle = self.forward
        self.last_reply = b""
        """The centre's last answer that went through."""
        self._to = port
        self._peer = HttpPeer()
        self._peer.handle = self._count
        self.url = self._peer.url

    def close(self) -> None:
        self._peer.close()

    def forward(self, request: Request, body: bytes) -> None:
        """As a line that does what it should."""
        status, self.last_reply = ask(self._to, body)
        respond(request, status, self.last_reply)

    def _count(self, request: Request, body: bytes) -> None:
        self.asked += 1
        self.handle(request, body)

    def changed(self, change: Callable[[bytes], bytes]) -> Handle:
        """The centre answers, and its answer is changed on the way."""

        def handle(request: Request, body: bytes) -> None:
            respond(request, 200, change(ask(self._to, body)[1]))

        return handle

    def dripped(self, piece_s: float) -> Handle:
        """The centre answers, and its answer comes byte by byte."""

        def handle(request: Request, body: bytes) -> None:
            reply = ask(self._to, body)[1]
            start = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(reply)
            pour(request, start, (bytes([byte]) for byte in reply), piece_s)

        return handle


def ask(port: int, body: bytes) -> tuple[int, bytes]:
    """Ask a centre on this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", "/v1/sync", body, {"Content-Type": "application/octet-stream"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def says(status: int, body: bytes = LOGIN, **headers: str) -> Handle:
    """Answers so, whatever is asked."""
    return lambda request, _: respond(request, status, body, **headers)


def redirects(request: Request, _: bytes) -> None:
    """Sends whoever asks to its own page, as captive portals do."""
    respond(request, 302, LOGIN, Location=f"http://{request.headers['Host']}/v1/sync")


def resets(request: Request, _: bytes) -> None:
    """Hangs up."""
    request.connection.close()
    request.close_connection = True


def compresses(request: Request, body: bytes) -> None:
    respond(request, 200, gzip.compress(body), Content_Encoding="gzip")


def pours(start: bytes, piece: bytes) -> Handle:
    """Answers without end."""
    return lambda request, _: pour(request, start, repeat(piece), 0)


def pour(request: Request, start: bytes, pieces: Iterable[bytes], piece_s: float) -> None:
    """Send raw bytes, piece by piece, until nobody listens any more."""
    request.close_connection = True
    try:
        request.wfile.write(start)
        for piece in pieces:
            request.wfile.write(piece)
            time.sleep(piece_s)
    except OSError:
        pass  # Whoever asked has heard enough.


_OK = b"HTTP/1.1 200 OK\r\n"
ENDLESS: dict[str, Handle] = {
    "an endless body": pours(_OK + b"\r\n", b"<p>" * 20_000),
    "an endless bundle": pours(_OK + b"\r\n" + MAGIC, (b"\1\0" + b"\1" * 256) * 250),
    "endless chunks": pours(_OK + b"Transfer-Encoding: chunked\r\n\r\n", b"4\r\nKASI\r\n" * 5_000),
    "a chunk's size without end": pours(_OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1" * 60_000),
    "headers without end": pours(_OK, b"X: y\r\n" * 50),
    "a status without end": pours(b"HTTP/1.1 200 ", b"OK" * 5_000),
    "wait a moment, for ever": pours(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50),
}
"""Answers that never come to their end."""
