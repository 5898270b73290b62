"""What goes to a running agent, as its socket sees it."""

import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import msgspec
import pytest

from kiosk_agent import access
from kiosk_agent.access import FileRequest, GoneError, Remote, new_running
from kiosk_agent.errors import ControlError
from tests.kiosk_agent.server_peer import HttpPeer, respond


def test_nothing_that_leads_to_a_pin_stands_in_a_url() -> None:
    seen: list[tuple[str, bytes]] = []

    def handle(request: BaseHTTPRequestHandler, body: bytes) -> None:
        seen.append((request.path, body))
        respond(request, 200, b'{"number":"000G4-0R40Y","pin":"123456","entry":"00"}')

    agent = HttpPeer()
    agent.handle = handle
    remote = Remote(new_running(agent.port))
    try:
        answer = remote.file(b'{"text":"\xff', b"reference of 16b")
    finally:
        remote.close()
        agent.close()
    assert answer.pin == "123456"
    ((path, body),) = seen
    assert path == "/_control/file"
    assert msgspec.json.decode(body, type=FileRequest) == FileRequest(b'{"text":"\xff', b"reference of 16b")


@pytest.fixture
def agent() -> Iterator[HttpPeer]:
    peer = HttpPeer()
    yield peer
    peer.close()


def ask(port: int, command: Callable[[Remote], object]) -> None:
    remote = Remote(new_running(port))
    try:
        command(remote)
    finally:
        remote.close()


@pytest.mark.parametrize("status", [400, 413, 500, 503])
def test_an_agent_that_fails_at_a_command_is_not_called_gone(agent: HttpPeer, status: int) -> None:
    agent.handle = lambda request, body: respond(request, status)
    with pytest.raises(ControlError, match=f"HTTP {status}"):
        ask(agent.port, Remote.sync)


def test_an_agent_that_has_not_come_to_the_end_is_not_called_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_TIMEOUT_S", 0.05)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(ControlError, match="belum selesai"),
    ):
        ask(silent.getsockname()[1], Remote.sync)


def test_who_does_not_know_the_token_or_is_not_there_is_gone(agent: HttpPeer) -> None:
    agent.handle = lambda request, body: respond(request, 404)
    with pytest.raises(GoneError):
        ask(agent.port, Remote.sync)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(GoneError):
        ask(port, Remote.sync)


@pytest.mark.parametrize("status", [400, 404, 500])
def test_another_program_on_the_port_is_no_agent(agent: HttpPeer, status: int) -> None:
    agent.handle = lambda request, body: respond(request, status)
    with pytest.raises(GoneError):
        ask(agent.port, Remote.check)
