"""`POST /v1/sync` over real HTTP, whole and broken."""

import http.client
import json
import socket
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from server.actions.issue_code import issue_code
from server.actions.receive_bundle import receive_bundle
from server.settings import Settings
from server.store import cases, ledger
from sync_protocol.bodies import Query
from sync_protocol.bundle import MAGIC, MAX_REQUEST, read_bundle, write_bundle
from sync_protocol.kinds import Kind
from sync_protocol.number import number_of
from tests.peers import Peer, over_http
from tests.server.conftest import UNIT, until

OCTETS = {"content-type": "application/octet-stream"}


@pytest.fixture
def peer(live):
    """An enrolled device."""
    device = Peer(
        live.centre.keys.sign_public, code=issue_code(live.centre, UNIT, actor="test"), clock=live.centre.clock
    )
    device.sync(over_http(live.port))
    return device


def request(live, method="POST", path="/v1/sync", body=b"", headers=OCTETS):
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=10)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def start(live, length, body):
    """A request that says how long it is, and of which only a part is sent."""
    sock = socket.create_connection(("127.0.0.1", live.port), timeout=10)
    head = f"POST /v1/sync HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ncontent-length: {length}\r\n\r\n"
    sock.sendall(head.encode() + body)
    return sock


def reset(sock):
    """End a connection as a dead link does."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def is_read(live, sock):
    """Whether the server has taken everything that was sent on a connection (Linux tells)."""
    port = sock.getsockname()[1]
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    ours = [row[4] for row in rows if row[1].endswith(f":{live.port:04X}") and row[2].endswith(f":{port:04X}")]
    return ours == ["00000000:00000000"]


def holds(live, peer, entry):
    return live.centre.read(lambda c: ledger.holds(c, peer.log, entry.id))


def with_head(peer, entries):
    return write_bundle([peer.session().head(peer.clock()), *(entry.raw for entry in entries)])


def test_a_complaint_is_answered_durably_and_becomes_a_case(live, peer):
    entry = peer.complain()
    stated = peer.sync(over_http(live.port))
    assert stated.body.have == entry.id.hex()
    assert holds(live, peer, entry)
    until(lambda: live.centre.read(lambda c: cases.get_case(c, entry.id)))


def test_a_reply_carries_no_header_that_is_not_needed(live, peer):
    status, headers, body = request(live, body=with_head(peer, []))
    assert status == 200
    assert headers == {
        "content-type": "application/octet-stream",
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }


def test_an_idle_exchange_is_small(live, peer):
    up = with_head(peer, [])
    _, _, down = request(live, body=up)
    assert len(up) + len(down) <= 700


def test_several_exchanges_share_a_connection(live, peer):
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=10)
    connection.connect()
    sock = connection.sock
    for _ in range(3):
        connection.request("POST", "/v1/sync", with_head(peer, [peer.complain()]), OCTETS)
        assert connection.getresponse().read().startswith(MAGIC)
        assert connection.sock is sock
    connection.close()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "application/json"},
        {"content-type": "text/plain"},
        {"content-type": "multipart/form-data; boundary=x"},
    ],
)
def test_another_content_type_is_refused(live, headers):
    status, _, _ = request(live, body=MAGIC, headers=headers)
    assert status == 415


def test_parameters_of_the_content_type_do_not_matter(live, peer):
    headers = {"content-type": "Application/Octet-Stream; charset=binary"}
    assert request(live, body=with_head(peer, []), headers=headers)[0] == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_another_method_is_refused(live, method):
    assert request(live, method=method)[0] == 405


def test_without_magic_it_is_a_bad_request(live):
    assert request(live, body=b"<html>masuk</html>")[0] == 400
    assert request(live, body=b"")[0] == 400


def test_without_a_known_log_it_is_forbidden(live):
    stranger = Peer(live.centre.keys.sign_public, intake=live.centre.keys.intake_public)
    assert request(live, body=with_head(stranger, [stranger.complain()]))[0] == 403
    assert request(live, body=MAGIC)[0] == 403


def test_a_courier_gets_no_content(live, peer):
    entry = peer.complain()
    status, _, body = request(live, body=write_bundle([entry.raw]))
    assert (status, body) == (204, b"")
    assert holds(live, peer, entry)


def test_a_body_over_the_limit_is_refused_by_its_length_and_by_its_bytes(live, peer):
    body = MAGIC + b"\0" * MAX_REQUEST
    assert request(live, body=body)[0] == 413
    chunks = iter([body[at : at + 65_536] for at in range(0, len(body), 65_536)])
    assert request(live, body=chunks)[0] == 413
    assert request(live, body=with_head(peer, []))[0] == 200


def test_a_body_just_within_the_limit_is_taken(live, peer):
    bundle = with_head(peer, [])
    filler = struct.pack(">H", 65_000) + b"\xff" * 65_000
    while len(bundle) + len(filler) <= MAX_REQUEST:
        bundle += filler
    bundle += b"\xff" * (MAX_REQUEST - len(bundle))
    assert len(bundle) == MAX_REQUEST
    assert request(live, body=bundle)[0] == 200


def test_a_disk_that_refuses_is_answered_with_try_again(live, peer):
    entry = peer.complain()
    live.centre.write(lambda c: c.execute(f"pragma max_page_count = {c.execute('pragma page_count').fetchone()[0]}"))
    for _ in range(40):
        peer.complain("x" * 3_000)
    status, headers, _ = request(live, body=with_head(peer, peer.entries))
    assert (status, headers["retry-after"]) == (503, "7")
    assert not holds(live, peer, entry)
    live.centre.write(lambda c: c.execute("pragma max_page_count = 1000000"))
    assert request(live, body=with_head(peer, peer.entries))[0] == 200
    assert holds(live, peer, entry)


def test_too_many_at_once_are_asked_to_come_again(live, peer, monkeypatch):
    monkeypatch.setattr(live.centre, "settings", Settings(max_syncs=1, retry_after_s=7))
    release = threading.Event()
    thread = threading.Thread(target=live.centre.write, args=(lambda c: release.wait(10),))
    thread.start()
    first = start(live, len(with_head(peer, [])), with_head(peer, []))
    try:
        until(
            lambda: (refused := request(live, body=with_head(peer, [])))[0] == 429 and refused[1]["retry-after"] == "7"
        )
    finally:
        release.set()
        thread.join()
        assert first.recv(12) == b"HTTP/1.1 200"
        first.close()


@pytest.mark.parametrize("end", [socket.socket.close, reset], ids=["FIN", "RST"])
def test_of_a_body_that_breaks_off_the_whole_entries_are_kept(live, peer, end):
    entries = [peer.complain("A" * 40), peer.complain("B" * 40)]
    bundle = with_head(peer, entries)
    sock = start(live, len(bundle) + 999, bundle[:-1])
    if end is reset:
        until(lambda: is_read(live, sock))  # What the other side has not read yet, a reset throws away.
    end(sock)
    until(lambda: holds(live, peer, entries[0]))
    assert not holds(live, peer, entries[1])
    peer.sync(over_http(live.port))
    assert holds(live, peer, entries[1])


def test_what_came_together_with_the_end_of_the_connection_is_kept(live, peer):
    for _ in range(5):
        entry = peer.complain("A" * 40)
        bundle = with_head(peer, [entry])
        sock = start(live, len(bundle) + 1, bundle)
        sock.close()
        until(partial(holds, live, peer, entry))


def test_a_body_cut_at_any_place_does_no_harm(live, peer):
    entries = [peer.complain("A" * 40), peer.complain("B" * 40)]
    bundle = with_head(peer, entries)
    for cut in [*range(0, len(bundle), 23), len(bundle) - 1]:
        start(live, len(bundle), bundle[:cut]).close()
    until(lambda: holds(live, peer, entries[0]))
    assert not holds(live, peer, entries[1])
    peer.sync(over_http(live.port))
    assert holds(live, peer, entries[1])


def test_a_body_that_stands_still_is_kept_as_far_as_it_came_and_told_so(live, peer):
    entries = [peer.complain("A" * 40), peer.complain("B" * 40)]
    bundle = with_head(peer, entries)
    sock = start(live, len(bundle), bundle[:-5])
    answer = sock.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 408")
    assert holds(live, peer, entries[0])
    sock.close()


def test_health_is_good_while_the_disk_takes_a_write(live):
    status, _, body = request(live, "GET", "/health", headers={})
    assert status == 200
    assert set(json.loads(body)) == {"ok", "sqlite", "unfolded"}


def test_health_is_bad_when_the_disk_refuses(live):
    live.centre.write(lambda c: c.execute("pragma query_only = on"))
    try:
        assert request(live, "GET", "/health", headers={})[0] == 503
    finally:
        live.centre._writer._connection.execute("pragma query_only = off")


def test_a_form_that_does_not_come_is_not_waited_for(live):
    with socket.create_connection(("127.0.0.1", live.port), timeout=10) as sock:
        origin = "host: x\r\norigin: http://x\r\ncontent-type: application/x-www-form-urlencoded"
        sock.sendall(f"POST /masuk HTTP/1.1\r\n{origin}\r\ncontent-length: 9\r\n\r\nnama".encode())
        assert sock.recv(100).startswith(b"HTTP/1.1 408")


def test_two_requests_with_the_same_entry_at_one_time_store_it_once(live, peer):
    entry = peer.complain()
    bundle, begun, go_on = write_bundle([entry.raw]), threading.Event(), threading.Event()
    jobs = live.centre._writer._jobs

    def hold(_):
        begun.set()
        go_on.wait(10)

    with ThreadPoolExecutor(3) as pool:
        pool.submit(live.centre.write, hold)
        assert begun.wait(10)
        both = [pool.submit(receive_bundle, live.centre, bundle, via="usb") for _ in range(2)]
        until(lambda: jobs.qsize() >= 2)  # Both have found it new, and wait for the writer.
        go_on.set()
        assert sorted(received.result().stored for received in both) == [0, 1]


def test_the_control_route_wants_the_token_of_the_data_folder(live):
    for headers in ({}, {"x-kasih-token": "falsch"}, {"x-kasih-token": live.token + "x"}):
        assert request(live, path="/_control/enrol", body=b"{}", headers=headers)[0] == 404


@pytest.mark.parametrize("client", ["203.0.113.7", "2001:db8::7", "unknown", "_hidden"])
def test_the_control_route_is_not_there_for_another_machine_even_with_the_token(live, client):
    for token in ({}, {"x-kasih-token": live.token}):
        headers = {"x-forwarded-for": client} | token
        answer = request(live, path="/_control/enrol", body=b'{"unit": "DINKES"}', headers=headers)
        assert (answer[0], json.loads(answer[2])["code"]) == (404, "not-found")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/_control/enrol", b'{"unit": "DINKES"}', 200),
        ("/_control/enrol", b'{"unit": "TIDAK-ADA"}', 409),
        ("/_control/enrol", b"[]", 400),
        ("/_control/enrol", b"{", 400),
        ("/_control/enrol", b"{}", 400),
        ("/_control/tidak-ada", b"{}", 404),
    ],
)
def test_the_control_route_carries_out_what_it_knows(live, path, body, status):
    assert request(live, path=path, body=body, headers={"x-kasih-token": live.token})[0] == status


def test_a_question_is_answered_at_its_own_address(live, peer):
    entry = peer.complain(pin="123456")
    peer.sync(over_http(live.port))
    until(lambda: live.centre.read(lambda c: cases.get_case(c, entry.id)))
    body = Query(number=number_of(entry.id), pin="123456", nonce="0" * 32).encode()
    question = write_bundle([peer.write(Kind.QUERY, body, seq=0, prev=bytes(32)).raw])
    status, _, data = request(live, path="/v1/status", body=question)
    assert status == 200
    (answer,) = read_bundle(data)[0]
    assert peer.body(answer).status == "BELUM_VERIFIKASI"


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"method": "GET"}, 405),
        ({"headers": {"content-type": "application/json"}}, 415),
        ({"body": b"x" * 4_097}, 413),
        ({"body": b"<html>"}, 400),
        ({"body": MAGIC}, 403),
    ],
)
def test_what_is_no_question_is_refused(live, options, status):
    assert request(live, path="/v1/status", **options)[0] == status
