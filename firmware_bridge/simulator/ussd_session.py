"""USSD: the balance, and a session that stays open until somebody cancels it."""

from typing import TYPE_CHECKING

from firmware_bridge.pdu import gsm7
from firmware_bridge.simulator.refusals import cme

if TYPE_CHECKING:
    from firmware_bridge.simulator.device import Device

BALANCE_CODES = ("*888#", "*123#", "*363#", "*111#")


class UssdSession:
    """One dialogue with the network (3GPP TS 27.007 section 7.15)."""

    def __init__(self, device: "Device") -> None:
        self._device = device
        self._turn = 0
        self.is_open = False

    def close(self) -> None:
        self.is_open = False
        self._turn += 1  # An answer that is under way comes no more.

    def ask(self, request: str, at: float) -> None:
        """Send a code; its answer comes as an indication.

        Raises:
            Refused: there is no network, or an earlier session was never cancelled.
        """
        if not self._device.registered:
            raise cme(30)
        if self.is_open and request.startswith(("*", "#")):
            raise cme(3)
        self._turn += 1
        turn = self._turn
        self.is_open = True
        self._device.timeline.plan(
            at + self._device.settings.timing.ussd_s, lambda later: self._answer(turn, request, later)
        )

    def _answer(self, turn: int, request: str, at: float) -> None:
        if turn != self._turn:
            return
        if request in BALANCE_CODES:
            status, text = 1, self._device.radio.balance_text() + "\n1. Beli paket\n2. Transfer pulsa\n0. Keluar"
        elif request == "0":
            status, text = 2, "Terima kasih."
        elif request.startswith(("*", "#")):
            status, text = 4, ""
        else:
            status, text = 1, "Pilihan tidak tersedia.\n0. Keluar"
        self.is_open = status == 1
        if self._device.session.cusd == 1:
            self._device.say(self._line(status, text), at)

    def _line(self, status: int, text: str) -> str:
        if not text:
            return f"+CUSD: {status}"
        match self._device.settings.ussd_form:
            case "packed":
                return f'+CUSD: {status},"{_packed(text).hex().upper()}",15'
            case "ucs2":
                return f'+CUSD: {status},"{text.encode("utf-16-be").hex().upper()}",72'
            case _:
                return f'+CUSD: {status},"{text}",15'


def _packed(text: str) -> bytes:
    septets = gsm7.encode(text)
    # Seven spare bits would read as an @: a carriage return fills them (3GPP TS 23.038 section 6.1.2.3.1).
    return gsm7.pack(septets + b"\r" if len(septets) % 8 == 7 else septets)
