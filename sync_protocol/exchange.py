"""What both ends of an exchange share: positions, budgets, and how wanted entries are gathered (sections 4 and 5)."""

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

from sync_protocol.bundle import LENGTH_SIZE

MAX_ANCESTORS: Final = 200


class Position(Struct, frozen=True, gc=False):
    """Where a log stands: the seq and the id of an entry of it."""

    seq: int
    id: bytes


class Held(Struct, frozen=True, gc=False):
    """An entry as its holder knows it. The bytes are None where they have rotted (their digest does not fit)."""

    seq: int
    id: bytes
    prev: bytes
    raw: bytes | None


class Parcel:
    """Entries chosen for one bundle, each once, within a budget of bytes that the first entry alone may exceed."""

    def __init__(self, budget: int) -> None:
        self.entries: list[bytes] = []
        self.rotted: list[Held] = []
        """Entries that should have gone along but cannot be read any more."""
        self.cut = False
        """Whether something did not fit."""
        self._left = budget
        self._seen: set[bytes] = set()

    def add(self, held: Held) -> bool:
        """Take an entry along. False where it did not fit: then nothing after it fits either."""
        if self.cut or held.id in self._seen:
            return not self.cut
        if held.raw is None:
            self.rotted.append(held)
            self._seen.add(held.id)
            return True
        size = LENGTH_SIZE + len(held.raw)
        if self._left <= 0 or (size > self._left and self.entries):
            self.cut = True
            return False
        self._left -= size
        self.entries.append(held.raw)
        self._seen.add(held.id)
        return True

    def add_all(self, entries: Iterable[Held]) -> None:
        """Take entries along while they fit."""
        for held in entries:
            if not self.add(held):
                return


def add_wanted(
    parcel: Parcel, wanted: Iterable[bytes], find: Callable[[bytes], Held | None], root: bytes | None
) -> None:
    """Take along each wanted entry that is held, and up to 200 ancestors of it down to the wanter's root.

    The wanted entry goes first and its ancestors after it: were it the other way round, a link or a budget
    that always cuts at the same place would send the same ancestors for ever.
    A rotted entry ends its walk; the LOST that follows lets the wanter ask for what lies before it.
    """
    for wanted_id in wanted:
        held = find(wanted_id)
        for _ in range(MAX_ANCESTORS + 1):
            if held is None or held.id == root or not parcel.add(held) or held.raw is None:
                break
            held = find(held.prev)
