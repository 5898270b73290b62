"""A modem that gives no answer, keeps refusing, or has no card. No I/O."""

import re
from collections.abc import Generator
from typing import Any, Final

from firmware_bridge import commands
from firmware_bridge.commands import Command
from firmware_bridge.errors import CommandTimeoutError
from firmware_bridge.facts import Pause, Raw, Request
from firmware_bridge.routines.base import BaseRoutines, Part, RestartedError, Routine
from firmware_bridge.states import Event

_MOST_REFUSALS: Final = 3
"""So often in a row a modem may answer and yet refuse its work before its port is opened again; twice that: a reset."""
_MOST_RESET_PAUSE_S: Final = 3600.0


class Watchdog(BaseRoutines):
    """Every step is noted, and each is tried before the next harsher one."""

    def recover(self) -> Routine:
        """Wake it; if it keeps silent or keeps refusing, re-open the port; at last reset it, ever less often."""
        facts = self.facts
        began = facts.now
        if (yield from self._answers()):
            facts.failures += 1
            if facts.failures > 1:
                yield Pause(min(self.settings.retry_s, 0.1 * 2**facts.failures))
            if facts.failures >= 2 * _MOST_REFUSALS and facts.now >= facts.next_reset:
                yield from self._reset()
                return Event.GAVE_UP
            return Event.GAVE_UP if facts.failures == _MOST_REFUSALS else Event.ANSWERED
        facts.step_aloud("re-open")
        if facts.last_answer_at > began:
            return Event.GAVE_UP  # It says something again, if not yet what was asked.
        waited, facts.silent = facts.silent, True
        if facts.now - facts.unanswered_since >= self.settings.silence_s and facts.now >= facts.next_reset:
            yield from self._reset()
        elif waited:
            yield Pause(self.settings.retry_s, any_sign=True)
        return Event.GAVE_UP

    def blocked(self) -> Routine:
        """A person must see to the card, or unplug the second way to the same modem."""
        yield Pause(self.settings.sim_retry_s)
        return Event.RETRY

    def _answers(self) -> Generator[Request, Any, bool]:
        for _ in range(2):
            self.facts.step_aloud("wake")
            yield Raw(commands.CANCEL + b"\r")  # Out of a prompt for a PDU, if it waits at one.
            yield Pause(self.settings.quiet_s)
            try:
                if (yield commands.MODE).ok:
                    return True
            except CommandTimeoutError:
                pass
        return False

    def _reset(self) -> Part:
        """Two ways in turn: start anew as a whole, or switch the radio off and on."""
        facts = self.facts
        facts.resets += 1
        facts.resets_in_a_row += 1
        pause = self.settings.reset_pause_s * 2 ** min(facts.resets_in_a_row - 1, 10)
        facts.next_reset = facts.now + min(pause, _MOST_RESET_PAUSE_S)
        whole = Command(facts.quirks.reset, commands.RESTART.timeout_s)
        ways = (whole,) if facts.resets_in_a_row % 2 else (commands.RADIO_OFF, commands.RADIO_ON)
        for command in ways:
            facts.step(re.sub(r"^AT[+^]?", "", command.text))
            try:
                yield command
            except (CommandTimeoutError, RestartedError):
                pass  # It is silent anyway, or it starts anew, as it should.
