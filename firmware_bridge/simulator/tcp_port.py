"""The modem's port as a TCP port on this computer, exclusive like a serial one."""

import os
import selectors
import socket
from typing import Protocol

from firmware_bridge.errors import PortError

HOST = "127.0.0.1"
READ_SIZE = 65_536
MAX_PENDING = 4_194_304


class PortUser(Protocol):
    """Who is told what happens at a port."""

    def opened(self) -> None: ...
    def closed(self) -> None: ...
    def received(self, data: bytes) -> None: ...


class TcpPort:
    """One listening socket and at most one connection; a second one is closed at once."""

    def __init__(self, selector: selectors.BaseSelector, user: PortUser, port: int) -> None:
        self._selector = selector
        self._user = user
        self._connection: socket.socket | None = None
        self._pending = bytearray()
        self._listening = False
        self._socket = _bound(port)
        self._number: int = self._socket.getsockname()[1]
        self.name = f"socket://{HOST}:{self._number}"
        self.set_present(present=True)

    @property
    def patience_s(self) -> float:
        """How long it need not be looked after."""
        return 1.0

    def set_present(self, *, present: bool) -> None:
        """Plug in or pull out. While it is out, connections are refused, and nobody is given the number by chance."""
        if present == self._listening:
            return
        if present:
            try:
                self._socket.listen(1)
            except OSError:  # Somebody took it on purpose: tried again at the next turn.
                return
            self._listening = True
            self._selector.register(self._socket, selectors.EVENT_READ, self._accept)
        else:
            self._listening = False
            self._hang_up()
            self._selector.unregister(self._socket)
            self._socket.close()
            self._socket = _bound(self._number)

    def tick(self) -> None:
        """Nothing to look after."""

    def send(self, data: bytes) -> None:
        if self._connection is None or len(self._pending) + len(data) > MAX_PENDING:
            return
        self._pending += data
        self._flush()

    def close(self) -> None:
        self._hang_up()
        if self._listening:
            self._selector.unregister(self._socket)
            self._listening = False
        self._socket.close()

    def _accept(self, _mask: int) -> None:
        try:
            connection, _ = self._socket.accept()
        except OSError:  # It went away before we looked.
            return
        if self._connection is not None:
            self._read()  # Whoever had the port may be gone already.
        if self._connection is not None:
            connection.close()
            return
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._selector.register(connection, selectors.EVENT_READ, self._ready)
        self._user.opened()

    def _ready(self, mask: int) -> None:
        if mask & selectors.EVENT_WRITE:
            self._flush()
        if mask & selectors.EVENT_READ:
            self._read()

    def _read(self) -> None:
        if self._connection is None:
            return
        try:
            data = self._connection.recv(READ_SIZE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._user.received(data)
        else:
            self._hang_up()

    def _flush(self) -> None:
        if self._connection is None:
            return
        try:
            sent = self._connection.send(self._pending) if self._pending else 0
        except BlockingIOError:
            sent = 0
        except OSError:
            self._hang_up()
            return
        del self._pending[:sent]
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._pending else 0)
        if self._selector.get_key(self._connection).events != wanted:
            self._selector.modify(self._connection, wanted, self._ready)

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._selector.unregister(self._connection)
            self._connection.close()
            self._connection = None
            self._pending.clear()
            self._user.closed()


def _bound(port: int) -> socket.socket:
    """A socket that holds a port number without listening yet."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":  # On Windows this option would let others take the number as well.
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((HOST, port))
    except OSError as error:
        held.close()
        raise PortError(f"port {port} tidak dapat dipakai: {error.strerror}") from error
    held.setblocking(False)
    return held
