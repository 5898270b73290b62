"""The control port: a request a line, an answer a line, JSON both."""

import json
import selectors
import socket
from collections.abc import Callable
from typing import Any

from firmware_bridge.errors import PortError
from firmware_bridge.simulator.tcp_port import HOST, READ_SIZE

MAX_LINE = 1_048_576
MAX_CONNECTIONS = 32

Ask = Callable[[Any], dict[str, Any]]


class ControlPort:
    """A listening socket and its connections."""

    def __init__(self, selector: selectors.BaseSelector, ask: Ask, port: int) -> None:
        self._selector = selector
        self._ask = ask
        self._open: dict[socket.socket, bytearray] = {}
        try:
            self._socket = socket.create_server((HOST, port))
        except OSError as error:
            raise PortError(f"port {port} tidak dapat dipakai: {error.strerror}") from error
        self._socket.setblocking(False)
        self.address: tuple[str, int] = self._socket.getsockname()
        selector.register(self._socket, selectors.EVENT_READ, self._accept)

    def close(self) -> None:
        for connection in list(self._open):
            self._close(connection)
        self._selector.unregister(self._socket)
        self._socket.close()

    def _accept(self, _mask: int) -> None:
        try:
            connection, _ = self._socket.accept()
        except OSError:  # It went away before we looked.
            return
        if len(self._open) >= MAX_CONNECTIONS:
            connection.close()
            return
        connection.settimeout(5)  # Who does not read the answers is let go.
        self._open[connection] = bytearray()
        self._selector.register(connection, selectors.EVENT_READ, lambda _mask: self._read(connection))

    def _read(self, connection: socket.socket) -> None:
        received = self._open[connection]
        try:
            data = connection.recv(READ_SIZE)
            received += data
            while (end := received.find(b"\n")) >= 0:
                line = bytes(received[:end])
                del received[: end + 1]
                if line.strip():
                    connection.sendall(json.dumps(self._answer(line), ensure_ascii=False).encode() + b"\n")
        except OSError:
            data = b""
        if not data or len(received) > MAX_LINE:
            self._close(connection)

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            asked = json.loads(line)
        except (ValueError, RecursionError):
            return {"error": "a line is one JSON object"}
        return self._ask(asked)

    def _close(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        connection.close()
        del self._open[connection]
