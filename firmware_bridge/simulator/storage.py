"""Where messages lie: the SIM's slots, the modem's own memory, and the status reports."""

from enum import IntEnum

from msgspec import Struct


class Stat(IntEnum):
    """3GPP TS 27.005 section 3.1, <stat>."""

    UNREAD = 0
    READ = 1
    UNSENT = 2
    SENT = 3
    ALL = 4


class Slot(Struct):
    """One message as it lies there, SMSC octets first."""

    pdu: bytes
    stat: Stat

    @property
    def tpdu_length(self) -> int:
        """Octets without the SMSC field, as +CMGL and +CMGR count them."""
        return max(0, len(self.pdu) - 1 - self.pdu[0]) if self.pdu else 0


class Storage:
    """A fixed number of slots."""

    def __init__(self, name: str, size: int, first_index: int) -> None:
        self.name = name
        self.size = size
        self.first_index = first_index
        self.slots: dict[int, Slot] = {}

    def has_room(self) -> bool:
        return len(self.slots) < self.size

    def add(self, pdu: bytes, stat: Stat) -> int | None:
        """The slot that was taken: the lowest free one; None where there is none."""
        for index in range(self.first_index, self.first_index + self.size):
            if index not in self.slots:
                self.slots[index] = Slot(pdu, stat)
                return index
        return None

    def owner(self, index: int) -> tuple["Storage", int] | None:
        """This storage and the index, where there is such a slot."""
        return (self, index) if self.first_index <= index < self.first_index + self.size else None

    def listed(self, stat: int) -> list[tuple[int, Slot]]:
        return [(i, slot) for i, slot in sorted(self.slots.items()) if stat in {Stat.ALL, slot.stat}]


class JoinedStorage:
    """MT: what SM and ME hold together, the modem's memory behind the SIM's slots."""

    name = "MT"

    def __init__(self, parts: tuple[Storage, ...]) -> None:
        self._parts = parts
        self.size = sum(part.size for part in parts)

    def _offsets(self) -> list[tuple[Storage, int]]:
        offsets, behind = [], 0
        for part in self._parts:
            offsets.append((part, behind))
            behind += part.size
        return offsets

    @property
    def slots(self) -> dict[int, Slot]:
        return {index + offset: slot for part, offset in self._offsets() for index, slot in part.slots.items()}

    def owner(self, index: int) -> tuple[Storage, int] | None:
        """Which storage holds an index, and under which one of its own."""
        owners = (part.owner(index - offset) for part, offset in self._offsets())
        return next((owner for owner in owners if owner), None)

    def listed(self, stat: int) -> list[tuple[int, Slot]]:
        return [(i, slot) for i, slot in sorted(self.slots.items()) if stat in {Stat.ALL, slot.stat}]
