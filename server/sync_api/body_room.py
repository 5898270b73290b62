"""How much of all bodies together is held in memory: whoever sends them, the centre stays within it."""

from typing import Final, Self

FREE: Final = 16_384
"""The first bytes of a body are always taken: a HEAD and some entries get through, however full it is."""


class BodyRoom:
    """The room that all requests share; used on the event loop alone."""

    def __init__(self, size: int) -> None:
        """Give room for so many bytes beyond those that are free."""
        self._left = size

    @property
    def left(self) -> int:
        """Bytes that are not taken."""
        return self._left

    def share(self) -> "Share":
        """What one request takes; it is given back when its block ends, however it ends."""
        return Share(self)

    def take(self, wanted: int) -> int:
        """Take as many of the wanted bytes as there are."""
        taken = min(wanted, self._left)
        self._left -= taken
        return taken

    def give_back(self, taken: int) -> None:
        """These bytes are no longer held."""
        self._left += taken


class Share:
    """What one request holds of the room."""

    def __init__(self, room: BodyRoom) -> None:
        self._room = room
        self._free = FREE
        self._taken = 0

    def take(self, wanted: int) -> int:
        """Take room for the next bytes of the body; give how many of them may be kept."""
        free = min(wanted, self._free)
        self._free -= free
        taken = self._room.take(wanted - free)
        self._taken += taken
        return free + taken

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._room.give_back(self._taken)
        self._taken = 0
