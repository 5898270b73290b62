"""The terminal side: bytes in, bytes out; lines, echo, prompts, answers, and how long they take.

No I/O and no clock: whoever drives it says what time it is.
"""

import random
import re
from collections import Counter, deque
from collections.abc import Callable

from firmware_bridge.simulator.command_line import Call, split_line
from firmware_bridge.simulator.commands import COMMANDS, PROMPTING, TEXT_COMMANDS
from firmware_bridge.simulator.device import Device
from firmware_bridge.simulator.faults import Fault, Faults, spoiled
from firmware_bridge.simulator.output import Output
from firmware_bridge.simulator.power import Power
from firmware_bridge.simulator.refusals import Refused
from firmware_bridge.simulator.replies import RESULT_NUMBERS, Reply
from firmware_bridge.simulator.settings import SimulatorSettings
from firmware_bridge.simulator.timeline import Timeline

MAX_INPUT = 65_536
MAX_LINE = 2048
MAX_TEXT = 4096
MAX_COUNTED = 500
UNPLUG_S = 6.0
CTRL_Z, ESC = 0x1A, 0x1B

_END_OF_TEXT = re.compile(rb"[\x1a\x1b]")
_ATTENTION = re.compile(r"at", re.IGNORECASE)


class Terminal:
    """One modem as a terminal sees it."""

    def __init__(self, settings: SimulatorSettings, timeline: Timeline, dice: random.Random) -> None:
        self._settings = settings
        self._timing = settings.timing
        self._timeline = timeline
        self._dice = dice
        self.device = Device(settings, timeline, self.say)
        self.faults = Faults()
        self.commands: Counter[str] = Counter()
        self.on_command: Callable[[str, float], None] = lambda _name, _at: None
        self.output = Output(settings.chunk_octets or self._timing.chunk_octets)
        self.power = Power(self._timing, timeline, self._lost_power, self._started)
        self._forget()
        self._plan_chatter(0.0)

    def _forget(self) -> None:
        self._input = bytearray()
        self._line = b""
        self._text: bytearray | None = None
        self._text_of = Call("")
        self._busy = False
        self._calls: deque[Call] = deque()
        self._answer: list[str] = []
        self._held: list[str] = []

    # -- the port ------------------------------------------------------------------------------------------------------

    def opened(self) -> None:
        self.output.connected = True
        self.power.reopened()

    def closed(self) -> None:
        self.output.disconnect()

    def feed(self, data: bytes, at: float) -> None:
        """Bytes came from the computer."""
        if not self.power.listening:
            return
        self._input += data[: MAX_INPUT - len(self._input)]
        self._read(at)

    def say(self, line: str, at: float) -> None:
        """Say something unasked: behind the answer that is under way, or before its last line."""
        if not self.power.listening:
            return
        waits = self._busy and (not self._settings.urcs_inside or self._dice.random() < 0.5)
        if waits or self._text is not None:
            self._held.append(line)
        else:
            self.output.write(f"\r\n{line}\r\n".encode("latin-1", "replace"), at)

    # -- input ---------------------------------------------------------------------------------------------------------

    def _read(self, at: float) -> None:
        while self._input and not self._busy and self.power.listening:
            if self._text is None:
                self._read_line(at)
            else:
                self._read_text(at)

    def _take(self, octets: int, at: float) -> bytes:
        taken = bytes(self._input[:octets])
        del self._input[:octets]
        if self.device.session.echo:
            self.output.write(taken, at)
        return taken

    def _read_line(self, at: float) -> None:
        end = self._input.find(b"\r")
        self._line += self._take(end + 1 if end >= 0 else len(self._input), at)
        if end < 0:
            self._line = self._line[:MAX_LINE]
            return
        raw, self._line = self._line, b""
        while (corrected := re.sub(rb"[^\x08]\x08", b"", raw, count=1)) != raw:
            raw = corrected
        line = "".join(character for character in raw.decode("latin-1") if character >= " ")
        if found := _ATTENTION.search(line):
            self._begin(line[found.end() :], at)

    def _begin(self, line: str, at: float) -> None:
        calls = split_line(line) if len(line) < MAX_LINE else None
        self._answer = []
        if calls is None:
            self._finish("ERROR", None, at)
            return
        self._calls = deque(calls)
        self._next_call(at)

    def _read_text(self, at: float) -> None:
        text = self._text
        if text is None:
            return
        end = _END_OF_TEXT.search(self._input)
        taken = self._take(end.end() if end else len(self._input), at)
        # Each line of a text has a prompt of its own (3GPP TS 27.005 section 4.3).
        self.output.write(b"\r\n> " * taken.count(b"\r"), at)
        text += taken[: MAX_TEXT - len(text)]
        if end is None:
            return
        self._text = None
        call = self._text_of
        if taken[-1] == ESC:  # Given up: OK, and nothing was done (3GPP TS 27.005 section 4.3).
            self._finish("OK", None, at)
            return
        content = bytes(text).rstrip(b"\x1a")
        fault = self.faults.strike(call.name, "answer")
        duration = self._dice.uniform(*self._timing.submit_s) if call.name == "CMGS" else self._timing.of(call.name)
        self._busy = True
        self._later(
            duration,
            lambda done_at: self._perform(
                lambda: TEXT_COMMANDS[call.name](self.device, call, content, done_at), call, fault, done_at
            ),
            at,
        )

    # -- commands ------------------------------------------------------------------------------------------------------

    def _later(self, duration: float, what: Callable[[float], None], at: float) -> None:
        if duration <= 0:
            what(at)
            return

        def happen(then: float) -> None:
            what(then)
            self._read(then)

        self.power.plan(at + duration, happen)

    def _next_call(self, at: float) -> None:
        if not self._calls:
            self._finish("OK", None, at)
            return
        call = self._calls.popleft()
        fault = None
        if call.form != "test":
            self._count(call.name)
            self.on_command(call.name, at)
            prompting = call.name in PROMPTING and call.form == "set"
            fault = self.faults.strike(call.name, "prompt" if prompting else "answer")
        self._busy = True
        listed = len(self.device.reading.slots) if call.name == "CMGL" and call.form != "test" else 0
        run = COMMANDS.get(call.name, _unknown)
        self._later(
            self._timing.of(call.name, listed),
            lambda done_at: self._perform(lambda: run(self.device, call, done_at), call, fault, done_at),
            at,
        )

    def _count(self, name: str) -> None:
        if name in self.commands or len(self.commands) < MAX_COUNTED:
            self.commands[name] += 1

    def _perform(self, run: Callable[[], Reply], call: Call, fault: Fault | None, at: float) -> None:
        kind = fault.kind if fault else ""
        if fault and (kind == "silence" or (kind in {"unplug", "reboot", "hang"} and not fault.done)):
            self._break(fault, at)
            return
        try:
            reply = _refuse(fault) if fault and kind == "error" else run()
        except Refused as refused:
            reply = Reply((), refused.line(self.device.session.cmee))
        if fault and kind in {"lost-answer", "unplug", "reboot", "hang"}:
            self._break(fault, at)
            return
        self._answer.extend(reply.lines)
        if reply.wants_text:
            self._ask_for_text(call, at)
        elif reply.final != "OK" or reply.restarts or fault:
            self._finish(reply.final, fault, at)
            if reply.restarts:
                self._busy = True  # Nothing more is read before the restart.
                self._later(self._timing.default_s, lambda then: self.power.reboot(None, then), at)
        else:
            self._next_call(at)

    def _ask_for_text(self, call: Call, at: float) -> None:
        self._text, self._text_of, self._busy = bytearray(), call, False
        self.output.write(b"\r\n> ", at)

    def _finish(self, final: str, fault: Fault | None, at: float) -> None:
        pieces = [self._format(line) for line in self._answer]
        if final and not self.device.session.quiet:
            pieces.append(self._result(final))
        held, self._held = self._held, []
        urcs = [f"\r\n{line}\r\n" for line in held]
        if self._settings.urcs_inside and pieces:
            for urc in urcs:
                pieces.insert(self._dice.randrange(len(pieces)), urc)
            urcs = []
        answer = "".join(pieces).encode("latin-1", "replace")
        if fault:
            answer = spoiled(answer, fault, self._dice)
        self._answer, self._calls, self._busy = [], deque(), False
        self.output.write(answer + "".join(urcs).encode("latin-1", "replace"), at)

    def _format(self, line: str) -> str:
        return f"\r\n{line}\r\n" if self.device.session.verbose else f"{line}\r\n"

    def _result(self, final: str) -> str:
        if self.device.session.verbose:
            return f"\r\n{final}\r\n"
        return f"{RESULT_NUMBERS.get(final, final)}\r"

    # -- faults and power ----------------------------------------------------------------------------------------------

    def _break(self, fault: Fault, at: float) -> None:
        """No answer comes: end the command, and what else the fault does."""
        held, self._held = self._held, []
        self._answer, self._calls, self._busy, self._text = [], deque(), False, None
        for line in held:
            self.say(line, at)
        match fault.kind:
            case "unplug":
                self.power.unplug(UNPLUG_S if fault.seconds is None else fault.seconds, at)
            case "reboot":
                self.power.reboot(fault.seconds, at)
            case "hang":
                self.power.hung = fault.until
                self._input.clear()

    def _lost_power(self, at: float) -> None:
        """Settings and what was under way are lost, the SIM is kept."""
        self.device.power_off(at)
        self._forget()
        if self.power.away:
            self.output.clear()

    def _started(self, at: float) -> None:
        self.device.powered = True
        for line in self._settings.modem.boot_lines:
            self.say(line, at)
        self.device.radio.wake(at)

    def _plan_chatter(self, at: float) -> None:
        lines = self._settings.modem.chatter
        if lines:
            self._timeline.plan(at + self._dice.uniform(5, 20), lambda then: self._chat(self._dice.choice(lines), then))

    def _chat(self, line: str, at: float) -> None:
        self.say(line, at)
        self._plan_chatter(at)


def _refuse(fault: Fault) -> Reply:
    raise Refused(fault.list, fault.number)


def _unknown(_device: Device, _call: Call, _at: float) -> Reply:
    raise Refused
