"""The simulated handset: SMS typed on a page go to the simulated modem, and what the modem sends comes back.

It speaks JSON lines to the simulator's control port (docs/simulator.md) and knows nothing else of it.
"""

import json
import re
import socket
import time
from datetime import datetime
from threading import Lock
from typing import Any, Final

from msgspec import Struct

from server.demo.errors import DemoError
from server.domain.phones import canonical, dialled

FIRST_NUMBER: Final = "+6281234500001"
MAX_TEXT: Final = 1_000
_KEPT: Final = 500
_TIMEOUT_S: Final = 5
_NUMBER: Final = re.compile(r"\+?[0-9]{3,15}")


class Bubble(Struct, frozen=True):
    """One SMS as the handset shows it."""

    text: str
    at_ms: int
    is_mine: bool


class Handset:
    """All phones that the demo's people pretend to have.

    Args:
        address: of the control port, such as 127.0.0.1:4711.
    """

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._address = (host, int(port))
        self._lock = Lock()
        self._typed: list[tuple[str, Bubble]] = []

    def send(self, number: str, text: str) -> None:
        """Send an SMS to the kiosk's number.

        Raises:
            DemoError: the simulator does not take it.
        """
        self._ask({"do": "receive", "from": number, "text": text})
        with self._lock:
            self._typed.append((number, Bubble(text, time.time_ns() // 1_000_000, is_mine=True)))
            del self._typed[:-_KEPT]

    def bubbles(self, number: str) -> list[Bubble]:
        """The SMS of one phone, oldest first.

        Raises:
            DemoError: the simulator does not answer.
        """
        answers = self._ask({"do": "sent"})["messages"]
        with self._lock:
            mine = [bubble for whose, bubble in self._typed if whose == number]
        theirs = [
            Bubble(message["text"], _millis(message["at"]), is_mine=False)
            for message in answers
            if is_for(message["to"], number)
        ]
        return sorted(mine + theirs, key=lambda bubble: bubble.at_ms)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            with socket.create_connection(self._address, _TIMEOUT_S) as connection, connection.makefile("rb") as lines:
                connection.sendall(json.dumps(request).encode() + b"\n")
                answer = json.loads(lines.readline())
        except (OSError, ValueError) as error:
            raise DemoError("Modem simulasi tidak menjawab.") from error
        if not isinstance(answer, dict) or "error" in answer:
            raise DemoError("Modem simulasi menolak SMS ini.")
        return answer


def read_number(typed: str) -> str | None:
    """The number that somebody wants to be; None where it is none. A service's number is taken as it is."""
    bare = re.sub(r"[\s().-]", "", typed)
    if not _NUMBER.fullmatch(bare):
        return None
    return dialled(bare) if canonical(bare) else bare


def is_for(recipient: str, number: str) -> bool:
    """Whether an SMS to this recipient rings at the phone with this number."""
    return recipient == number or (canonical(recipient) != "" and canonical(recipient) == canonical(number))


def _millis(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp() * 1000)
