"""What all routines share.

A routine is a generator: it yields a request and is given its result. A command that gets no answer raises
CommandTimeoutError at its `yield`, a restart of the modem RestartedError, a port that is gone PortError; the machine
turns what a routine leaves uncaught into an event. No I/O.
"""

from collections.abc import Generator
from typing import Any

from firmware_bridge import commands
from firmware_bridge.commands import Answer, Command
from firmware_bridge.errors import AtError, CommandFailedError
from firmware_bridge.facts import Facts, Request
from firmware_bridge.settings import BridgeSettings
from firmware_bridge.states import Event

Routine = Generator[Request, Any, Event]
Part = Generator[Request, Any, None]


class RestartedError(AtError):
    """The modem said that it started anew while something was asked of it."""

    code = "restarted"


class BaseRoutines:
    """All routines work on what is known and what is set."""

    def __init__(self, facts: Facts, settings: BridgeSettings) -> None:
        self.facts = facts
        self.settings = settings

    def _must(self, command: Command) -> Generator[Request, Any, Answer]:
        answer: Answer = yield command
        if not answer.ok:
            raise CommandFailedError(answer.number, answer.kind, f"{command.text}: {answer.text}")
        return answer

    def _choose(self, name: str) -> Generator[Request, Any, bool]:
        """Read and delete in another storage from now on; where new messages go stays as it is."""
        facts = self.facts
        kept = facts.storages[0]
        ways = {1: (name,), 2: (name, kept), 3: (name, kept, kept)}
        for count in (facts.quirks.storage_names,) if facts.quirks.storage_names else (1, 3, 2):
            answer: Answer = yield commands.choose_storage(*ways[count])
            if answer.ok:
                self._chosen(name, answer)
                return True
        return False

    def _look_at_storage(self, answer: Answer) -> None:
        if chosen := commands.storage(answer):
            self.facts.storage, self.facts.slots[chosen[0]] = chosen[0], chosen[1:]

    def _chosen(self, name: str, answer: Answer) -> None:
        self.facts.storage = name
        if (places := commands.places(answer)) is not None:
            self.facts.slots[name] = places

    def lacks_credit(self) -> bool:
        return self._has_low_balance() or self._seems_empty()

    def is_refused(self) -> bool:
        """The operator takes messages to nobody."""
        return len(self.facts.refused) >= self.settings.most_credit_hints

    def _has_low_balance(self) -> bool:
        return self.facts.balance is not None and self.facts.balance < self.settings.least_balance

    def _seems_empty(self) -> bool:
        """The operator's refusals say so, and no balance that was told since says otherwise."""
        return len(self.facts.credit_hints) >= self.settings.most_credit_hints
