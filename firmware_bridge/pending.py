"""The command under way: what came in answer to it, and how it is found out early that none will come. No I/O.

Who waits for the whole time-out of a command that the modem never saw loses seconds. So when nothing came for longer
than usual, the modem is asked something else, whose answer cannot be mistaken: its mode. A modem that is merely slow
answers the command first, and the probe behind it or not at all; one that answers the probe alone knows nothing of
the command.
"""

import math
from typing import Final

from firmware_bridge.at_parser import Line, Payload
from firmware_bridge.commands import MODE, Answer, Command
from firmware_bridge.facts import Facts
from firmware_bridge.settings import BridgeSettings

PROBE: Final = MODE
_MOST_PATIENCE: Final = 8.0


def answers_probe(line: str, pending: "Pending | None") -> bool:
    """If a line belongs to a probe, its echo among them, and not to what is asked now."""
    return line.startswith((PROBE.prefix, PROBE.text)) and not (pending is not None and pending.command.strict)


class Pending:
    """One command from its writing to its result."""

    def __init__(self, command: Command, settings: BridgeSettings, facts: Facts) -> None:
        self.command = command
        self.lines: list[Line | Payload] = []
        self.echoed = False
        self.answer: Answer | None = None
        """Held back while the answer to a probe may still come."""
        self.probes = 0
        """Probes that were written and not answered."""
        name = command.text.removeprefix("AT").partition("=")[0].partition("?")[0]
        self.prefixes = tuple(prefix for prefix in (command.prefix, f"{name}:") if len(prefix) > 1)
        self._factor = settings.timeout_factor
        self._timeout_s = command.timeout_s * self._factor
        self._probe_s = settings.probe_s * self._factor * facts.patience if command.may_be_probed else math.inf
        self._body_probe_s = settings.send_probe_s * self._factor
        self._has_given_body = False
        self.deadline = facts.now + self._timeout_s
        self.probe_at = math.inf if command.body else facts.now + self._probe_s
        """Between AT+CMGS and its prompt a probe would become part of the message."""

    def gave_body(self, now: float) -> None:
        """The network has the word now."""
        self._timeout_s = self.command.body_timeout_s * self._factor
        self._has_given_body = True
        self.deadline = now + self._timeout_s
        self._probe_s = self._body_probe_s
        self.probe_at = now + self._probe_s

    def go_on(self, now: float) -> None:
        """A line of the answer has come."""
        self.deadline = now + self._timeout_s
        self.probe_at = now + self._probe_s

    def probed(self, now: float) -> None:
        self.probes += 1
        self.probe_at = now + (self._probe_s / 2 if self._has_given_body else self._probe_s)

    def probe_answered(self) -> bool:
        """True if there is nothing left to wait for; not so if the probe was an earlier command's."""
        if not self.probes:
            return False
        self.probes -= 1
        return self.answer is None or not self.probes

    def was_slow(self, facts: Facts) -> None:
        """Its answer came all the same: those of the probes are waited for a moment, and later ones are sent later."""
        facts.patience = min(_MOST_PATIENCE, facts.patience * 2)
        self.deadline = facts.now + PROBE.timeout_s * self._factor
        self.probe_at = math.inf

    def final_answer(self) -> Answer | None:
        """None if there is none, or none that can be trusted."""
        answer = self.answer
        if answer is None:
            return self._swallowed_ok()
        if self._has_given_body and self.probes and not answer.ok and answer.kind is None:
            return None  # It may be the probe that was refused, and the message may have gone.
        return answer

    def _swallowed_ok(self) -> Answer | None:
        """The list without the last entry's line, if the OK behind a header without one was taken for it."""
        last = self.lines[-1] if self.lines else None
        if not isinstance(last, Payload) or last.body != "OK":
            return None
        return Answer(ok=True, lines=(*self.lines[:-1], Payload(last.header, "")))
