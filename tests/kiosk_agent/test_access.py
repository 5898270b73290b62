"""What goes to a running agent, as its socket sees it."""

from http.server import BaseHTTPRequestHandler

import msgspec

from kiosk_agent.access import FileRequest, Remote, new_running
from tests.kiosk_agent.server_peer import HttpPeer, respond


def test_nothing_that_leads_to_a_pin_stands_in_a_url() -> None:
    seen: list[tuple[str, bytes]] = []

    def handle(request: BaseHTTPRequestHandler, body: bytes) -> None:
        seen.append((request.path, body))
        respond(request, 200, b'{"number":"000G4-0R40Y","pin":"123456","entry":"00"}')

    agent = HttpPeer()
    agent.handle = handle
    remote = Remote(new_running(int(agent.url.rpartition(":")[2])))
    try:
        answer = remote.file(b'{"text":"\xff', b"reference of 16b")
    finally:
        remote.close()
        agent.close()
    assert answer.pin == "123456"
    ((path, body),) = seen
    assert path == "/_control/file"
    assert msgspec.json.decode(body, type=FileRequest) == FileRequest(b'{"text":"\xff', b"reference of 16b")
