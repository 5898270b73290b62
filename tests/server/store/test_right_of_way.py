"""Receipts go before the fold, but never for ever."""

import threading
import time

import pytest

from server.actions.fold_entries import fold
from server.actions.receive_bundle import receive_bundle
from server.store.cases import count_cases
from server.store.centre import Centre
from server.store.right_of_way import RightOfWay
from tests.server.conftest import enrolled


def test_nobody_waits_where_nobody_holds_it() -> None:
    assert RightOfWay().give(5) == 5


def test_who_gives_it_goes_on_when_the_last_holder_is_done() -> None:
    way, first_out, second_out, done = RightOfWay(), threading.Event(), threading.Event(), threading.Event()
    entered = threading.Barrier(3)

    def hold(until: threading.Event) -> None:
        with way.held():
            entered.wait(5)
            until.wait(5)

    def give() -> None:
        assert way.give(60) > 0
        done.set()

    threads = [threading.Thread(target=hold, args=(until,)) for until in (first_out, second_out)]
    for thread in threads:
        thread.start()
    entered.wait(5)
    threads.append(threading.Thread(target=give))
    threads[-1].start()
    first_out.set()
    threads[0].join(5)
    assert not done.is_set()
    second_out.set()
    assert done.wait(5)
    for thread in threads:
        thread.join(5)


def test_patience_ends() -> None:
    way = RightOfWay()
    with way.held():
        started = time.monotonic()
        left = way.give(0.02)
        assert left <= 0.001
        assert way.give(left) <= 0.001
        assert time.monotonic() - started < 5


def test_a_holder_that_fails_lets_go() -> None:
    way = RightOfWay()
    with pytest.raises(ValueError, match="x"), way.held():
        int("x")
    assert way.give(5) == 5


def test_the_fold_comes_to_its_end_however_busy_the_centre_is(centre: Centre) -> None:
    peer = enrolled(centre)
    for _ in range(3):
        peer.complain()
    with centre.way.held():
        peer.sync(lambda bundle: _receive(centre, bundle))
        fold(centre)
    assert centre.read(count_cases) == 3


def _receive(centre: Centre, bundle: bytes) -> bytes:
    reply = receive_bundle(centre, bundle, via="http").reply
    assert reply is not None
    return reply
