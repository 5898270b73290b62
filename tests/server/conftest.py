"""A real centre in a folder of its own, founded once and copied for each test, with a clock that the test moves."""

import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec import Struct

from server.actions.fold_entries import fold
from server.actions.found_centre import found_centre
from server.actions.issue_code import issue_code
from server.actions.receive_bundle import receive_bundle
from server.app import make_app
from server.http_server import HttpServer, listen
from server.store.centre import Centre, open_centre
from tests.peers import START_MS, Peer, RefusedError, Send

UNIT = "KEL-53.71.01.1001"


class Ticker:
    """The centre's clock: stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START_MS

    def __call__(self) -> int:
        return self.now

    def pass_(self, milliseconds: int) -> None:
        self.now += milliseconds


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new centre's folder; founding takes some 200 ms for its password hashes."""
    data = tmp_path_factory.mktemp("founded") / "centre"
    found_centre(data, clock=lambda: START_MS - 86_400_000)
    return data


@pytest.fixture
def data(founded: Path, tmp_path: Path) -> Path:
    """A centre's folder for this test alone."""
    return Path(shutil.copytree(founded, tmp_path / "centre"))


@pytest.fixture
def clock() -> Ticker:
    return Ticker()


@pytest.fixture
def centre(data: Path, clock: Ticker) -> Iterator[Centre]:
    """An opened centre without threads: what a test does not ask for does not happen."""
    opened = open_centre(data, clock=clock, threads=False)
    yield opened
    opened.close()


@pytest.fixture
def send(centre: Centre) -> Send:
    """Carries bundles to the centre as the sync API does."""
    return sender(centre)


@pytest.fixture
def enrol(centre: Centre, clock: Ticker, send: Send) -> Callable[..., Peer]:
    """Enrols devices."""

    def enrol_one(unit: str = UNIT, **options: object) -> Peer:
        return enrolled(centre, unit=unit, clock=clock, **options)

    return enrol_one


class Live(Struct):
    """A centre that serves on a port, in this process."""

    centre: Centre
    port: int
    token: str
    in_work: Collection[object]
    """Requests that are not answered or given up yet."""


@contextmanager
def serving(centre: Centre) -> Iterator[Live]:
    """Serve a centre over real HTTP on a free port, until the block ends."""
    listener = listen("127.0.0.1", 0)
    server = HttpServer(make_app(centre, "token-uji"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Live(centre, listener.getsockname()[1], "token-uji", server.server_state.tasks)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture(scope="module")
def live(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A centre with its threads, its real clock and its HTTP server: one for all tests of a module."""
    data = Path(shutil.copytree(founded, tmp_path_factory.mktemp("live") / "centre"))
    opened = open_centre(data, flags={"body_idle_s": 0.5, "retry_after_s": 7})
    try:
        with serving(opened) as live:
            yield live
    finally:
        opened.close()


def until(question: Callable[[], object], *, within_s: float = 10) -> None:
    """Wait until something holds, or fail."""
    deadline = time.monotonic() + within_s
    while not question():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.005)


def sender(centre: Centre) -> Send:
    """Carry bundles to an opened centre, and fold after each."""

    def send(bundle: bytes) -> bytes:
        received = receive_bundle(centre, bundle, via="http")
        fold(centre)
        if not received.known_log or received.reply is None:
            raise RefusedError(204 if received.known_log else 403)
        return received.reply

    return send


def enrolled(centre: Centre, *, unit: str = UNIT, **options: object) -> Peer:
    """A device that has been let in and holds the centre's keys."""
    peer = Peer(centre.keys.sign_public, code=issue_code(centre, unit, actor="test"), **options)  # type: ignore[arg-type]
    peer.sync(sender(centre))
    return peer
