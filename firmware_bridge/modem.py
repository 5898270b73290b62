"""The machine that drives one modem: bytes, times and the desk's answers in; bytes and requests out. No I/O.

`TRANSITIONS` says which state follows which; what is done in a state stands in `routines`. The shell around it (`port`)
writes `output()`, serves `request`, feeds what it reads, and comes back at `deadline()`.
"""

from collections.abc import Callable
from typing import Any, Final

from firmware_bridge.at_parser import AtParser, Line, Payload, Prompt, Result, is_indication
from firmware_bridge.at_parser import Event as Heard
from firmware_bridge.commands import CANCEL, Answer, Command, reference
from firmware_bridge.errors import BridgeError, CommandFailedError, CommandTimeoutError, PortError, SimError
from firmware_bridge.facts import DeskRequest, Facts, Pause, Raw
from firmware_bridge.pending import PROBE, Pending, answers_probe
from firmware_bridge.routines import RestartedError, Routine, Routines
from firmware_bridge.settings import BridgeSettings
from firmware_bridge.states import TRANSITIONS, Event, State
from firmware_bridge.troubles import Trouble

__all__ = ["TRANSITIONS", "Event", "Modem", "State"]

_BOOT_TAKES_S: Final = 10.0
"""A restart says several lines, one after the other; the later ones only make the settings due again."""
_MOST_LINES: Final = 3000
_CALLS: Final = {"RING", "NO CARRIER", "BUSY", "NO ANSWER"}
_INDICATES_MESSAGE: Final = ("+CMTI:", "+CDSI:", "^SMMEMFULL", '+QIND: "smsfull"')


class Modem:
    """One modem, from the opening of its port to its closing and on."""

    def __init__(self, settings: BridgeSettings, facts: Facts | None = None) -> None:
        self.settings = settings
        self.facts = facts or Facts()
        self.state = State.CLOSED
        self.since = 0.0
        self.request: DeskRequest | None = None
        """What the desk is to do; `reply` brings its answer."""
        self._routines = Routines(self.facts, settings)
        self._routine: Routine | None = None
        self._parser = AtParser()
        self._output = bytearray()
        self._pending: Pending | None = None
        self._mode_told = False
        """The answer to a probe has begun; the result behind it is its end."""
        self._pause: Pause | None = None
        self._pause_ends = 0.0
        self._starts: dict[State, Callable[[], Routine]] = {
            State.IDENTIFY: self._routines.identify,
            State.SWEEP: self._routines.sweep,
            State.SETUP: self._routines.set_up,
            State.SEND: self._routines.send,
            State.CHECK: self._routines.check,
            State.BALANCE: self._routines.balance,
            State.RECOVER: self._routines.recover,
            State.BLOCKED: self._routines.blocked,
        }

    # -- what the shell calls ------------------------------------------------------------------------------------------

    def opened(self, now: float) -> None:
        """The port is open."""
        self.facts.now = now
        self._mode_told = False
        self._reset_parser()
        self._output.clear()
        self._happen(Event.OPENED)

    def lost(self, now: float) -> None:
        """The port is gone, or the program ends. What was under way is told to the desk as far as it is known."""
        self.facts.now = now
        self._pending = self._pause = None
        self.facts.unanswered_since = 0.0
        unanswered, self.request = self.request, None
        if self._routine is not None and unanswered is None:
            self._resume(error=PortError("Port hilang."))
        elif self.state is not State.CLOSED:
            self._happen(Event.LOST)

    def receive(self, data: bytes, now: float) -> None:
        self.facts.now = now
        for event in self._parser.feed(data):
            self._hear(event)
        if data and self._pause is not None and self._pause.any_sign:
            self._end_pause()
        self.tick(now)

    def tick(self, now: float) -> None:
        """See what is due."""
        facts = self.facts
        facts.now = now
        pending = self._pending
        if pending is not None and now >= pending.deadline:
            self._reset_parser()
            self._end_waiting(pending)
        elif pending is not None and now >= pending.probe_at:
            self._output += PROBE.text.encode("ascii") + b"\r"
            pending.probed(now)
        elif self._pause is not None and now >= self._pause_ends:
            self._end_pause()
        if self.state is State.IDLE and (due := self._due()) is not None:
            self._happen(due)

    def reply(self, value: object, now: float) -> None:
        """The desk's answer to `request`."""
        self.facts.now = now
        self.request = None
        self._resume(value)
        self.tick(now)

    def wake(self) -> None:
        """There may be something new to send."""
        self.facts.next_ask = 0.0

    def output(self) -> bytes:
        """What is to be written now."""
        data = bytes(self._output)
        self._output.clear()
        return data

    def deadline(self) -> float:
        """When `tick` is to be called at the latest."""
        facts = self.facts
        if self._pending is not None:
            return min(self._pending.deadline, self._pending.probe_at)
        if self._pause is not None:
            return self._pause_ends
        times = [facts.next_sweep, facts.next_check, facts.next_ask]
        return min(times + ([facts.next_balance] if self.settings.balance_code else []))

    def may_stop(self) -> bool:
        """If nothing hangs in the air: a PDU that is not yet answered for, a message that no storage holds."""
        is_sending = self._pending is not None and self._pending.command.body and self.facts.body_sent
        return not is_sending and not self.facts.direct

    def lacks_credit(self) -> bool:
        return self._routines.lacks_credit()

    def trouble(self) -> str:
        """The one thing to mend first, as a stable code; empty when all is well."""
        if self.facts.trouble() or self.lacks_credit():
            return self.facts.trouble() or Trouble.NO_CREDIT.value
        return Trouble.REFUSED.value if self._routines.is_refused() else ""

    # -- the states ----------------------------------------------------------------------------------------------------

    def _happen(self, event: Event) -> None:
        self.state = TRANSITIONS[self.state, event]
        self.since = self.facts.now
        self._pending = self._pause = None
        self._routine = self._starts[self.state]() if self.state in self._starts else None
        if self._routine is not None:
            self._resume()

    def _due(self) -> Event | None:
        facts = self.facts
        if facts.restarted:
            return self._restarted()
        due = (
            (bool(facts.direct) and not facts.desk_refused, Event.SWEEP_DUE),
            (facts.now >= facts.next_sweep, Event.SWEEP_DUE),
            (facts.setup_due, Event.SETUP_DUE),
            (facts.now >= facts.next_check, Event.CHECK_DUE),
            (bool(self.settings.balance_code) and facts.now >= facts.next_balance, Event.BALANCE_DUE),
            (facts.now >= facts.next_ask, Event.SEND_DUE),
        )
        return next((event for holds, event in due if holds), None)

    def _resume(self, value: Any = None, error: BridgeError | None = None) -> None:
        """Go on with the routine up to its next request, or to its end and the state behind it."""
        routine = self._routine
        if routine is None:
            return
        try:
            wanted = routine.throw(error) if error is not None else routine.send(value)
        except StopIteration as end:
            event = end.value
        except BridgeError as raised:
            event = self._meaning_of(raised)
        else:
            self._serve(wanted)
            return
        self._happen(event)

    def _meaning_of(self, error: BridgeError) -> Event:
        if isinstance(error, PortError):
            return Event.LOST
        if isinstance(error, SimError):
            self.facts.sim_trouble = error.code
            self.facts.step(error.code)
            return Event.NO_CARD
        if isinstance(error, RestartedError):
            return self._restarted()
        if isinstance(error, CommandFailedError):
            self.facts.step("refused")
            return Event.FAILED
        return Event.SILENT

    def _restarted(self) -> Event:
        self.facts.step("restarted")
        self.facts.resets += 1
        return Event.REBOOTED

    def _serve(self, wanted: Any) -> None:
        if isinstance(wanted, Command):
            self.facts.echoed = self.facts.body_sent = False
            self.facts.given_reference = None
            self.facts.unanswered_since = self.facts.unanswered_since or self.facts.now
            self._pending = Pending(wanted, self.settings, self.facts)
            self._mode_told = self._mode_told and not wanted.strict
            self._output += wanted.text.encode("ascii") + b"\r"
        elif isinstance(wanted, Pause):
            self._pause, self._pause_ends = wanted, self.facts.now + wanted.seconds
        elif isinstance(wanted, Raw):
            self._output += wanted.data
            self._resume()
        else:
            self.request = wanted

    def _end_pause(self) -> None:
        self._pause = None
        self._resume()

    # -- what is heard -------------------------------------------------------------------------------------------------

    def _reset_parser(self) -> None:
        for event in self._parser.reset():
            self._hear(event)

    def _hear(self, event: Heard) -> None:
        pending = self._pending
        if self._mode_told and isinstance(event, Payload) and event.body == "OK":
            event = Result(ok=True, text="OK")  # A header had lost its line before the probe was answered.
        if isinstance(event, Result):
            self._hear_result(event)
        elif isinstance(event, Prompt):
            self._hear_prompt()
        elif isinstance(event, Payload) and not event.header.startswith(("+CMGL:", "+CMGR:")):
            if not event.header.startswith("+CBM:"):  # Broadcasts are nobody's message.
                self.facts.direct.append(event)
        elif isinstance(event, Line) and answers_probe(event.text, pending):
            self._mode_told = self._mode_told or event.text != PROBE.text
        elif pending is not None and self._belongs(event, pending):
            self._collect(event, pending)
        elif isinstance(event, Line):
            self._indicate(event.text)

    def _belongs(self, event: Line | Payload, pending: Pending) -> bool:
        if isinstance(event, Payload):
            return event.header.startswith(pending.prefixes)
        if event.text == pending.command.text:
            pending.echoed = self.facts.echoed = True
            return False
        if event.text.startswith(pending.prefixes):
            return True
        unasked = event.text in _CALLS or is_indication(event.text) or self.facts.quirks.is_boot(event.text)
        return not (pending.command.prefix or unasked)

    def _collect(self, event: Line | Payload, pending: Pending) -> None:
        if isinstance(event, Line) and event.text.startswith("+CUSD:"):
            self._indicate(event.text)
        if len(pending.lines) < _MOST_LINES:
            pending.lines.append(event)
            if self.facts.body_sent:
                self.facts.given_reference = reference(Answer(ok=True, lines=(event,)))
            pending.go_on(self.facts.now)

    def _hear_result(self, result: Result) -> None:
        pending, facts = self._pending, self.facts
        facts.last_answer_at, facts.unanswered_since = facts.now, 0.0
        if self._mode_told:
            self._mode_told = False
            if pending is not None and pending.probe_answered():
                self._end_waiting(pending)
            return
        if pending is None or pending.answer or (pending.command.strict and result.ok and not pending.lines):
            return  # It came late; nobody waits for it any more.
        pending.answer = Answer(result.ok, tuple(pending.lines), result.kind, result.number, result.text)
        if pending.probes:
            pending.was_slow(facts)
        else:
            self._end_waiting(pending)

    def _end_waiting(self, pending: Pending) -> None:
        """The command has its answer, or will get none."""
        facts, self._pending = self.facts, None
        if (answer := pending.final_answer()) is None:
            facts.step_aloud(f"no answer: {_name(pending.command)}")
            self._resume(error=CommandTimeoutError(f"{_name(pending.command)}: tidak dijawab"))
            return
        if pending.echoed and facts.echo_off:
            facts.restarted = True
            if not (pending.command.body and facts.body_sent):  # What became of a message is told all the same.
                self._resume(error=RestartedError("Modem mulai ulang."))
                return
        self._resume(answer)

    def _hear_prompt(self) -> None:
        pending, facts = self._pending, self.facts
        if pending is None or not pending.command.body or facts.body_sent:
            return
        if pending.echoed and facts.echo_off:
            # It has forgotten its settings, PDU mode among them: as text the PDU would go to the wrong number.
            self._output += CANCEL
            self._pending, facts.restarted = None, True
            self._resume(error=RestartedError("Modem mulai ulang."))
            return
        self._output += pending.command.body
        facts.body_sent = True
        pending.gave_body(facts.now)

    def _indicate(self, line: str) -> None:
        """What the modem says by itself."""
        facts = self.facts
        if line.startswith(_INDICATES_MESSAGE):
            facts.next_sweep = facts.now
            facts.phantoms.clear()  # One of them may be this message.
        elif line.startswith("+CUSD:"):
            facts.ussd_line = line
            if self._pause is not None and self._pause.until == "+CUSD:":
                self._end_pause()
        elif facts.quirks.is_boot(line):
            self._restart()

    def _restart(self) -> None:
        facts = self.facts
        recent = facts.now - facts.last_boot_at < _BOOT_TAKES_S
        facts.last_boot_at = facts.now
        if recent or self.state in {State.IDENTIFY, State.RECOVER, State.BLOCKED}:
            facts.setup_due, facts.next_sweep = True, facts.now
            return
        facts.restarted = True
        if self._pending is not None:
            self._pending = None
            self._resume(error=RestartedError("Modem mulai ulang."))


def _name(command: Command) -> str:
    """A command without its values."""
    return command.text.partition("=")[0]
