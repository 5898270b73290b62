"""Which thread goes first where two cannot run at once: while Python opens a sealed body, it does nothing else."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class RightOfWay:
    """Work that somebody waits for holds it; work that can wait gives it, but not for ever."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._free = threading.Event()
        self._free.set()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Go first, together with others who hold it."""
        with self._lock:
            self._holders += 1
            self._free.clear()
        try:
            yield
        finally:
            with self._lock:
                self._holders -= 1
                if not self._holders:
                    self._free.set()

    def give(self, patience_s: float) -> float:
        """Wait until nobody holds it, or until the patience is used up; give what is left of the patience."""
        if patience_s <= 0 or self._free.is_set():
            return patience_s
        started = time.monotonic()
        self._free.wait(patience_s)
        return patience_s - (time.monotonic() - started)
