"""Which ports lead to modems. A modem is known by its IMEI: port names change with every plugging in.

Some makers give all their modems the same one; those are told apart by their cards.
"""

import time
from collections.abc import Callable
from contextlib import closing

from msgspec import Struct
from serial.tools import list_ports

from firmware_bridge import commands
from firmware_bridge.at_parser import AtParser, Line, Payload, Result
from firmware_bridge.commands import Answer, Command
from firmware_bridge.errors import CommandTimeoutError, PortError
from firmware_bridge.port import Port, open_port
from firmware_bridge.settings import BridgeSettings

Opener = Callable[[str], Port]


class Identity(Struct, frozen=True):
    """A modem that answered."""

    port: str
    imei: str
    manufacturer: str
    model: str
    revision: str
    imsi: str = ""
    """Of the card; empty where there is none, or it is locked."""


def usb_ports() -> list[str]:
    """Ports of USB devices, in order. Others (Bluetooth, a mainboard's COM1) are only used when they are named."""
    return sorted((found.device for found in list_ports.comports() if found.vid is not None), key=_in_order)


def _in_order(name: str) -> tuple[str, int]:
    digits = name[len(name.rstrip("0123456789")) :]
    return name.removesuffix(digits), int(digits or 0)


class Dialogue:
    """One command after the other on an open port, for looking at a modem; messages are the machine's affair."""

    def __init__(self, port: Port, *, factor: float = 1.0) -> None:
        self._port = port
        self._parser = AtParser()
        self._factor = factor

    def ask(self, command: Command, timeout_s: float | None = None) -> Answer:
        """Write a command and wait for its answer.

        Raises:
            CommandTimeoutError: none came.
            PortError: the port is gone.
        """
        self._port.write(command.text.encode("ascii") + b"\r")
        ends = time.monotonic() + (timeout_s or command.timeout_s) * self._factor
        lines: list[Line | Payload] = []
        while (left_s := ends - time.monotonic()) > 0:
            for event in self._parser.feed(self._port.read(left_s)):
                if isinstance(event, Result):
                    return Answer(event.ok, tuple(lines), event.kind, event.number, event.text)
                if isinstance(event, Line | Payload) and self._belongs(event, command):
                    lines.append(event)
        raise CommandTimeoutError(f"{command.text.partition('=')[0]}: tidak dijawab")

    @staticmethod
    def _belongs(event: Line | Payload, command: Command) -> bool:
        text = event.text if isinstance(event, Line) else event.header
        name = command.text.removeprefix("AT").partition("=")[0].partition("?")[0]
        return text.startswith((command.prefix or f"{name}:", f"{name}:")) or not (
            command.prefix or text == command.text or text[:1] in {"+", "^", ">"}
        )


def identify(name: str, settings: BridgeSettings, opener: Opener = open_port) -> Identity | None:
    """Who is behind a port; None if nobody answers as a modem does.

    Raises:
        PortError: it cannot be opened.
    """
    with closing(opener(name)) as port:
        talk = Dialogue(port)
        try:
            port.write(commands.CANCEL + b"\r")
            if not talk.ask(commands.ECHO_OFF, settings.answer_s).ok:
                return None
            imei = commands.identity(talk.ask(commands.IMEI, settings.answer_s))
            manufacturer, model, revision = (
                commands.words(talk.ask(command, settings.answer_s))
                for command in (commands.MANUFACTURER, commands.MODEL, commands.REVISION)
            )
        except CommandTimeoutError:
            return None
        return Identity(name, imei, manufacturer, model, revision, _card_of(talk, settings))


def _card_of(talk: Dialogue, settings: BridgeSettings) -> str:
    try:
        return commands.identity(talk.ask(commands.IMSI, settings.answer_s))
    except CommandTimeoutError:
        return ""  # It is busy: a modem is there all the same.


class Watch:
    """Looks at ports that appear, each once: who keeps silent is no modem, or a modem's other port."""

    def __init__(
        self, settings: BridgeSettings, candidates: Callable[[], list[str]] = usb_ports, opener: Opener = open_port
    ) -> None:
        self._settings = settings
        self._candidates = candidates
        self._opener = opener
        self._seen: dict[str, float] = {}

    def look(self, in_use: set[str]) -> list[Identity]:
        """Modems behind ports that have appeared since the last look."""
        present = self._candidates()
        self._seen = {name: when for name, when in self._seen.items() if name in present}
        found = []
        for name in present:
            if name in in_use or time.monotonic() - self._seen.get(name, -1e9) < self._settings.look_again_s:
                continue
            try:
                identity = identify(name, self._settings, self._opener)
            except PortError:
                continue  # Just plugged in, or another program's: it is tried again.
            self._seen[name] = time.monotonic()
            if identity is not None:
                found.append(identity)
        return found

    def forget(self, name: str) -> None:
        """Look at it again the next time."""
        self._seen.pop(name, None)
