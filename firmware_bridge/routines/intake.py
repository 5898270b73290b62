"""Taking messages in: listed, handed over, and deleted only once they are committed. No I/O."""

from collections.abc import Generator
from typing import Any, Final

from firmware_bridge import commands
from firmware_bridge.commands import Answer, Listed
from firmware_bridge.desk import Found
from firmware_bridge.errors import CommandFailedError
from firmware_bridge.facts import Request, Take
from firmware_bridge.routines.base import Part, RestartedError, Routine
from firmware_bridge.routines.sending import Sending
from firmware_bridge.states import Event

_MOST_DOUBTS: Final = 4
"""So often a list in which nothing looks whole is read again."""
_AGAIN_S: Final = 1.0
"""How soon a sweep is repeated that the desk, the card or the modem refused; each time in a row twice as long."""
_NO_SUCH_MESSAGE: Final = 321


class Intake(Sending):
    """A long sweep lets a reply out now and then, so it builds on sending."""

    def sweep(self) -> Routine:
        """Every storage until nothing is left in it: list, hand over, and delete only what was committed."""
        facts = self.facts
        facts.next_sweep = facts.now + self.settings.sweep_s  # An indication from here on makes it due again.
        if not facts.in_pdu_mode:
            yield from self._must(commands.PDU_MODE)
        facts.in_pdu_mode = False  # Until a restart that nobody noticed.
        facts.desk_refused = facts.cannot_delete = False
        yield from self._take_direct()
        storages = facts.storages or (facts.storage,)
        unlisted = {}
        for name in storages:
            if not ((name == facts.storage or (yield from self._choose(name))) and (yield from self._empty(name))):
                unlisted[name] = facts.unlisted.get(name, 0) + 1
        facts.unlisted = unlisted
        is_troubled = facts.holds_unread() or facts.cannot_delete
        facts.troubled_sweeps = facts.troubled_sweeps + 1 if is_troubled else 0
        if facts.troubled_sweeps:
            again_s = _AGAIN_S * 2 ** min(facts.troubled_sweeps - 1, 10)
            facts.next_sweep = facts.now + min(again_s, self.settings.sweep_s)
        if len(facts.unlisted) < len(storages):
            facts.last_sweep_at = facts.now
            facts.failures = facts.resets_in_a_row = 0
        elif not facts.setup_due:  # Else its quirks, not yet known, may be the reason.
            raise CommandFailedError(None, None, commands.LIST.text)
        return Event.SWEPT

    def _take_direct(self) -> Part:
        """What came by +CMT or +CDS lies nowhere else: it stays here until the desk has it."""
        facts = self.facts
        count = len(facts.direct)
        if not count:
            return
        found = tuple(Found("", 0, Listed(0, 0, line.body, intact=True).pdu, 0) for line in facts.direct)
        if (yield Take(found)):
            del facts.direct[:count]
            facts.last_sms_at = facts.now
        else:
            facts.desk_refused = True

    def _empty(self, name: str) -> Generator[Request, Any, bool]:
        """False if the storage cannot be listed."""
        facts = self.facts
        doubts = 0
        while doubts < _MOST_DOUBTS:
            entries = yield from self._list(name)
            if entries is None:
                return False
            believed = [entry for entry in entries if self._is_believed(name, entry)]
            for place, entry in enumerate(believed):
                if not entry.intact:
                    believed[place] = yield from self._read_alone(entry)
            if not entries or facts.desk_refused:
                break
            if believed and not (yield from self._hand_over(name, believed)):
                break
            doubts = 0 if believed else doubts + 1
        return True

    def _list(self, name: str) -> Generator[Request, Any, list[Listed] | None]:
        facts = self.facts
        entries: list[Listed] = []
        if facts.quirks.listing == "list":
            answer: Answer = yield commands.LIST
            if not answer.ok and answer.number != _NO_SUCH_MESSAGE:
                return None
            entries = commands.listed(answer)
        else:
            self._look_at_storage((yield commands.STORAGE))
        used, total = facts.slots.get(name, (0, 0))
        phantoms = min(facts.phantoms.get(name, 0), used)
        if not entries and used > phantoms:  # Some modems list nothing though there is something.
            for index in range(facts.quirks.first_slot, facts.quirks.first_slot + total):
                if (entry := commands.slot((yield commands.read_slot(index)), index)) is not None:
                    entries.append(entry)
            phantoms = max(0, used - len(entries))
        facts.phantoms[name] = phantoms
        facts.slots[name] = (len(entries) + phantoms, total)
        return entries

    def _is_believed(self, name: str, entry: Listed) -> bool:
        """What looks damaged may have been damaged on the way: it is deleted only if it reads so twice."""
        if entry.intact or self.facts.suspects.get((name, entry.index)) == entry.body:
            self.facts.suspects.pop((name, entry.index), None)
            return True
        self.facts.suspects[name, entry.index] = entry.body
        return False

    def _read_alone(self, entry: Listed) -> Generator[Request, Any, Listed]:
        """Read what looks damaged in every list in its own place, before it is deleted: there it may be whole."""
        alone = commands.slot((yield commands.read_slot(entry.index)), entry.index)
        return alone if alone is not None and alone.intact else entry

    def _hand_over(self, name: str, entries: list[Listed]) -> Generator[Request, Any, bool]:
        """Delete what the desk has committed; False if nothing went away."""
        facts = self.facts
        if not (yield Take(tuple(Found(name, entry.index, entry.pdu, entry.status) for entry in entries))):
            facts.desk_refused = True
            return False
        facts.last_sms_at = facts.now
        gone = 0
        for entry in entries:
            yield from self._make_sure_of(name)
            answer: Answer = yield commands.delete(entry.index)
            if answer.ok or answer.number == _NO_SUCH_MESSAGE:
                gone += 1
                used, total = facts.slots.get(name, (gone, 0))
                facts.slots[name] = (max(0, used - 1), total)
            if self._has_waited_long():
                yield from self._send(replies_only=True)
            if facts.restarted:
                raise RestartedError("Modem mulai ulang.")
        facts.cannot_delete = gone < len(entries)
        return gone > 0

    def _make_sure_of(self, name: str) -> Part:
        """A modem that restarts without a word goes back to its own storage: what lies there was not committed."""
        facts = self.facts
        if name == facts.first_storage == (facts.storages or (name,))[0]:
            return
        chosen = commands.storage((yield commands.STORAGE))
        if chosen is not None and chosen[0] != name:
            raise RestartedError("Modem mulai ulang.")
