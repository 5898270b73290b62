"""What uvicorn alone would lose."""

import asyncio
import socket
import threading

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


@pytest.mark.parametrize(("protocol", "kept"), [(PatientProtocol, b"KASIH1\r\nabc"), (H11Protocol, b"")])
def test_what_came_before_the_connection_was_lost_is_handed_over(protocol, kept):
    app = SlowApp()
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, http=protocol, lifespan="off", log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        client = socket.create_connection(listener.getsockname())
        client.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\nKASIH1\r\nabc")
        assert app.begun.wait(5)
        client.close()
        until(lambda: not server.server_state.connections)
        app.go_on.set()
        until(lambda: app.bodies)
        assert (app.bodies[0].data, app.bodies[0].is_whole, app.bodies[0].is_connected) == (kept, False, False)
    finally:
        app.go_on.set()
        server.should_exit = True
        thread.join()
        listener.close()


def test_a_port_that_is_taken_is_told():
    listener = listen("127.0.0.1", 0)
    with pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", listener.getsockname()[1])
    listener.close()
