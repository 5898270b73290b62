"""Bundles: entries in a row of bytes, as an HTTP body or a file (section 2)."""

import struct
from collections.abc import Iterable

from sync_protocol.entry import Entry, parse_entry
from sync_protocol.errors import EntryError, NotABundleError

MAGIC = b"KASIH1\r\n"
MAX_REQUEST = 1_048_576
"""Bytes of a request to the server, at most."""

_LENGTH = struct.Struct(">H")
LENGTH_SIZE = _LENGTH.size


def frame(raw: bytes) -> bytes:
    """One entry as it stands in a bundle, after its length."""
    return _LENGTH.pack(len(raw)) + raw


def write_bundle(entries: Iterable[bytes]) -> bytes:
    """Put entries (their bytes) in a row."""
    return MAGIC + b"".join(map(frame, entries))


class BundleReader:
    """Reads a bundle piece by piece, however it is cut; keeps at most one incomplete frame.

    Feed it all bytes, then look at `malformed` (frames skipped) and `rest` (bytes of an incomplete last frame).
    """

    def __init__(self) -> None:
        self.malformed = 0
        self._buffer = b""
        self._started = False

    @property
    def rest(self) -> int:
        """Bytes of an incomplete last frame, or of an incomplete magic."""
        return len(self._buffer)

    @property
    def started(self) -> bool:
        """Whether the whole magic has been read."""
        return self._started

    def feed(self, data: bytes) -> list[Entry]:
        """Give each complete entry whose envelope is well formed; skip and count the others.

        Raises:
            NotABundleError: the first bytes are not the magic.
        """
        buffer = self._buffer + data
        at = 0
        if not self._started:
            if buffer[: len(MAGIC)] != MAGIC[: len(buffer)]:
                raise NotABundleError("no bundle: the first bytes are not KASIH1")
            if len(buffer) < len(MAGIC):
                self._buffer = buffer
                return []
            self._started = True
            at = len(MAGIC)
        entries: list[Entry] = []
        while at + LENGTH_SIZE <= len(buffer):
            (length,) = _LENGTH.unpack_from(buffer, at)
            end = at + LENGTH_SIZE + length
            if end > len(buffer):
                break
            try:
                entries.append(parse_entry(buffer[at + LENGTH_SIZE : end]))
            except EntryError:
                self.malformed += 1
            at = end
        self._buffer = buffer[at:]
        return entries


def read_bundle(data: bytes) -> tuple[list[Entry], BundleReader]:
    """Read a whole bundle: its well-formed entries, and the reader with its counts.

    Raises:
        NotABundleError: the first bytes are not the magic, or it is cut.
    """
    reader = BundleReader()
    entries = reader.feed(data)
    if not reader.started:
        raise NotABundleError("no bundle: shorter than its magic")
    return entries, reader
