"""Answers that are no receipt: captive portals, proxies, other centres, old replies, replies that never end.

Nothing is ever marked received without a HEAD that the pinned key signed, and all goes on when the fault is over.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from kiosk_agent.errors import LinkCutError, NoProgressError, RefusedError, StrangeReplyError
from kiosk_agent.settings import Settings
from kiosk_agent.store import facts
from kiosk_agent.sync.http_transport import HttpTransport
from server.actions.issue_code import issue_code
from server.actions.receive_bundle import receive_bundle
from server.store.centre import Centre
from sync_protocol.bodies import Key
from sync_protocol.bundle import LENGTH_SIZE, MAGIC, read_bundle, write_bundle
from sync_protocol.entry import NO_PREV, write_entry
from sync_protocol.keys import read_code
from sync_protocol.kinds import Kind
from tests.faults.folders import UNIT, centre_at
from tests.faults.middlebox import (
    ENDLESS,
    LOGIN,
    Middlebox,
    Request,
    ask,
    compresses,
    pour,
    redirects,
    resets,
    says,
)
from tests.faults.power import memory_folder
from tests.faults.town import Town, found, town_at
from tests.kiosk_agent.server_peer import Handle, respond
from tests.peers import Peer
from tests.server.conftest import sender

IMPATIENT = Settings(connect_timeout_s=5, stall_timeout_s=1, exchange_timeout_s=0.4)
KEPT = (facts.STATED, facts.STATE, facts.CONTACT_AT, facts.OFFSET, facts.LAST_REPLY, facts.PIN)
"""What only a receipt may change."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Town]:
    """A town for all these tests: each of them leaves it in order."""
    with memory_folder() as folder, town_at(found(folder / "template"), folder) as town:
        yield town


@pytest.fixture
def town(shared: Town) -> Town:
    assert shared.sync().error is None
    return shared


@pytest.fixture
def box(town: Town) -> Iterator[Middlebox]:
    box = Middlebox(town.port)
    yield box
    box.close()


@pytest.fixture
def way(box: Middlebox) -> Iterator[HttpTransport]:
    way = HttpTransport(box.url, IMPATIENT)
    yield way
    way.close()


def remembered(town: Town) -> list[bytes | None]:
    return [town.kiosk.store.fact(name) for name in KEPT]


def try_fault(town: Town, box: Middlebox, way: HttpTransport, handle: Handle, error: type[Exception]) -> None:
    """File something, sync into the fault, look at what the kiosk believes, end the fault, look again."""
    ids = [town.file() for _ in range(2)]
    before = remembered(town)
    box.handle = handle
    outcome = town.sync(way)
    assert type(outcome.error) is error
    assert (outcome.accepted, outcome.received, outcome.pending) == (0, 0, 2)
    assert town.received(ids) == set()
    assert remembered(town) == before
    assert town.kiosk.status().queue == 2
    assert town.kiosk.status().last_error == str(outcome.error)
    box.handle = box.forward
    assert town.sync(way).error is None
    assert town.received(ids) == town.held(ids) == set(ids)
    town.judge()


ANSWERS: dict[str, tuple[Handle, type[Exception]]] = {
    "a portal's page": (says(200), StrangeReplyError),
    "a portal's page as octets": (says(200, Content_Type="application/octet-stream"), StrangeReplyError),
    "a portal's page behind our magic": (says(200, MAGIC + LOGIN), StrangeReplyError),
    "a large page": (says(200, LOGIN * 1_000), StrangeReplyError),
    "nothing": (says(200, b""), StrangeReplyError),
    "magic alone": (says(200, MAGIC), StrangeReplyError),
    "an echo, compressed": (compresses, StrangeReplyError),
    "a redirect": (redirects, RefusedError),
    "moved for good": (says(301, Location="http://127.0.0.1:9/"), RefusedError),
    "no content": (says(204, b""), RefusedError),
    "a server that is broken": (says(500), RefusedError),
    "a gateway without its server": (says(502), RefusedError),
    "a server that is busy": (says(503), RefusedError),
    "a server that says when to come again": (says(503, Retry_After="120"), RefusedError),
    "a proxy that wants a password": (says(407), RefusedError),
    "a firewall's page": (says(403), RefusedError),
    "not found": (says(404), RefusedError),
    "too large, whatever comes": (says(413), RefusedError),
    "a hang-up": (resets, LinkCutError),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_no_other_answer_is_a_receipt(town: Town, box: Middlebox, way: HttpTransport, name: str) -> None:
    try_fault(town, box, way, *ANSWERS[name])


@pytest.mark.parametrize("name", ENDLESS)
def test_an_answer_without_end_is_left_in_time(town: Town, box: Middlebox, way: HttpTransport, name: str) -> None:
    started = time.monotonic()
    try_fault(town, box, way, ENDLESS[name], LinkCutError)
    assert time.monotonic() - started < 10


def test_a_reply_that_drips_is_left_at_the_deadline_although_each_byte_came_in_time(
    town: Town, box: Middlebox, way: HttpTransport
) -> None:
    started = time.monotonic()
    try_fault(town, box, way, box.dripped(0.01), LinkCutError)
    assert time.monotonic() - started < 10


def test_the_centre_s_reply_with_any_byte_of_its_head_changed_is_none(
    town: Town, box: Middlebox, way: HttpTransport
) -> None:
    random = Random(1)
    for _ in range(12):

        def flip(reply: bytes) -> bytes:
            at = random.randrange(len(MAGIC), len(MAGIC) + LENGTH_SIZE + int.from_bytes(reply[8:10]))
            return reply[:at] + bytes([reply[at] ^ 1 << random.randrange(8)]) + reply[at + 1 :]

        try_fault(town, box, way, box.changed(flip), StrangeReplyError)


@pytest.mark.parametrize("part", ["cut in its head", "without its head"])
def test_a_part_of_the_centre_s_reply_is_none(town: Town, box: Middlebox, way: HttpTransport, part: str) -> None:
    town.say()

    def change(reply: bytes) -> bytes:
        head, *others = read_bundle(reply)[0]
        return reply[: len(head.raw)] if part == "cut in its head" else write_bundle(entry.raw for entry in others)

    try_fault(town, box, way, box.changed(change), StrangeReplyError)


def let_in(centre: Centre, town: Town) -> None:
    """Enter the town's kiosk at a centre that it does not believe."""
    keys = town.kiosk.store.device
    mac = read_code(issue_code(centre, UNIT, actor="test")).mac(keys.sign_public, keys.seal_public)
    body = Key(sign=keys.sign_public.hex(), seal=keys.seal_public.hex(), name="", mac=mac.hex())
    entry = write_entry(
        kind=Kind.KEY, time_ms=0, seq=1, log=keys.log, prev=NO_PREV, body=body.encode(), signer=keys.sign
    )
    assert receive_bundle(centre, write_bundle([entry.raw]), via="http").stored == 1


def test_another_centre_s_valid_reply_is_none(town: Town, box: Middlebox, way: HttpTransport, tmp_path: Path) -> None:
    with centre_at(tmp_path / "other") as other:
        let_in(other, town)

        def answer(request: Request, body: bytes) -> None:
            reply = receive_bundle(other, body, via="http").reply
            assert reply is not None, "the other centre takes it"
            respond(request, 200, reply)

        try_fault(town, box, way, answer, StrangeReplyError)


def test_the_centre_s_reply_to_another_kiosk_is_none(town: Town, box: Middlebox, way: HttpTransport) -> None:
    neighbour = Peer(town.centre.keys.sign_public, code=issue_code(town.centre, UNIT, actor="test"))
    neighbour.sync(sender(town.centre))
    reply = receive_bundle(town.centre, neighbour.everything(), via="http").reply
    assert reply is not None
    try_fault(town, box, way, says(200, reply), StrangeReplyError)


def test_an_old_reply_proves_no_more_than_it_did_then(town: Town, box: Middlebox, way: HttpTransport) -> None:
    old_ids = [town.file() for _ in range(3)]
    assert town.sync(way).error is None
    old = box.last_reply
    assert town.received(old_ids) == set(old_ids)
    for _ in range(3):
        ids = [town.file() for _ in range(2)]
        box.handle = says(200, old)
        outcome = town.sync(way)
        assert type(outcome.error) is NoProgressError
        assert outcome.accepted == 0
        assert town.received(ids) == set()
        assert town.kiosk.status().queue >= 2
        box.handle = box.forward
        assert town.sync(way).error is None
        assert town.received(old_ids + ids) == {*old_ids, *ids}
    town.judge()


def test_a_reply_without_its_length_counts_as_far_as_its_head_is_whole(
    town: Town, box: Middlebox, way: HttpTransport
) -> None:
    """A proxy may send on what it got before its own line died, and close."""
    counted = []
    for share in range(11):
        ids = [town.file() for _ in range(2)]
        town.say()

        def cut(request: Request, body: bytes, share: int = share) -> None:
            reply = ask(town.port, body)[1]
            pour(request, b"HTTP/1.1 200 OK\r\n\r\n", [reply[: len(reply) * share // 10]], 0)

        box.handle = cut
        counted.append(town.sync(way).accepted)
        assert len(town.received(ids)) == counted[-1]
        box.handle = box.forward
        assert town.sync(way).error is None
        assert town.received(ids) == set(ids)
    assert set(counted) == {0, 2}
    assert counted == sorted(counted), "the more came, the more it proves"
    town.judge()
