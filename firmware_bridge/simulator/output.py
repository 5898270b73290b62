"""What waits to go out of the modem, in the pieces and at the times in which it goes."""

from collections import deque

MAX_OUTPUT = 1_048_576
CHUNK_GAP_S = 0.0005


class Output:
    """Bytes with their times; what nobody reads is dropped beyond a bound."""

    def __init__(self, chunk_octets: int) -> None:
        self._chunk = chunk_octets
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._size = 0
        self._last_at = 0.0
        self.connected = False

    def write(self, data: bytes, at: float) -> None:
        if not self.connected or not data or self._size + len(data) > MAX_OUTPUT:
            return
        self._size += len(data)
        at = max(at, self._last_at)
        step = self._chunk or len(data)
        for start in range(0, len(data), step):
            self._waiting.append((at, data[start : start + step]))
            self._last_at = at
            at += CHUNK_GAP_S

    def take(self, now: float) -> bytes:
        """The next piece that is due; empty where none is."""
        if not self._waiting or self._waiting[0][0] > now:
            return b""
        data = self._waiting.popleft()[1]
        self._size -= len(data)
        return data

    def next_at(self) -> float | None:
        return self._waiting[0][0] if self._waiting else None

    def clear(self) -> None:
        self._waiting.clear()
        self._size = 0

    def disconnect(self) -> None:
        self.connected = False
        self.clear()
