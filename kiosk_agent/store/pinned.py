"""The server that this kiosk believes: its log for this kiosk, and the sign keys that followed one another."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

Hex32 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class PinnedKey(Struct, frozen=True):
    """A sign key of the server, and from which entry of its log on it signs."""

    sign: Hex32
    since_seq: int = 0


class Pinned(Struct, frozen=True):
    """Whom to believe. The log keeps the name that follows from the first key, whatever keys come after it."""

    log: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    keys: list[PinnedKey]
    """The first is the one that the enrolment code named; each later one was announced under the one before."""

    def encode(self) -> bytes:
        """As it is stored."""
        return msgspec.json.encode(self)

    @property
    def log_id(self) -> bytes:
        """The 16 bytes of the log's name."""
        return bytes.fromhex(self.log)


def decode_pinned(data: bytes) -> Pinned:
    """Read what `encode` wrote."""
    return msgspec.json.decode(data, type=Pinned)
