"""How many complaints lie where, as the programs themselves say."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec
from msgspec import Struct

from server.demo.errors import DemoError
from server.errors import StorageError
from server.store.cases import count_cases
from server.store.centre import DATABASE, Reader

_FRESH_S: Final = 1.0
"""Asking the kiosk starts a process, so several viewers share one answer."""


class KioskFacts(Struct):
    """What of `kasih-kiosk status --json` the demo shows."""

    filed: int
    queue: int
    unit_name: str = ""


class Now(Struct):
    """What the page shows; None where a program does not answer."""

    filed: int | None
    waiting: int | None
    arrived: int | None
    up: bool
    is_first: bool
    """Whether the password is still the first one."""


class Counts:
    """Counts on demand.

    Args:
        ask_kiosk: gives the kiosk's status as JSON.
    """

    def __init__(self, centre: Path, ask_kiosk: Callable[[], str]) -> None:
        self._database = centre / DATABASE
        self._ask_kiosk = ask_kiosk
        self._lock = Lock()
        self._kiosk: KioskFacts | None = None
        self._asked_at_s = float("-inf")

    def now(self, *, up: bool, is_first: bool) -> Now:
        """The counts as they are."""
        with self._lock:
            if time.monotonic() - self._asked_at_s > _FRESH_S:
                self._kiosk = self._ask()
                self._asked_at_s = time.monotonic()
            kiosk = self._kiosk
        return Now(
            filed=kiosk.filed if kiosk else None,
            waiting=kiosk.queue if kiosk else None,
            arrived=self._arrived(),
            up=up,
            is_first=is_first,
        )

    def _ask(self) -> KioskFacts | None:
        try:
            return msgspec.json.decode(self._ask_kiosk(), type=KioskFacts)
        except DemoError:
            return None

    def _arrived(self) -> int | None:
        # Each question comes on a thread of its own, and a reader keeps a connection for each thread.
        reader = Reader(self._database)
        try:
            return reader.read(count_cases)
        except StorageError:
            return None
        finally:
            reader.close()
