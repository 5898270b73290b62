"""The way to the server over HTTP, with nothing but the standard library.

What proves a reply is the server's signature in it (docs/protocol.md, section 4), never the connection. So a
certificate that has run out, or looks so to a kiosk whose clock stands in 1970, must not keep complaints from arriving:
TLS is used where the address says so, and checked where that is possible.
"""

import contextlib
import http.client
import logging
import re
import socket
import ssl
import time
from collections.abc import Iterator
from threading import Timer
from typing import Final
from urllib.parse import urlsplit

from kiosk_agent.clock import SystemClock
from kiosk_agent.errors import LinkCutError, NoLinkError, RefusedError, SettingsError
from kiosk_agent.settings import Settings

log = logging.getLogger(__name__)
_steady_s = SystemClock().monotonic_s

MAX_REPLY: Final = 4 * 1_048_576
"""Bytes of a reply: the server sends at most 1 MiB, and one entry more."""
PATH: Final = "/v1/sync"
_PIECE: Final = 16_384
_HEADERS: Final = {"Content-Type": "application/octet-stream", "Accept": "application/octet-stream"}
_OK: Final = 200
_HOST: Final = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+(%[a-z0-9._-]+)?", re.IGNORECASE)
_PATH: Final = re.compile(r"[!-~]*")
_KEPT_S: Final = 60
"""The server closes what was idle for 75 s, and on a bad link the word of that may get lost."""


def check_address(url: str) -> None:
    """Refuse what cannot be the address of a centre.

    Raises:
        SettingsError: it cannot.
    """
    _parts(url)


class HttpTransport:
    """Keeps one connection and makes a new one where the old has gone stale."""

    def __init__(self, url: str, settings: Settings, path: str = PATH) -> None:
        """Prepare; nothing is connected yet.

        Args:
            path: of what is asked at the centre, below its address.

        Raises:
            SettingsError: the address is none.
        """
        self.url = url
        self._secure, self._host, self._port, base = _parts(url)
        self._path = base + path
        self._settings = settings
        self._connection: http.client.HTTPConnection | None = None
        self._used_at_s = 0.0
        self._verify = True
        self._context: ssl.SSLContext | None = None
        self._tls_session: ssl.SSLSession | None = None

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def send(self, bundle: bytes) -> bytes:
        """Post a bundle and give the reply; see `Transport`."""
        deadline = time.monotonic() + self._settings.exchange_timeout_s
        if _steady_s() - self._used_at_s > _KEPT_S:
            self.close()
        if self._connection is not None:
            try:
                return self._exchange(self._connection, bundle, deadline)
            except _StaleError:
                log.info("the kept connection had gone stale")
        return self._exchange(self._connect(), bundle, deadline)

    def _exchange(self, connection: http.client.HTTPConnection, bundle: bytes, deadline: float) -> bytes:
        is_kept = connection is self._connection
        self._connection = None
        answered = False
        try:
            with _cut_at(connection, deadline):
                self._post(connection, bundle)
                response = connection.getresponse()
                answered = True
                reply = self._read(response)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if is_kept and not answered and isinstance(error, ConnectionError):
                raise _StaleError from error
            raise LinkCutError("Sambungan ke pusat terputus.") from error
        except BaseException:
            connection.close()
            raise
        if isinstance(connection.sock, ssl.SSLSocket):
            self._tls_session = connection.sock.session
        if response.will_close:
            connection.close()
        else:
            self._connection, self._used_at_s = connection, _steady_s()
        if response.status != _OK:
            raise RefusedError(response.status, _retry_after(response))
        return reply

    def _post(self, connection: http.client.HTTPConnection, bundle: bytes) -> None:
        connection.putrequest("POST", self._path, skip_accept_encoding=True)
        for name, value in _HEADERS.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(bundle)))
        connection.endheaders()
        try:
            # In pieces, as the time-out of the socket is for each: a slow link is no dead one.
            for at in range(0, len(bundle), _PIECE):
                connection.send(bundle[at : at + _PIECE])
        except (BrokenPipeError, ConnectionResetError):
            # A server that refuses may have answered before it had read all.
            log.info("the server stopped reading")

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        pieces, size = [], 0
        while piece := response.read(_PIECE):
            size += len(piece)
            if size > MAX_REPLY:
                raise LinkCutError("Jawaban terlalu panjang.")
            pieces.append(piece)
        # A connection that ends inside the headers looks like a reply without a length and without a body; and
        # read(n) ends quietly where read() would raise.
        is_bare = response.status == _OK and response.length is None and not response.chunked and not size
        if response.length or is_bare:
            raise http.client.IncompleteRead(b"", response.length)
        return b"".join(pieces)

    def _connect(self) -> http.client.HTTPConnection:
        try:
            return self._open(verify=self._verify)
        except ssl.SSLCertVerificationError as error:
            log.warning(
                "the certificate does not hold (%s); what counts is the signature in the reply", error.verify_message
            )
            self._verify, self._context, self._tls_session = False, None, None
        except OSError as error:
            raise NoLinkError(self._unreached(error)) from error
        try:
            return self._open(verify=False)
        except OSError as error:
            raise NoLinkError(self._unreached(error)) from error

    def _unreached(self, error: OSError) -> str:
        where = f"{'https' if self._secure else 'http'}://{self._host}:{self._port}"
        if isinstance(error, ssl.SSLError):
            return f"Yang menjawab di {where} tidak memakai HTTPS. Periksa alamat pusat."
        return f"Pusat tidak terjangkau di {where}."

    def _open(self, *, verify: bool) -> http.client.HTTPConnection:
        timeout = self._settings.connect_timeout_s
        connection: http.client.HTTPConnection
        if self._secure:
            if self._context is None:
                self._context = _tls(verify=verify)
            connection = _TlsConnection(self._host, self._port, self._context, self._tls_session, timeout)
        else:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=timeout)
        connection.connect()
        connection.sock.settimeout(self._settings.stall_timeout_s)
        return connection


class _TlsConnection(http.client.HTTPSConnection):
    """Takes up an earlier TLS session again: on a slow link that saves a round trip and some kilobytes."""

    def __init__(
        self, host: str, port: int, context: ssl.SSLContext, session: ssl.SSLSession | None, timeout: float
    ) -> None:
        super().__init__(host, port, timeout=timeout, context=context)
        self._tls, self._session = context, session

    def connect(self) -> None:
        """Connect, as the base class does, with the session."""
        http.client.HTTPConnection.connect(self)
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host, session=self._session)


class _StaleError(Exception):
    """The kept connection was closed by the other side before it answered."""


@contextlib.contextmanager
def _cut_at(connection: http.client.HTTPConnection, deadline: float) -> Iterator[None]:
    """Cut the connection at the deadline, whatever it is doing: each byte alone may keep within its time-out."""
    sock = connection.sock

    def cut() -> None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = Timer(max(0.0, deadline - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _tls(*, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _parts(url: str) -> tuple[bool, str, int, str]:
    try:
        parts = urlsplit(url.strip())
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except ValueError:
        parts, port, host = urlsplit(""), None, ""
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or not _PATH.fullmatch(parts.path):
        raise SettingsError(f"Alamat pusat tidak benar: {url!r}. Contoh: http://pusat.kota.go.id:8000")
    secure = parts.scheme == "https"
    return secure, host, port or (443 if secure else 80), parts.path.rstrip("/")


def _retry_after(response: http.client.HTTPResponse) -> float | None:
    value = response.getheader("Retry-After", "").strip()
    return float(value) if value.isascii() and value.isdigit() and len(value) < 7 else None
