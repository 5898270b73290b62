"""The network between kiosk and centre: a TCP relay on loopback with a switch."""

import contextlib
import errno
import socket
import struct
import time
from threading import Lock, Thread
from typing import Final

_CHUNK: Final = 65_536
_TIMEOUT_S: Final = 10
_PASSING: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.ECONNABORTED})
"""What ends one connection, not the network."""
_PAUSE_S: Final = 0.2
# Closing with a linger of zero sends a reset, as a connection ends whose network has gone.
_RESET: Final = struct.pack("ii", 1, 0)


class Relay:
    """Carries connections to the centre while the network is up; cuts and refuses them while it is down."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = Lock()
        self._up = True
        self._open: set[socket.socket] = set()
        self._thread = Thread(target=self._accept, name="relay", daemon=True)
        self._thread.start()

    @property
    def is_up(self) -> bool:
        """Whether the kiosk reaches the centre."""
        return self._up

    def switch(self, *, up: bool) -> None:
        """Cut the network, or restore it."""
        with self._lock:
            self._up = up
            cut = [] if up else list(self._open)
        for end in cut:
            _reset(end)

    def close(self) -> None:
        """End."""
        self.switch(up=False)
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept() on Linux; closing alone does not
        self._listener.close()
        self._thread.join(1)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError as error:
                if error.errno not in _PASSING:
                    return
                time.sleep(_PAUSE_S)
                continue
            Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self._target_port), _TIMEOUT_S)
        except OSError:
            _reset(near)
            return
        far.settimeout(None)
        with self._lock:
            up = self._up
            if up:
                self._open |= {near, far}
        if not up:
            _reset(near)
            far.close()
            return
        back = Thread(target=_pump, args=(far, near), daemon=True)
        back.start()
        _pump(near, far)
        back.join()
        with self._lock:
            self._open -= {near, far}
        near.close()
        far.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Carry bytes one way until that side ends."""
    try:
        while data := source.recv(_CHUNK):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        _reset(target)  # One side has broken off, so the other must learn of it.


def _reset(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        end.shutdown(socket.SHUT_RDWR)
