"""The way over HTTP, over real sockets: kept connections, every kind of cut, and answers that are none."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kiosk_agent.errors import LinkCutError, NoLinkError, RefusedError, SettingsError
from kiosk_agent.settings import Settings
from kiosk_agent.sync import http_transport
from kiosk_agent.sync.http_transport import MAX_REPLY, HttpTransport
from tests.kiosk_agent.server_peer import HttpPeer, respond

SOON = Settings(connect_timeout_s=2, stall_timeout_s=0.3, exchange_timeout_s=1)
Handle = Callable[[BaseHTTPRequestHandler, bytes], None]


@pytest.fixture
def server() -> Iterator[HttpPeer]:
    peer = HttpPeer()
    peer.handle = lambda request, body: respond(request, 200, b"reply to " + body[:10])
    yield peer
    peer.close()


@pytest.fixture
def way(server: HttpPeer) -> Iterator[HttpTransport]:
    transport = HttpTransport(server.url, SOON)
    yield transport
    transport.close()


def test_a_connection_is_kept(server: HttpPeer, way: HttpTransport) -> None:
    assert [way.send(b"%d" % number) for number in range(3)] == [b"reply to 0", b"reply to 1", b"reply to 2"]
    assert server.connections == 1


def test_a_connection_that_was_idle_for_a_minute_is_not_used_again(
    server: HttpPeer, way: HttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at_s, connections in ((1_000, 1), (1_059, 1), (1_120, 2), (1_121, 2)):
        monkeypatch.setattr(http_transport, "_steady_s", lambda at_s=at_s: at_s)
        way.send(b"x")
        assert server.connections == connections


def test_bytes_go_as_octets_to_the_one_path(server: HttpPeer, way: HttpTransport) -> None:
    seen: list[tuple[str, str | None, bytes]] = []

    def look(request: BaseHTTPRequestHandler, body: bytes) -> None:
        seen.append((request.path, request.headers["Content-Type"], body))
        respond(request, 200)

    server.handle = look
    way.send(bytes(range(256)) * 300)
    HttpTransport(server.url + "/kasih/", SOON).send(b"x")
    assert seen[0] == ("/v1/sync", "application/octet-stream", bytes(range(256)) * 300)
    assert seen[1][0] == "/kasih/v1/sync"


def test_a_connection_that_went_stale_is_made_anew_without_a_word(server: HttpPeer, way: HttpTransport) -> None:
    def once(request: BaseHTTPRequestHandler, body: bytes) -> None:
        respond(request, 200, body)
        request.close_connection = True

    server.handle = once
    for number in range(3):
        assert way.send(b"%d" % number) == b"%d" % number
    assert server.connections == 3


def no_answer(request: BaseHTTPRequestHandler, _: bytes) -> None:
    request.close_connection = True


def reset(request: BaseHTTPRequestHandler, _: bytes) -> None:
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    request.connection.close()
    request.close_connection = True


def half_a_head(request: BaseHTTPRequestHandler, _: bytes) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Le")
    request.close_connection = True


def half_a_body(request: BaseHTTPRequestHandler, _: bytes) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nKASIH1")
    request.close_connection = True


def half_a_chunk(request: BaseHTTPRequestHandler, _: bytes) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nKASIH1")
    request.close_connection = True


def silence(request: BaseHTTPRequestHandler, _: bytes) -> None:
    time.sleep(0.6)
    request.close_connection = True


def drip(request: BaseHTTPRequestHandler, _: bytes) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    try:
        for _piece in range(40):
            request.wfile.write(b"K")
            time.sleep(0.05)
    except OSError:
        pass
    request.close_connection = True


def endless(request: BaseHTTPRequestHandler, _: bytes) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    try:
        for _piece in range(2 * MAX_REPLY // 65_536):
            request.wfile.write(bytes(65_536))
    except OSError:
        pass
    request.close_connection = True


def mail_server(request: BaseHTTPRequestHandler, _: bytes) -> None:
    request.wfile.write(b"220 mail.example ESMTP\r\n")
    request.close_connection = True


@pytest.mark.parametrize(
    "handle", [no_answer, reset, half_a_head, half_a_body, half_a_chunk, silence, drip, endless, mail_server]
)
@pytest.mark.parametrize("kept", [False, True], ids=["first", "kept"])
def test_what_ends_on_the_way_is_a_cut(server: HttpPeer, way: HttpTransport, handle: Handle, *, kept: bool) -> None:
    if kept:
        way.send(b"x")
    good, server.handle = server.handle, handle
    started = time.monotonic()
    with pytest.raises(LinkCutError):
        way.send(b"y" * 1000)
    assert time.monotonic() - started < 5
    server.handle = good
    assert way.send(b"z") == b"reply to z"


def test_a_cut_at_any_byte_of_a_reply_is_a_cut(server: HttpPeer, way: HttpTransport) -> None:
    whole = b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 12\r\nDate: today\r\n\r\nKASIH1\r\nabcd"
    for size in range(len(whole)):

        def cut(request: BaseHTTPRequestHandler, _: bytes, size: int = size) -> None:
            request.wfile.write(whole[:size])
            request.close_connection = True

        server.handle = cut
        with pytest.raises(LinkCutError):
            way.send(b"x")


@pytest.mark.parametrize("status", [201, 204, 302, 403, 413, 500, 503])
def test_any_other_status_is_a_refusal(server: HttpPeer, way: HttpTransport, status: int) -> None:
    server.handle = lambda request, body: respond(request, status, b"" if status == 204 else b"KASIH1\r\n")
    with pytest.raises(RefusedError) as caught:
        way.send(b"x")
    assert caught.value.status == status


@pytest.mark.parametrize(("given", "seconds"), [("120", 120), ("", None), ("Fri, 31 Dec 1999", None), ("-5", None)])
def test_how_long_to_wait_is_taken_from_a_refusal(
    server: HttpPeer, way: HttpTransport, given: str, seconds: float | None
) -> None:
    server.handle = lambda request, body: respond(request, 503, Retry_After=given)
    with pytest.raises(RefusedError) as caught:
        way.send(b"x")
    assert caught.value.retry_after_s == seconds


def refuse_unread(request: BaseHTTPRequestHandler) -> None:
    respond(request, 413)
    request.close_connection = True


def test_a_refusal_before_the_whole_bundle_was_read_is_still_heard(server: HttpPeer, way: HttpTransport) -> None:
    handler = server._server.RequestHandlerClass
    handler.do_POST = refuse_unread  # type: ignore[attr-defined]
    with pytest.raises((RefusedError, LinkCutError)):
        way.send(b"x" * 3_000_000)


def test_nobody_there_is_no_link() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}", "http://name.invalid:80"):
        with pytest.raises(NoLinkError):
            HttpTransport(url, SOON).send(b"x")


@pytest.mark.parametrize(
    "url",
    [
        *("", "x", "127.0.0.1:8000", "file:///etc", "http://", "http://a:b", "http://[::1", "http://a:80 00"),
        *("http://pusat kota.id", "http:// pusat.id", "http://pusat..id", "http://.id", f"http://{'a' * 70}.id"),
        *("http://pusat.id/a b", "http://pusat.id/\x7f", "http://pusat.id/é", "http://pusat\x00.id", "http://a,b"),
    ],
)
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(SettingsError, match="Alamat pusat"):
        HttpTransport(url, SOON)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("http://pusat.kota.go.id", (False, "pusat.kota.go.id", 80, "")),
        (" https://Pusat.id:8443/kasih/ ", (True, "pusat.id", 8443, "/kasih")),
        ("http://[::1]:8000", (False, "::1", 8000, "")),
        ("http://pengaduan_kota.lan.", (False, "pengaduan_kota.lan.", 80, "")),
        ("http://pusät.id", (False, "xn--pust-noa.id", 80, "")),
    ],
)
def test_an_address_is_taken_as_it_is_usually_written(url: str, parts: tuple[bool, str, int, str]) -> None:
    assert http_transport._parts(url) == parts


def test_https_where_none_is_spoken_is_told_with_the_address(server: HttpPeer) -> None:
    with pytest.raises(NoLinkError, match=rf"{server.url.replace('http:', 'https:')} tidak memakai HTTPS"):
        HttpTransport(server.url.replace("http:", "https:"), SOON).send(b"x")


def test_a_certificate_that_has_run_out_does_not_keep_reports_from_arriving(server: HttpPeer, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*expired_certificate(tmp_path))
    server._server.socket = context.wrap_socket(server._server.socket, server_side=True)
    way = HttpTransport(server.url.replace("http:", "https:"), SOON)
    assert way.send(b"x") == b"reply to x"
    way.close()
    assert way.send(b"y") == b"reply to y"
    assert way._connection is not None
    assert isinstance(way._connection.sock, ssl.SSLSocket)
    assert way._connection.sock.session_reused, "the TLS session is kept"


def expired_certificate(folder: Path) -> tuple[Path, Path]:
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pusat")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2019, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2020, 1, 1, tzinfo=UTC))
        .sign(key, None)
    )
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(certificate.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return chain, private
