"""Reading octets one field after another, so that an error can name the field and where it stands."""

from firmware_bridge.errors import PduError


class Octets:
    """The octets of one PDU and how far they have been read."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0
        """How many octets have been read, counted from the start of the PDU."""

    @property
    def left(self) -> int:
        """How many octets have not been read yet."""
        return len(self._data) - self.at

    @property
    def is_at_filler(self) -> bool:
        """Whether nothing follows but what a SIM fills its records up with (3GPP TS 31.102 section 4.2.25)."""
        return not self._data[self.at :].strip(b"\xff")

    def octet(self, field: str) -> int:
        """The next octet, which belongs to `field`.

        Raises:
            PduError: The PDU ends before it.
        """
        return self.take(1, field)[0]

    def take(self, count: int, field: str) -> bytes:
        """The next `count` octets, which belong to `field`.

        Raises:
            PduError: The PDU ends before them.
        """
        if count > self.left:
            raise PduError(f"{field}: PDU terpotong; perlu {count} oktet mulai oktet {self.at}, ada {self.left}")
        return self.take_at_most(count)

    def take_at_most(self, count: int) -> bytes:
        """The next `count` octets, or all that are left where these are fewer."""
        taken = self._data[self.at : self.at + count]
        self.at += len(taken)
        return taken
