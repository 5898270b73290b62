"""A terminal at a simulated modem, without ports and clocks."""

from typing import Any

from firmware_bridge.pdu import Address, encode_pdu, split_text
from firmware_bridge.simulator import Simulator, make_settings, read_steps


class Talk:
    """Types lines and reads what comes; time passes only when told."""

    def __init__(self, scenario: Any = (), *, inbox: int = 0, echo: bool = False, **chosen: object) -> None:
        self.simulator = Simulator(make_settings(**chosen), read_steps(list(scenario)), inbox=inbox)
        self.now = 0.0
        self.heard: list[tuple[float, str]] = []
        self.simulator.opened()
        if not echo:
            self.finish("ATE0")

    def read(self) -> str:
        """Everything that is due by now."""
        self.simulator.advance(self.now)
        output = b""
        while piece := self.simulator.take_output(self.now):
            output += piece
        text = output.decode("latin-1")
        if text:
            self.heard.append((self.now, text))
        return text

    def write(self, data: bytes) -> str:
        self.simulator.feed(data, self.now)
        return self.read()

    def wait(self, seconds: float) -> str:
        """Let time pass, happening by happening."""
        end = self.now + seconds
        output = self.read()
        while (at := self.simulator.next_at()) is not None and at <= end:
            self.now = max(self.now, at)
            output += self.read()
        self.now = end
        return output + self.read()

    def at(self, line: str) -> list[str]:
        """The lines that answer a command at once."""
        return [line for line in self.write(line.encode("latin-1") + b"\r").split("\r\n") if line]

    def finish(self, line: str, within: float = 60.0) -> tuple[list[str], float]:
        """The lines of a whole answer, and how long it took."""
        start, output = self.now, self.write(line.encode() + b"\r")
        while not output.endswith(("OK\r\n", "> ")) and "ERROR" not in output:
            at = self.simulator.next_at()
            assert at is not None, f"no answer to {line}: {output!r}"
            assert at <= start + within, f"no answer to {line} in time: {output!r}"
            self.now = max(self.now, at)
            output += self.read()
        return [part for part in output.split("\r\n") if part], self.now - start

    def control(self, **asked: Any) -> dict[str, Any]:
        asked = {name.rstrip("_"): value for name, value in asked.items()}
        return self.simulator.control(asked, self.now)

    def receive(self, text: str, sender: str = "+6281234500011", **more: Any) -> int:
        answer = self.control(do="receive", from_=sender, text=text, **more)
        assert "error" not in answer, answer
        return answer["queued"]

    def state(self) -> dict[str, Any]:
        return self.control(do="state")

    def sent(self) -> list[dict[str, Any]]:
        return self.control(do="sent")["messages"]


def submits(text: str, number: str = "+6281234500011", *, report: bool = False, reference: int = 9) -> list[bytes]:
    messages = split_text(text, recipient=Address.parse(number), reference=reference, report=report)
    return [encode_pdu(message) for message in messages]


def send(talk: Talk, pdu: bytes) -> list[str]:
    """Send one PDU; the answer's lines."""
    prompt = talk.at(f"AT+CMGS={len(pdu) - 1 - pdu[0]}")
    assert prompt == ["> "], prompt
    return [line for line in talk.write(pdu.hex().encode() + b"\x1a").split("\r\n") if line]
