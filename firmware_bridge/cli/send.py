"""`kasih-modem send`: one SMS by hand, to see that a modem can."""

import re
import secrets
import threading
from collections import deque
from collections.abc import Sequence

import click
import msgspec
from msgspec import Struct

from firmware_bridge.bridge import Bridge, BridgeSettings
from firmware_bridge.cli.group import fail
from firmware_bridge.desk import DeskRefusedError, Found, Outcome, Outgoing, Sim
from firmware_bridge.errors import UsageError
from firmware_bridge.pdu import Address, encode_pdu, split_text

_WAIT_S = 120.0
_SAYS = {
    Outcome.SENT: "terkirim ke jaringan",
    Outcome.FAILED: "gagal, belum terkirim",
    Outcome.REFUSED: "ditolak jaringan",
    Outcome.UNKNOWN: "tidak diketahui: jaringan tidak menjawab, SMS mungkin terkirim",
}


class Sent(Struct, frozen=True):
    """What became of one part."""

    part: int
    parts: int
    outcome: str
    reference: int | None
    code: str


class _Counter:
    """A desk for one message. Whatever lies on the card stays there."""

    def __init__(self, outgoing: Sequence[Outgoing]) -> None:
        self._waiting = deque(outgoing)
        self.results: list[Sent] = []
        self.done = threading.Event()

    def take(self, _sim: Sim, _found: Sequence[Found]) -> None:
        raise DeskRefusedError

    def next_out(self, _sim: Sim, *, replies_only: bool = False) -> Outgoing | None:  # noqa: ARG002 - the contract's name
        return self._waiting.popleft() if self._waiting else None

    def outcome(self, _sim: Sim, outgoing: Outgoing, outcome: Outcome, *, reference: int | None, code: str) -> None:
        self.results.append(Sent(outgoing.part, outgoing.parts, outcome.value, reference, code))
        if outgoing.part == outgoing.parts or outcome is not Outcome.SENT:
            self._waiting.clear()
            self.done.set()

    def balance(self, _sim: Sim, _text: str, _rupiah: int | None) -> None:
        """Nothing is asked for."""


@click.command()
@click.argument("port")
@click.argument("number")
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai satu objek JSON per bagian.")
@click.option("--timeout", type=click.FloatRange(1), default=_WAIT_S, show_default=True, help="Batas waktu, detik.")
@click.option("--pin", envvar="KASIH_MODEM_PIN", default="", help="PIN kartu; lebih baik lewat KASIH_MODEM_PIN.")
def send(port: str, number: str, text: str, *, as_json: bool, timeout: float, pin: str) -> None:
    """Kirim satu SMS. SMS yang ada di kartu tidak disentuh."""
    if not re.fullmatch(r"\+?[0-9]{3,15}", number):
        raise UsageError("Nomor hanya berisi angka, boleh diawali +, misalnya +6281234567890.")
    parts = split_text(text, recipient=Address.parse(number), reference=secrets.randbelow(256), report=False)
    desk = _Counter(
        [
            Outgoing("kasih-modem", place, len(parts), encode_pdu(part), is_reply=True, is_resend=False)
            for place, part in enumerate(parts, 1)
        ]
    )
    bridge = Bridge([port], desk, BridgeSettings(pin=pin, reply_wait_s=0.0))  # Nothing is read first.
    bridge.start()
    try:
        answered = desk.done.wait(timeout)
        trouble = bridge.statuses()[0].trouble
    finally:
        bridge.stop()
    for result in desk.results:
        says = _SAYS[Outcome(result.outcome)]
        cause = f" ({result.code})" if result.code else ""
        line = f"Bagian {result.part} dari {result.parts}: {says}{cause}"
        click.echo(msgspec.json.encode(result) if as_json else line)
    if not answered:
        fail(f"Belum terkirim dalam {timeout:g} detik ({trouble or 'modem sibuk'}).")
    if any(result.outcome != Outcome.SENT for result in desk.results):
        fail("SMS tidak terkirim seluruhnya.")
