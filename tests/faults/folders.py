"""A centre and a kiosk that it knows, founded in this process without a network."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kiosk_agent.errors import AlreadyEnrolledError
from kiosk_agent.kiosk import Kiosk, make_kiosk, open_kiosk
from kiosk_agent.sync.engine import Engine
from kiosk_agent.sync.enrol import prepare
from server.actions.found_centre import found_centre
from server.actions.receive_bundle import receive_bundle
from server.errors import NotACentreError
from server.store.centre import Centre, open_centre

UNIT = "KEL-53.71.01.1001"


class Direct:
    """A transport that hands a kiosk's bundles to a centre in the same process."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    def send(self, bundle: bytes) -> bytes:
        reply = receive_bundle(self._centre, bundle, via="http").reply
        assert reply is not None
        return reply

    def close(self) -> None:
        """Nothing is open."""


@contextmanager
def centre_at(folder: Path) -> Iterator[Centre]:
    """Open a centre, found it first where there is none, and close it again."""
    try:
        centre = open_centre(folder, threads=False)
    except NotACentreError:
        found_centre(folder)
        centre = open_centre(folder, threads=False)
    try:
        yield centre
    finally:
        centre.close()


@contextmanager
def kiosk_at(folder: Path, keys: Path) -> Iterator[Kiosk]:
    """Open a kiosk whose storage key lies in another folder, and close it again."""
    os.environ["KASIH_KEY_DIR"] = str(keys)
    kiosk = open_kiosk(folder, wait_s=0)
    try:
        yield kiosk
    finally:
        kiosk.close()


def enrol(folder: Path, keys: Path, centre: Centre, code: str) -> None:
    """Make a folder a kiosk's of this centre; once more does no harm, also with another code."""
    os.environ["KASIH_KEY_DIR"] = str(keys)
    kiosk = make_kiosk(folder)
    try:
        with suppress(AlreadyEnrolledError):  # It was active already when the power went.
            prepare(kiosk.store, code, "http://127.0.0.1:1")
        exchange(kiosk, centre)
        assert kiosk.centre.is_ready
    finally:
        kiosk.close()


def exchange(kiosk: Kiosk, centre: Centre) -> None:
    """Sync until nothing is left to send or fetch."""
    outcome = Engine(kiosk.store, kiosk.clock).run(Direct(centre))
    assert outcome.error is None
    assert outcome.pending == 0
