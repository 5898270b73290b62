"""The pages of an enrolled kiosk, served over a real socket, with a clock that the test moves."""

import socket
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
import uvicorn

from kiosk_agent.app import make_app
from kiosk_agent.control import Control
from tests.kiosk_agent.web.browser import Browser


class NoSync:
    """Stands in for the loop: what is filed stays at the kiosk until a test syncs."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


@pytest.fixture
def serve() -> Iterator[Callable[[Control], int]]:
    """Serves the pages of a kiosk; gives the port."""
    running: list[tuple[uvicorn.Server, Thread]] = []

    def start(control: Control) -> int:
        app: Any = make_app(control, NoSync(), "control-token")  # type: ignore[arg-type]
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        running.append((server, thread))
        port: int = listener.getsockname()[1]
        return port  # The socket listens already: a request before the start waits in it.

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def port(control: Control, serve: Callable[[Control], int]) -> int:
    return serve(control)


@pytest.fixture
def browser(port: int) -> Browser:
    return Browser(port)
