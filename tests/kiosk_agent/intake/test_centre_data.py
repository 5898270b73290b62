"""What the centre told, asked from several threads at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from kiosk_agent.control import Control
from kiosk_agent.intake.centre import CentreData


class Telling:
    """The store, which tells when somebody is about to read from it."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.generation = store.generation
        self.asked = Event()

    def in_force(self, kind: int) -> Any:
        self.asked.set()
        return self._store.in_force(kind)


def test_who_holds_the_disk_and_who_loads_do_not_wait_for_each_other(control: Control) -> None:
    """A modem asks for the keys inside its transaction while a page is loading them."""
    store: Any = Telling(control.kiosk.store)
    data = CentreData(store)
    with ThreadPoolExecutor(1) as pool:
        with control.kiosk.store.disk.writing():
            page = pool.submit(lambda: data.master)
            assert store.asked.wait(20)  # From here on it waits for the disk.
            assert data.keys is not None
        assert page.result(timeout=20) is not None
