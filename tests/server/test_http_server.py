"""What uvicorn alone would lose."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from server.http_server import PatientProtocol, listen
from server.sync_api.body_room import BodyRoom
from server.sync_api.request_body import read_body
from tests.server.conftest import until


class SlowApp:
    """Looks at the body only when it is told to."""

    def __init__(self):
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.bodies = []

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            self.begun.set()
            await asyncio.to_thread(self.go_on.wait)
            self.bodies.append(await read_body(scope, receive, BodyRoom(0).share(), limit=100, idle_s=5))


class ImpatientProtocol(PatientProtocol):
    """Waits for a header as long as a test may last."""

    header_s = 0.05


@contextmanager
def serving(app: SlowApp, protocol: type[H11Protocol]) -> Iterator[tuple[uvicorn.Server, tuple[str, int]]]:
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, http=protocol, lifespan="off", log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield server, listener.getsockname()
    finally:
        app.go_on.set()
        server.should_exit = True
        thread.join()
        listener.close()


class HastyApp(SlowApp):
    """Answers without a look at the body."""

    async def __call__(self, scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})


@pytest.mark.parametrize(("protocol", "kept"), [(PatientProtocol, b"KASIH1\r\nabc"), (H11Protocol, b"")])
def test_what_came_before_the_connection_was_lost_is_handed_over(protocol, kept):
    app = SlowApp()
    with serving(app, protocol) as (server, address):
        client = socket.create_connection(address)
        client.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\nKASIH1\r\nabc")
        assert app.begun.wait(5)
        client.close()
        until(lambda: not server.server_state.connections)
        app.go_on.set()
        until(lambda: app.bodies)
        assert (app.bodies[0].data, app.bodies[0].is_whole, app.bodies[0].is_connected) == (kept, False, False)


@pytest.mark.parametrize("half", [b"", b"GET / HTT", b"GET / HTTP/1.1\r\nhost: x\r\n"])
def test_a_connection_that_asks_for_nothing_is_ended_and_one_that_waits_for_its_answer_is_not(half):
    app = SlowApp()
    with serving(app, ImpatientProtocol) as (server, address):
        waiting = socket.create_connection(address, timeout=5)
        waiting.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nKASIH1\r\n")
        assert app.begun.wait(5)
        with socket.create_connection(address, timeout=5) as idle:
            idle.sendall(half)
            assert idle.recv(1) == b""
        assert len(server.server_state.connections) == 1
        waiting.close()


@pytest.mark.parametrize("rest", [b"GET / HTT", b"x"])
def test_a_connection_that_drips_on_after_its_answer_is_ended(rest):
    with serving(HastyApp(), ImpatientProtocol) as (_, address), socket.create_connection(address, timeout=5) as client:
        length = 0 if rest.startswith(b"GET") else 99
        client.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % length)
        assert client.recv(4096).startswith(b"HTTP/1.1 204")
        client.sendall(rest)
        assert client.recv(1) == b""


def test_a_port_that_is_taken_is_told():
    listener = listen("127.0.0.1", 0)
    with pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", listener.getsockname()[1])
    listener.close()
