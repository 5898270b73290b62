"""A relay on loopback that counts the bytes of both directions: what HTTP adds to the bundles."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

_PIECE: Final = 65_536


class CountingProxy:
    """Relays connections to a server until it is left."""

    def __init__(self, port: int) -> None:
        self.up = 0
        self.down = 0
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def taken(self) -> tuple[int, int]:
        """Bytes up and down since it was last asked; no exchange may be under way."""
        up, down = self.up, self.down
        self.up = self.down = 0
        return up, down

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                for source, sink, name in ((near, far, "up"), (far, near, "down")):
                    threading.Thread(target=self._relay, args=(source, sink, name), daemon=True).start()

    def _relay(self, source: socket.socket, sink: socket.socket, name: str) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                setattr(self, name, getattr(self, name) + len(piece))
                sink.sendall(piece)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
