"""What the SIM's user sent: parts joined to messages, as the recipient's phone shows them."""

from datetime import datetime

from msgspec import Struct

from firmware_bridge.pdu import Submit, join_parts

MAX_SENT = 20_000
MAX_OPEN = 5_000


class SentMessage(Struct):
    """One whole message. Sent twice, it is there twice."""

    to: str
    text: str
    pdus: list[str]
    at: str
    references: list[int]
    report: bool
    """Whether the sender asked for a status report."""


class _Assembly:
    """The parts of one message that came so far."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.parts: dict[int, tuple[Submit, bytes, int]] = {}


class Outgoing:
    """Messages in the order in which they became whole."""

    def __init__(self) -> None:
        self.messages: list[SentMessage] = []
        self.parts = 0
        self._open: dict[tuple[str, int, int, int], list[_Assembly]] = {}

    @property
    def incomplete(self) -> int:
        """Messages of which parts are missing."""
        return sum(len(assemblies) for assemblies in self._open.values())

    def add(self, message: Submit, pdu: bytes, reference: int, at: datetime) -> None:
        """Take a part; one that came already begins another copy of its message."""
        self.parts += 1
        concat = message.concat
        if concat is None:
            self._whole([(message, pdu, reference)], at)
            return
        key = (str(message.recipient), concat.bits, concat.ref, concat.total)
        if key not in self._open and len(self._open) >= MAX_OPEN:
            del self._open[next(iter(self._open))]
        assemblies = self._open.setdefault(key, [])
        assembly = next((a for a in assemblies if concat.part not in a.parts), None)
        if assembly is None:
            assembly = _Assembly(concat.total)
            assemblies.append(assembly)
        assembly.parts[concat.part] = (message, pdu, reference)
        if len(assembly.parts) == assembly.total:
            assemblies.remove(assembly)
            if not assemblies:
                del self._open[key]
            self._whole([assembly.parts[number] for number in sorted(assembly.parts)], at)

    def _whole(self, parts: list[tuple[Submit, bytes, int]], at: datetime) -> None:
        if len(self.messages) >= MAX_SENT:
            del self.messages[0]
        first = parts[0][0]
        text = join_parts([message for message, _, _ in parts])
        if first.data is not None:
            text = b"".join(message.data or b"" for message, _, _ in parts).hex()
        self.messages.append(
            SentMessage(
                to=str(first.recipient),
                text=text,
                pdus=[pdu.hex().upper() for _, pdu, _ in parts],
                at=at.isoformat(timespec="milliseconds"),
                references=[reference for _, _, reference in parts],
                report=any(message.report for message, _, _ in parts),
            )
        )
