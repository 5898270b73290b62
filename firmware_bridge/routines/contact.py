"""From an open port to a modem that is set up. No I/O."""

from collections.abc import Generator
from typing import Any, Final

from firmware_bridge import commands
from firmware_bridge.commands import Answer, Command
from firmware_bridge.errors import CommandTimeoutError, SimError
from firmware_bridge.facts import Claim, Pause, PinAnswered, Raw, Request, TryPin
from firmware_bridge.pins import PinAnswer
from firmware_bridge.quirks import quirks_of
from firmware_bridge.routines.base import BaseRoutines, Part, Routine
from firmware_bridge.states import Event

SWEPT_STORAGES: Final = ("SM", "ME", "SR")
"""The card, the modem, reports; the others hold what no SMS is."""
_TOGETHER: Final = "MT"
"""The card and the modem as one storage, with places of its own."""
_BUSY: Final = {14, 515}
_REFUSED_PIN: Final = {12, 16}
"""27.007, section 9.2.1: the PUK is wanted now, or the password was incorrect."""
_PIN_AGAIN_S: Final = 60.0
"""So much later a PIN is tried once more after an answer that does not say whether it is right."""


class Contact(BaseRoutines):
    """Who is there, and how it likes to be spoken to."""

    def identify(self) -> Routine:
        """Ask the least that the first sweep needs: messages on the card are in danger until they are committed."""
        facts = self.facts
        facts.forget_modem()
        yield from self._wake()
        if facts.silent:
            facts.step("answers again")
            facts.silent = False
        imei = commands.identity((yield commands.IMEI)) or facts.imei
        if imei != facts.imei:
            facts.imei, facts.imsi, facts.first_storage = imei, "", ""
            facts.slots.clear()
        if not (yield from self._claim("")):
            card = commands.identity((yield commands.IMSI))  # Of one IMEI there may be two modems.
            if not (yield from self._claim(card)):
                return Event.NO_CARD
        yield from self._unlock()
        card = yield from self._card()
        if not (yield from self._claim(card)):
            return Event.NO_CARD
        if card != facts.imsi:
            facts.imsi, facts.balance, facts.next_balance, facts.credit_known_until = card, None, 0.0, 0.0
            facts.credit_hints.clear()
            facts.refused.clear()
        yield from self._must(commands.PDU_MODE)
        facts.storage = "SM"
        self._look_at_storage((yield commands.STORAGE))
        facts.first_storage = facts.first_storage or facts.storage
        facts.echo_off, facts.in_pdu_mode = not facts.echoed, True
        facts.asked_at = facts.asked_at or facts.now
        facts.sim_trouble = ""
        return Event.KNOWN

    def _claim(self, card: str) -> Generator[Request, Any, bool]:
        """Whether it is driven through this port, and no other."""
        self.facts.rival = not (yield Claim(self.facts.imei, card))
        return not self.facts.rival

    def _wake(self) -> Part:
        """The first command may meet what another program left half written; so it gets a second chance."""
        try:
            yield commands.ECHO_OFF
        except CommandTimeoutError:
            yield Raw(commands.CANCEL + b"\r")
            yield commands.ECHO_OFF

    def _unlock(self) -> Part:
        answer: Answer = yield from self._patiently(commands.PIN_STATE)
        state = answer.first if answer.ok else f"CME {answer.number}"
        pin_card = self.facts.pin_card
        if state == "READY" and pin_card and (yield from self._card_number()) == pin_card:
            yield from self._pin_answered(PinAnswer.ACCEPTED)  # Its answer was lost, or did not say so.
        if state == "SIM PIN" and self.settings.pin and (yield from self._enter_pin()):
            return
        if state in {"SIM PIN", "CME 11"}:
            raise SimError("sim-pin", "Kartu SIM meminta PIN.")
        if state in {"SIM PUK", "CME 12"}:
            raise SimError("sim-puk", "Kartu SIM terkunci dan meminta PUK.")
        if state in {"CME 10", "NOT INSERTED"}:
            raise SimError("sim-missing", "Tidak ada kartu SIM di dalam modem.")
        if state in {"CME 13", "CME 15"}:
            raise SimError("sim-rejected", "Modem menolak kartu SIM.")

    def _enter_pin(self) -> Generator[Request, Any, bool]:
        """One that the card refused is not entered again: the third wrong one locks it (`pins`)."""
        facts = self.facts
        yield commands.NUMERIC_ERRORS  # Else a modem says ERROR, whatever the reason.
        card = yield from self._card_number()
        if (card == facts.pin_card and facts.now < facts.next_pin) or not (yield TryPin(card)):
            return False
        facts.pin_card, facts.next_pin = card, facts.now + _PIN_AGAIN_S
        entered: Answer = yield commands.enter_pin(self.settings.pin)
        if entered.ok:
            yield from self._pin_answered(PinAnswer.ACCEPTED)
        elif entered.number in _REFUSED_PIN:
            yield from self._pin_answered(PinAnswer.REFUSED)
        elif entered.number in _BUSY:
            yield from self._pin_answered(PinAnswer.BUSY)
        return entered.ok

    def _pin_answered(self, answer: PinAnswer) -> Part:
        card, self.facts.pin_card = self.facts.pin_card, ""
        yield PinAnswered(card, answer)

    def _card_number(self) -> Generator[Request, Any, str]:
        """What tries are counted under: the card, or the modem that it is in where that tells no number."""
        return commands.card_number((yield from self._patiently(commands.CARD_NUMBER))) or self.facts.imei

    def _card(self) -> Generator[Request, Any, str]:
        answer: Answer = yield from self._patiently(commands.IMSI)
        if not (imsi := commands.identity(answer)):
            raise SimError("sim-missing" if answer.number == 10 else "sim-rejected", "Kartu SIM tidak terbaca.")
        return imsi

    def _patiently(self, command: Command) -> Generator[Request, Any, Answer]:
        """Right after a start the card is busy; a modem says so in several ways."""
        answer: Answer = yield command
        for _ in range(10):
            if answer.ok or not (answer.number in _BUSY or answer.kind is None):
                break
            yield Pause(0.3)
            answer = yield command
        return answer

    def set_up(self) -> Routine:
        facts = self.facts
        yield commands.NUMERIC_ERRORS
        facts.manufacturer = commands.words((yield commands.MANUFACTURER))
        facts.model = commands.words((yield commands.MODEL))
        facts.quirks = quirks_of(facts.manufacturer, facts.model, commands.words((yield commands.REVISION)))
        for text in facts.quirks.setup:
            yield Command(text)
        yield from self._learn_storages()
        for mode in facts.quirks.indications:
            if (yield commands.indications(mode)).ok:
                break
        yield commands.SIMPLE_SERVICE
        yield commands.CHARACTER_SET
        yield commands.OPERATOR_NAME_FORMAT
        facts.setup_due = False
        return Event.SET_UP

    def _learn_storages(self) -> Part:
        """Sweep all that the modem has; let new messages go to the card, which survives a change of modem."""
        facts = self.facts
        offered = commands.storages((yield commands.STORAGES)) or (facts.storage or "SM",)
        wished = facts.quirks.storages or SWEPT_STORAGES
        facts.storages = tuple(name for name in wished if name in offered) or offered[:1]
        facts.slots = {name: facts.slots[name] for name in facts.storages if name in facts.slots}
        kept = facts.storages[0]
        for names in ((kept, kept, kept), (kept, kept), (kept,)):
            answer: Answer = yield commands.choose_storage(*names)
            if answer.ok:
                self._chosen(kept, answer)
                break
        if _TOGETHER in offered and not {"SM", "ME"}.intersection(wished) <= {*facts.storages}:
            yield from self._look_behind()

    def _look_behind(self) -> Part:
        """Card or modem is named only as part of both together: if that holds more places, it is swept too."""
        facts = self.facts
        known = sum(total for name, (_, total) in facts.slots.items() if name != "SR")
        if (yield from self._choose(_TOGETHER)) and facts.slots.pop(_TOGETHER, (0, known + 1))[1] > known:
            facts.storages = (*facts.storages, _TOGETHER)
