"""Looking after a modem that works: its network, its card, its balance. No I/O."""

from collections.abc import Generator
from typing import Any, Final

from firmware_bridge import commands
from firmware_bridge.commands import Answer
from firmware_bridge.errors import CommandTimeoutError
from firmware_bridge.facts import Pause, Raw, Request, Told
from firmware_bridge.routines.base import BaseRoutines, Routine
from firmware_bridge.states import Event
from firmware_bridge.ussd import balance_of, decode_answer, pack_code

_USSD_S: Final = 20.0
"""How long the operator may take; incoming messages wait for it."""


class Care(BaseRoutines):
    """What a status page shows is asked for here."""

    def check(self) -> Routine:
        facts = self.facts
        facts.next_check = facts.now + self.settings.check_s
        facts.signal_dbm = commands.signal_dbm((yield commands.SIGNAL))
        facts.registration = commands.registration((yield commands.REGISTRATION))
        if facts.registration not in {"home", "roaming"}:
            lte: Answer = yield commands.REGISTRATION_LTE
            if lte.ok and commands.registration(lte) in {"home", "roaming"}:
                facts.registration = commands.registration(lte)
        facts.operator = commands.operator((yield commands.OPERATOR))
        self._look_at_storage((yield commands.STORAGE))
        used = facts.slots.get(facts.storage, (0, 0))[0]
        if used != facts.phantoms.get(facts.storage, 0):
            facts.next_sweep = facts.now
        if commands.identity((yield commands.IMSI)) != facts.imsi:
            facts.step("another card")
            return Event.NEW_CARD
        return Event.CHECKED

    def balance(self) -> Routine:
        """Ask the operator. What gives no amount is asked once more in the other way of writing codes."""
        facts = self.facts
        facts.next_balance = facts.now + self.settings.balance_s
        text, rupiah = "", balance_of("")
        known = facts.ussd or facts.quirks.ussd
        for way in (known, "text" if known == "packed" else "packed"):
            text = yield from self._ask_operator(way)
            rupiah = balance_of(text)
            if rupiah is not None:
                facts.ussd, facts.balance = way, rupiah
                if facts.credit_hints and not self._has_low_balance():
                    facts.credit_hints.clear()  # Whatever was refused, it was not for want of credit.
                    facts.credit_known_until = facts.now + self.settings.low_balance_s
            if rupiah is not None or not facts.ussd_answered:
                break
        if text:
            yield Told(text, rupiah)
        if self.lacks_credit():
            facts.next_balance = facts.now + self.settings.low_balance_s
        return Event.TOLD

    def _ask_operator(self, way: str) -> Generator[Request, Any, str]:
        """A session is always cancelled: an open one keeps the next from starting."""
        facts, code = self.facts, self.settings.balance_code
        facts.ussd_line = ""
        try:
            answer: Answer = yield commands.dial_ussd(pack_code(code) if way == "packed" else code)
        except CommandTimeoutError:
            yield Raw(commands.CANCEL_USSD.text.encode() + b"\r")  # Whether it is heard, the recovery finds out.
            raise
        if answer.ok and not facts.ussd_line:
            yield Pause(_USSD_S * self.settings.timeout_factor, until="+CUSD:")
        facts.ussd_answered = bool(facts.ussd_line) or not answer.ok
        yield commands.CANCEL_USSD
        return decode_answer(facts.ussd_line)
