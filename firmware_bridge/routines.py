"""What is done with a modem in each state, as generators: they yield a request and are given its result. No I/O.

A command that gets no answer raises CommandTimeoutError at its `yield`, a restart of the modem RestartedError, a port
that is gone PortError; the machine turns what a routine leaves uncaught into an event.
"""

import re
from collections.abc import Generator
from typing import Any, Final

from firmware_bridge import commands
from firmware_bridge.commands import Answer, Command, Listed
from firmware_bridge.desk import Found, Outcome, Outgoing
from firmware_bridge.errors import AtError, CommandFailedError, CommandTimeoutError, PduError, PortError, SimError
from firmware_bridge.facts import Ask, Claim, Facts, Pause, Raw, Request, Take, Tell, Told
from firmware_bridge.pdu import cmgs_length
from firmware_bridge.quirks import quirks_of
from firmware_bridge.settings import BridgeSettings
from firmware_bridge.states import Event
from firmware_bridge.ussd import balance_of, decode_answer, pack_code

Routine = Generator[Request, Any, Event]
Part = Generator[Request, Any, None]

SWEPT_STORAGES: Final = ("SM", "ME", "SR")
"""The card, the modem, reports. MT is the first two together; the others hold what no SMS is."""
_MOST_REFUSALS: Final = 3
"""So often a storage may refuse to be listed before the modem counts as stuck."""
_MOST_DOUBTS: Final = 4
"""So often a list in which nothing looks whole is read again."""
_USSD_S: Final = 20.0
"""How long the operator may take; incoming messages wait for it."""
_AGAIN_S: Final = 1.0
"""How soon a sweep is repeated that the desk or the card refused; each time in a row twice as long."""
_NO_SUCH_MESSAGE: Final = 321
_NO_SERVICE_CENTRE: Final = 330
_NO_NETWORK: Final = {"none", "searching", "denied"}
_BUSY: Final = {14, 515}
_MOST_RESET_PAUSE_S: Final = 3600.0


class RestartedError(AtError):
    """The modem said that it started anew while something was asked of it."""

    code = "restarted"


class Routines:
    """All of them share what is known and what is set."""

    def __init__(self, facts: Facts, settings: BridgeSettings) -> None:
        self.facts = facts
        self.settings = settings

    # -- from an open port to the first message ------------------------------------------------------------------------

    def identify(self) -> Routine:
        """Ask the least that the first sweep needs: messages on the card are in danger until they are committed."""
        facts = self.facts
        facts.forget_modem()
        yield from self._wake()
        if facts.silent:
            facts.step("answers again")
            facts.silent = False
        facts.imei = commands.identity((yield commands.IMEI)) or facts.imei
        facts.rival = not (yield Claim(facts.imei))
        if facts.rival:
            return Event.NO_CARD
        yield from self._unlock()
        card = yield from self._card()
        if card != facts.imsi:
            facts.imsi, facts.balance, facts.next_balance = card, None, 0.0
        yield from self._must(commands.PDU_MODE)
        facts.storage = "SM"
        self._look_at_storage((yield commands.STORAGE))
        facts.echo_off, facts.in_pdu_mode = not facts.echoed, True
        facts.asked_at = facts.asked_at or facts.now
        facts.sim_trouble = ""
        facts.identified += 1
        return Event.KNOWN

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
        if state == "SIM PIN" and self.settings.pin and not self.facts.pin_refused:
            entered: Answer = yield commands.enter_pin(self.settings.pin)
            self.facts.pin_refused = not entered.ok  # Three wrong ones lock the card, so it is never tried again.
            if entered.ok:
                return
        if state in {"SIM PIN", "CME 11"}:
            raise SimError("sim-pin", "Kartu SIM meminta PIN.")
        if state in {"SIM PUK", "CME 12"}:
            raise SimError("sim-puk", "Kartu SIM terkunci dan meminta PUK.")
        if state in {"CME 10", "NOT INSERTED"}:
            raise SimError("sim-missing", "Tidak ada kartu SIM di dalam modem.")
        if state in {"CME 13", "CME 15"}:
            raise SimError("sim-rejected", "Modem menolak kartu SIM.")

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

    def _must(self, command: Command) -> Generator[Request, Any, Answer]:
        answer: Answer = yield command
        if not answer.ok:
            raise CommandFailedError(answer.number, answer.kind, f"{command.text}: {answer.text}")
        return answer

    # -- what can wait until those messages are safe -------------------------------------------------------------------

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
        kept = facts.storages[0]
        for names in ((kept, kept, kept), (kept, kept), (kept,)):
            answer: Answer = yield commands.choose_storage(*names)
            if answer.ok:
                self._chosen(kept, answer)
                break

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

    # -- taking messages in --------------------------------------------------------------------------------------------

    def sweep(self) -> Routine:
        """Every storage until nothing is left in it: list, hand over, and delete only what was committed."""
        facts = self.facts
        facts.next_sweep = facts.now + self.settings.sweep_s  # An indication from here on makes it due again.
        if not facts.in_pdu_mode:
            yield from self._must(commands.PDU_MODE)
        facts.in_pdu_mode = False  # Until a restart that nobody noticed.
        facts.desk_refused = facts.cannot_delete = False
        yield from self._take_direct()
        refused, storages = 0, facts.storages or (facts.storage,)
        for name in storages:
            if name != facts.storage and not (yield from self._choose(name)):
                continue
            refused += not (yield from self._empty(name))
        facts.troubled_sweeps = facts.troubled_sweeps + 1 if facts.desk_refused or facts.cannot_delete else 0
        if facts.troubled_sweeps:
            again_s = _AGAIN_S * 2 ** min(facts.troubled_sweeps - 1, 10)
            facts.next_sweep = facts.now + min(again_s, self.settings.sweep_s)
        if refused < len(storages):
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
            if not entries or facts.desk_refused:
                break
            if believed and not (yield from self._hand_over(name, believed)):
                break
            doubts = 0 if believed else doubts + 1
        return True

    def _list(self, name: str) -> Generator[Request, Any, list[Listed] | None]:
        facts = self.facts
        used, total = facts.slots.get(name, (0, 0))
        entries: list[Listed] = []
        if facts.quirks.listing == "list":
            answer: Answer = yield commands.LIST
            if not answer.ok and answer.number != _NO_SUCH_MESSAGE:
                return None
            entries = commands.listed(answer)
        if (
            not entries and used and facts.phantoms.get(name) != used
        ):  # Some modems list nothing though there is something.
            facts.phantoms[name] = used
            for index in range(facts.quirks.first_slot, facts.quirks.first_slot + total):
                if (entry := commands.slot((yield commands.read_slot(index)), index)) is not None:
                    entries.append(entry)
        facts.slots[name] = (len(entries), total)
        return entries

    def _is_believed(self, name: str, entry: Listed) -> bool:
        """What looks damaged may have been damaged on the way: it is deleted only if it reads so twice."""
        if entry.intact or self.facts.suspects.get((name, entry.index)) == entry.body:
            self.facts.suspects.pop((name, entry.index), None)
            return True
        self.facts.suspects[name, entry.index] = entry.body
        return False

    def _hand_over(self, name: str, entries: list[Listed]) -> Generator[Request, Any, bool]:
        """Delete what the desk has committed; False if nothing went away."""
        facts = self.facts
        if not (yield Take(tuple(Found(name, entry.index, entry.pdu, entry.status) for entry in entries))):
            facts.desk_refused = True
            return False
        facts.last_sms_at = facts.now
        gone = 0
        for entry in entries:
            answer: Answer = yield commands.delete(entry.index)
            if answer.ok or answer.number == _NO_SUCH_MESSAGE:
                gone += 1
                used, total = facts.slots.get(name, (gone, 0))
                facts.slots[name] = (max(0, used - 1), total)
            if facts.now - facts.asked_at >= self.settings.reply_wait_s and facts.asked_at:
                yield from self._send(replies_only=True)
        facts.cannot_delete = gone < len(entries)
        return gone > 0

    # -- sending -------------------------------------------------------------------------------------------------------

    def send(self) -> Routine:
        yield from self._send(replies_only=False)
        return Event.SENT

    def _send(self, *, replies_only: bool) -> Part:
        """Whole messages one after the other, until there are no more or incoming ones wait."""
        facts = self.facts
        if facts.registration in _NO_NETWORK or self.lacks_credit():
            facts.next_ask = facts.now + self.settings.ask_s
            return
        while True:
            facts.asked_at = facts.now
            facts.next_ask = facts.now + self.settings.ask_s
            outgoing: Outgoing | None = yield Ask(replies_only)
            if outgoing is None or not (yield from self._submit(outgoing)):
                return
            whole = outgoing.part >= outgoing.parts
            if whole and (replies_only or facts.restarted or facts.direct or facts.now >= facts.next_sweep):
                facts.next_ask = facts.now
                return

    def _submit(self, outgoing: Outgoing) -> Generator[Request, Any, bool]:
        """True if it is worth going on."""
        facts = self.facts
        try:
            command = commands.send(outgoing.pdu, cmgs_length(outgoing.pdu))
        except PduError:
            yield Tell(outgoing, Outcome.REFUSED, None, PduError.code)
            return True
        try:
            if outgoing.parts > 1 and outgoing.part == 1 and facts.more_messages:
                facts.more_messages = (yield commands.MORE_MESSAGES).ok
            facts.body_sent = False
            answer: Answer = yield command
        except (CommandTimeoutError, RestartedError, PortError) as error:
            yield self._left_open(outgoing, error.code)
            raise
        outcome, reference = self._judge(answer)
        code = "" if outcome is Outcome.SENT else commands.failure_code(answer)
        yield Tell(outgoing, outcome, reference, code)
        return outcome is not Outcome.FAILED

    def _left_open(self, outgoing: Outgoing, code: str) -> Tell:
        """No final answer came: what is known is whether the PDU left us, and whether the network took it."""
        facts = self.facts
        if not facts.body_sent:
            return Tell(outgoing, Outcome.FAILED, None, code)
        if facts.given_reference is not None:
            return Tell(outgoing, Outcome.SENT, facts.given_reference, "")
        facts.unknown_sends += 1
        return Tell(outgoing, Outcome.UNKNOWN, None, code)

    def _judge(self, answer: Answer) -> tuple[Outcome, int | None]:
        facts = self.facts
        facts.no_service_centre = answer.number == _NO_SERVICE_CENTRE and not answer.ok
        if answer.ok and facts.body_sent:
            return Outcome.SENT, commands.reference(answer)
        if commands.is_uncertain(answer):
            facts.unknown_sends += 1
            return Outcome.UNKNOWN, None
        if commands.hints_at_no_credit(answer):
            facts.next_balance = facts.now
        return (Outcome.REFUSED if commands.is_permanent(answer) else Outcome.FAILED), None

    # -- looking after it ----------------------------------------------------------------------------------------------

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

    def lacks_credit(self) -> bool:
        return self.facts.balance is not None and self.facts.balance < self.settings.least_balance

    # -- the watchdog --------------------------------------------------------------------------------------------------

    def recover(self) -> Routine:
        """Wake it; if it keeps silent or keeps refusing, re-open the port; at last reset it, ever less often."""
        facts = self.facts
        facts.failures += 1
        if (yield from self._answers()):
            if facts.failures > 1:
                yield Pause(min(self.settings.retry_s, 0.1 * 2**facts.failures))
            if facts.failures >= 2 * _MOST_REFUSALS and facts.now >= facts.next_reset:
                yield from self._reset()
                return Event.GAVE_UP
            return Event.GAVE_UP if facts.failures == _MOST_REFUSALS else Event.ANSWERED
        facts.step_aloud("re-open")
        facts.silent = True
        if facts.now - facts.last_answer_at >= self.settings.silence_s and facts.now >= facts.next_reset:
            yield from self._reset()
        elif facts.failures > 1:
            yield Pause(min(self.settings.retry_s, 0.5 * facts.failures), any_sign=True)
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
