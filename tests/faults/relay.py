"""A bad line between two programs: a TCP relay that ends each connection after as many bytes as it is told."""

import select
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from msgspec import Struct

_PIECE = 65_536
_DRAIN_S = 5


class Ending(Struct, frozen=True, kw_only=True):
    """After how many bytes a connection ends; None: when one of its ends wants it."""

    up: int | None = None
    """Bytes from who called to who was called."""
    down: int | None = None
    both: int | None = None
    """Bytes in both directions together."""
    reset: bool = False
    """Whether both ends see a reset (RST), not an orderly end (FIN)."""
    at_once: bool = False
    """Whether what goes up is held back, to arrive in one piece together with the end."""


WHOLE = Ending()
DEAD = Ending(up=0, reset=True)


class Passed(Struct):
    """What went through a connection."""

    up: int = 0
    down: int = 0


class Relay:
    """Listens on a free port and carries each connection on to another port of this machine."""

    def __init__(self, port: int) -> None:
        self.ending = WHOLE
        """Of connections that are made from now on."""
        self.endings: list[Ending] = []
        """Of the next connections, one each; then `ending` counts again."""
        self.connections: list[Passed] = []
        self.ended: Callable[[], object] = lambda: None
        """Called after each connection: who was called has seen its end, who called has not."""
        self._to = ("127.0.0.1", port)
        self._open: list[_Connection] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = Thread(target=self._listen, name="relay", daemon=True)
        self._thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)
        for connection in self._open:
            connection.end(reset=True)
            connection.join(10)

    def end_kept(self, ending: Ending) -> None:
        """Let the connections that are open end after so many bytes more."""
        for connection in self._open:
            connection.count_anew(ending)

    def _listen(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            passed = Passed()
            self.connections.append(passed)
            ending = self.endings.pop(0) if self.endings else self.ending
            connection = _Connection(near, self._to, ending, passed, self.ended)
            self._open = [old for old in self._open if old.is_alive()] + [connection]
            connection.start()


class _Connection(Thread):
    def __init__(
        self, near: socket.socket, to: tuple[str, int], ending: Ending, passed: Passed, ended: Callable[[], object]
    ) -> None:
        super().__init__(name="relayed", daemon=True)
        self._near, self._to, self._passed, self._ended = near, to, passed, ended
        self._far: socket.socket | None = None
        self._held = b""
        self.count_anew(ending)

    def count_anew(self, ending: Ending) -> None:
        self._ending = ending
        self._before = Passed(self._passed.up, self._passed.down)

    def run(self) -> None:
        try:
            if self._room("up"):
                self._far = socket.create_connection(self._to, timeout=10)
                self._carry(self._far)
        except OSError:
            pass  # One of the ends is gone: so is the other.
        if self._far is not None:
            _end(self._far, reset=self._ending.reset)
        self._ended()
        _end(self._near, reset=self._ending.reset)

    def end(self, *, reset: bool) -> None:
        for end in filter(None, (self._far, self._near)):
            _end(end, reset=reset)

    def _carry(self, far: socket.socket) -> None:
        ways = {self._near: (far, "up"), far: (self._near, "down")}
        while True:
            ready, _, _ = select.select(list(ways), [], [])
            for source in ready:
                sink, way = ways[source]
                data = source.recv(self._room(way)) if self._room(way) else b""
                if not data:
                    return
                # Counted first: who gets it may look at the count at once.
                setattr(self._passed, way, getattr(self._passed, way) + len(data))
                if way == "up" and self._ending.at_once:
                    self._held += data
                else:
                    sink.sendall(data)
                if not self._room(way):
                    far.sendall(self._held)
                    return

    def _room(self, way: str) -> int:
        up, down = self._passed.up - self._before.up, self._passed.down - self._before.down
        limits = [(getattr(self._ending, way), up if way == "up" else down), (self._ending.both, up + down)]
        return min([_PIECE, *(limit - used for limit, used in limits if limit is not None)])


def _end(end: socket.socket, *, reset: bool) -> None:
    with suppress(OSError):
        if reset:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            _finish(end)
        end.close()


def _finish(end: socket.socket) -> None:
    """Say FIN. Bytes that nobody has read would turn it into a reset, so they are read until the other side ends."""
    end.settimeout(_DRAIN_S)
    end.shutdown(socket.SHUT_WR)
    while end.recv(_PIECE):
        pass
