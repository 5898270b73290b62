"""The whole simulator without I/O: a modem, its network, its scenario, and what is asked of it while it runs."""

import random
from collections import deque
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from firmware_bridge.errors import ScenarioError
from firmware_bridge.simulator.incoming import deliver_pdus
from firmware_bridge.simulator.network import Network
from firmware_bridge.simulator.requests import (
    AnyRequest,
    Balance,
    ClearFaults,
    Coverage,
    FaultOrder,
    Quit,
    Reboot,
    Receive,
    ReceivePdu,
    Redeliver,
    ReportStatus,
    Say,
    Sent,
    State,
    Unplug,
    read_request,
)
from firmware_bridge.simulator.samples import sample_messages
from firmware_bridge.simulator.scenario import Step
from firmware_bridge.simulator.settings import SimulatorSettings
from firmware_bridge.simulator.terminal import Terminal
from firmware_bridge.simulator.timeline import Timeline

MAX_TIMES = 10_000
MAX_PDU = 512
MAX_SAY = 1000
MAX_TROUBLES = 100
"""Steps of a scenario that could not be done, as `state` tells them."""


class Simulator:
    """Bytes and times in, bytes and times out. `now` is in seconds from the start, and never runs backwards."""

    def __init__(self, settings: SimulatorSettings, steps: Sequence[Step] = (), *, inbox: int = 0) -> None:
        self.settings = settings
        self._dice = random.Random(settings.seed)  # noqa: S311 - chance, not secrets
        self._timeline = Timeline()
        self._terminal = Terminal(settings, self._timeline, self._dice)
        self._device = self._terminal.device
        self._network = Network(settings, self._timeline, self._device, self._dice)
        self._reference = 0
        self._occasions = [step for step in steps if step.when is not None]
        self._terminal.on_command = lambda _name, at: self._check_occasions(at)
        self._network.on_sent = self._check_occasions
        self._troubles: deque[str] = deque(maxlen=MAX_TROUBLES)
        self.stopping = False
        self._load(inbox)
        for step in steps:
            if step.when is None:
                self._plan(step, step.at)

    def _load(self, inbox: int) -> None:
        """Sample messages lie on the SIM when the simulator starts; what does not fit waits at the SMSC."""
        for sender, text in sample_messages(inbox):
            for pdu in self._pdus(Receive(sender=sender, text=text), -60.0):
                if self._network.waiting or not self._device.receive(pdu, 0.0, report=False):
                    self._network.queue(pdu, 0.0)

    # -- the port ------------------------------------------------------------------------------------------------------

    @property
    def port_is_there(self) -> bool:
        return not self._terminal.power.away

    @property
    def unplugged(self) -> int:
        """How often the port went away; also where it came back at once."""
        return self._terminal.power.unplugged

    def opened(self) -> None:
        self._terminal.opened()

    def closed(self) -> None:
        self._terminal.closed()

    def feed(self, data: bytes, now: float) -> None:
        """Bytes came from the computer."""
        self._timeline.run_until(now)
        self._terminal.feed(data, now)
        self._timeline.run_until(now)

    def advance(self, now: float) -> None:
        """Let happen what is due."""
        self._timeline.run_until(now)
        if self._occasions:
            self._check_occasions(now)
            self._timeline.run_until(now)

    def take_output(self, now: float) -> bytes:
        """The next piece that the modem hands to the computer; empty where none is due."""
        return self._terminal.output.take(now)

    def next_at(self) -> float | None:
        """When something will happen by itself."""
        times = [at for at in (self._timeline.next_at(), self._terminal.output.next_at()) if at is not None]
        return min(times, default=None)

    # -- the scenario --------------------------------------------------------------------------------------------------

    def _plan(self, step: Step, at: float) -> None:
        def happen(then: float) -> None:
            try:
                self.do(step.request, then)
            except ScenarioError as error:
                self._troubles.append(str(error))

        self._timeline.plan(at, happen)

    def _check_occasions(self, at: float) -> None:
        for step in list(self._occasions):
            if step.when and step.when.holds(
                self._terminal.commands,
                deleted=self._device.deleted,
                delivered=self._network.delivered,
                sent=len(self._network.outgoing.messages),
            ):
                self._occasions.remove(step)
                self._plan(step, at)

    # -- requests ------------------------------------------------------------------------------------------------------

    def control(self, asked: Any, now: float) -> dict[str, Any]:
        """Do what a JSON object asks for; what is wrong with it stands under `error`."""
        self._timeline.run_until(now)
        try:
            answer = self.do(read_request(asked), now)
        except ScenarioError as error:
            answer = {"error": str(error)}
        self.advance(now)
        return answer

    def do(self, request: AnyRequest, at: float) -> dict[str, Any]:
        """Do what is asked.

        Raises:
            ScenarioError: it cannot be done.
        """
        match request:
            case Receive() | ReceivePdu():
                return {"queued": self._queue(request, at)}
            case Sent():
                outgoing = self._network.outgoing
                return {"messages": msgspec.to_builtins(outgoing.messages), "incomplete": outgoing.incomplete}
            case State():
                return self._state()
            case Redeliver():
                if request.from_now_on:
                    self._network.redeliver_share = request.share
                return {"queued": self._network.redeliver(request.share, at)}
            case _:
                self._change(request, at)
                return {}

    def _change(self, request: AnyRequest, at: float) -> None:
        match request:
            case FaultOrder():
                self._terminal.faults.add(replace(request))  # Its own: a step of a scenario may come again.
            case ClearFaults():
                self._terminal.faults.waiting.clear()
                self._terminal.power.hung = ""
            case Unplug():
                self._terminal.power.unplug(max(0.0, request.seconds), at)
            case Reboot():
                self._terminal.power.reboot(request.seconds, at)
            case Balance():
                self._network.balance = request.rupiah
            case Coverage():
                self._device.signal = self._device.signal if request.signal is None else request.signal
                self._device.coverage = request.registered
                self._device.changed_registration(at)
            case ReportStatus():
                self._network.report_status = request.status & 0xFF
            case Say():
                self._terminal.say(request.line[:MAX_SAY], at)
            case Quit():
                self.stopping = True

    def _queue(self, request: Receive | ReceivePdu, at: float) -> int:
        if not 1 <= request.times <= MAX_TIMES:
            raise ScenarioError(f"times is 1 to {MAX_TIMES}")
        queued = 0
        for _ in range(request.times):
            pdus = self._pdus(request, at) if isinstance(request, Receive) else [_hex(request.pdu)]
            for pdu in pdus:
                self._network.queue(pdu, at)
            queued += len(pdus)
        return queued

    def _pdus(self, request: Receive, at: float) -> list[bytes]:
        self._reference = (self._reference + 1) % 256
        pdus = deliver_pdus(
            request.text,
            sender=request.sender,
            smsc=self._network.smsc,
            at=self._network.clock(at),
            reference=self._reference if request.reference is None else request.reference,
            parts=None if request.parts == "auto" else request.parts,
        )
        kept = [pdu for number, pdu in enumerate(pdus, start=1) if number not in request.missing]
        if request.order == "shuffled":
            self._dice.shuffle(kept)
        return kept[::-1] if request.order == "backward" else kept

    def _state(self) -> dict[str, Any]:
        device, network = self._device, self._network
        return {
            "slots": sorted(device.sm.slots),
            "me": sorted(device.me.slots),
            "sr": sorted(device.sr.slots),
            "waiting": network.waiting,
            "delivered": network.delivered,
            "deleted": device.deleted,
            "sent": len(network.outgoing.messages),
            "parts": network.outgoing.parts,
            "commands": dict(self._terminal.commands),
            "balance": network.balance,
            "registered": device.registered,
            "ussd_open": device.ussd.is_open,
            "port": self.port_is_there,
            "connected": self._terminal.output.connected,
            "hung": bool(self._terminal.power.hung),
            "faults": len(self._terminal.faults.waiting),
            "troubles": list(self._troubles),
        }


def _hex(text: str) -> bytes:
    try:
        pdu = bytes.fromhex(text)
    except ValueError as error:
        raise ScenarioError("pdu is hex") from error
    if len(pdu) > MAX_PDU:
        raise ScenarioError(f"pdu has at most {MAX_PDU} octets")
    return pdu
