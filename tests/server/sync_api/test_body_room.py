"""What is held of all bodies together stays within its limit, over real HTTP, and what was held is given back."""

import asyncio
import os
import shutil
import socket
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from server.actions.issue_code import issue_code
from server.store.centre import open_centre
from server.sync_api.body_room import FREE, BodyRoom
from server.sync_api.sync import SyncApi
from sync_protocol.bundle import MAGIC
from tests.peers import Peer, over_http
from tests.server.conftest import UNIT, serving, until
from tests.server.sync_api.test_sync import holds, is_read, request, reset, start, with_head

MIB = 1_048_576
HELD = MAGIC + b"\xff" * (MIB - 48_000)
FRAMES = (b"\xfd\xe8" + b"\xff" * 65_000) * 2
"""Frames that are no entries: 130 kB."""


@pytest.fixture(scope="module")
def live(founded, tmp_path_factory):
    """A centre with room for one whole body."""
    data = shutil.copytree(founded, tmp_path_factory.mktemp("room") / "centre")
    opened = open_centre(data, flags={"max_bodies_mb": 1, "retry_after_s": 7, "body_idle_s": 30})
    try:
        with serving(opened) as live:
            yield live
    finally:
        opened.close()


@pytest.fixture
def peer(live):
    device = Peer(
        live.centre.keys.sign_public, code=issue_code(live.centre, UNIT, actor="test"), clock=live.centre.clock
    )
    device.sync(over_http(live.port))
    return device


def fill(live):
    """A stranger's request that has filled nearly all the room, and sends no more."""
    for _ in range(10):
        sock = start(live, len(HELD) + 1, HELD)
        until(partial(is_read, live, sock))
        if request(live, body=MAGIC + FRAMES)[0] == 429:
            return sock
        sock.close()  # It had not been read to its end when the question came, and was cut itself.
    raise AssertionError("the room is never full")


@pytest.fixture
def hog(live):
    sock = fill(live)
    yield sock
    sock.close()
    until(lambda: request(live, body=MAGIC + FRAMES)[0] == 403)


def test_a_stranger_is_told_to_come_again(live, hog):
    status, headers, _ = request(live, body=MAGIC + FRAMES)
    assert (status, headers["retry-after"], headers["connection"]) == (429, "7", "close")


def test_of_a_device_the_beginning_is_kept_and_the_rest_counts_as_cut(live, peer, hog):
    entry = peer.complain()
    assert request(live, body=with_head(peer, [entry]) + FRAMES)[0] == 408
    assert holds(live, peer, entry)


def test_a_device_delivers_all_that_it_has_by_and_by(live, peer, hog):
    entries = [peer.complain(os.urandom(1_900).hex()) for _ in range(30)]
    assert len(with_head(peer, entries)) > 3 * FREE
    while not holds(live, peer, entries[-1]):
        before = sum(holds(live, peer, entry) for entry in entries)
        rest = [entry for entry in entries if not holds(live, peer, entry)]
        assert request(live, body=with_head(peer, rest))[0] in {200, 408}
        assert sum(holds(live, peer, entry) for entry in entries) > before


@pytest.mark.parametrize("end", [socket.socket.close, reset], ids=["FIN", "RST"])
def test_what_was_held_is_given_back_when_the_line_goes(live, end):
    for _ in range(3):
        end(fill(live))
        until(lambda: request(live, body=MAGIC + FRAMES)[0] == 403)


def test_whole_bodies_give_back_what_they_held_whatever_the_answer(live, peer):
    for _ in range(5):
        assert request(live, body=with_head(peer, []) + FRAMES * 5)[0] == 200
        assert request(live, body=MAGIC + FRAMES * 5)[0] == 403
        assert request(live, body=b"<html>" + FRAMES * 5)[0] == 400
        assert request(live, body=MAGIC + FRAMES * 8)[0] == 403
        assert request(live, body=MAGIC + FRAMES * 9)[0] == 413


def test_the_room_counts_what_goes_beyond_the_free_beginnings():
    room = BodyRoom(100)
    with room.share() as one, room.share() as two:
        assert (one.take(FREE), room.left) == (FREE, 100)
        assert (one.take(60), room.left) == (60, 40)
        assert (two.take(FREE + 50), room.left) == (FREE + 40, 0)
        assert one.take(1) == 0
    assert room.left == 100


@pytest.mark.parametrize(("who", "status"), [("device", 200), ("stranger", 403), ("nonsense", 400)])
def test_while_the_answer_is_sent_nothing_holds_the_body(live, peer, who, status):
    start = {"device": with_head(peer, []), "stranger": MAGIC, "nonsense": b"?"}[who]
    pieces = [start + FRAMES, FRAMES * 2]
    statuses: list[int | None] = []

    async def receive():
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message):
        # Who reads slowly lets the loop go on; the thread that worked lets go of what it had in its own time.
        await asyncio.to_thread(until, lambda: tracemalloc.get_traced_memory()[0] < whole / 2)
        statuses.append(message.get("status"))

    api = SyncApi(live.centre)
    scope: Any = {"type": "http", "method": "POST", "headers": [(b"content-type", b"application/octet-stream")]}
    whole = sum(map(len, pieces))
    tracemalloc.start()
    try:
        with ThreadPoolExecutor(1) as own:  # A browser's tests may have left a loop in this thread.
            own.submit(asyncio.run, api.handle(scope, receive, send)).result()
    finally:
        tracemalloc.stop()
        api.close()
    assert statuses == [status, None]
