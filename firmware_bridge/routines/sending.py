"""Sending: whole messages, and what is known of each when its answer is missing. No I/O."""

from collections.abc import Generator
from typing import Any, Final

from firmware_bridge import commands
from firmware_bridge.commands import Answer
from firmware_bridge.desk import Outcome, Outgoing
from firmware_bridge.errors import CommandFailedError, CommandTimeoutError, PduError, PortError
from firmware_bridge.facts import Ask, Request, Tell
from firmware_bridge.pdu import Submit, cmgs_length, decode_pdu
from firmware_bridge.routines.base import BaseRoutines, Part, RestartedError, Routine
from firmware_bridge.states import Event

_NO_SERVICE_CENTRE: Final = 330
_NO_NETWORK: Final = {"none", "searching", "denied"}


class Sending(BaseRoutines):
    """What the desk gives goes out, and the desk is told what became of it."""

    def send(self) -> Routine:
        facts = self.facts
        if not facts.holds_unread():
            yield from self._send(replies_only=False)
        elif self._has_waited_long():
            yield from self._send(replies_only=True)
        else:
            facts.next_ask = facts.now + self.settings.ask_s
        return Event.SENT

    def _has_waited_long(self) -> bool:
        """So long that a reply may go out before incoming messages are safe."""
        facts = self.facts
        return facts.asked_at > 0 and facts.now - facts.asked_at >= self.settings.reply_wait_s

    def _send(self, *, replies_only: bool) -> Part:
        """Whole messages one after the other, until there are no more or incoming ones wait."""
        facts = self.facts
        if facts.registration in _NO_NETWORK or not self._may_pay():
            facts.next_ask = facts.now + self.settings.ask_s
            return
        whole = True
        while True:
            facts.asked_at = facts.now
            facts.next_ask = facts.now + self.settings.ask_s
            outgoing: Outgoing | None = yield Ask(replies_only)
            if outgoing is None or not (yield from self._submit(outgoing, is_first=whole)):
                return
            whole = outgoing.part >= outgoing.parts
            if whole and (replies_only or facts.restarted or facts.direct or facts.now >= facts.next_sweep):
                facts.next_ask = facts.now
                return

    def _may_pay(self) -> bool:
        """A card that only seems empty is tried now and then: nobody else tells that it was charged."""
        if self._has_low_balance():
            return False
        return not self._seems_empty() or self.facts.now >= self.facts.next_credit_trial

    def _submit(self, outgoing: Outgoing, *, is_first: bool) -> Generator[Request, Any, bool]:
        """True if it is worth going on; `is_first`: the part before it was another message's, or there was none."""
        facts = self.facts
        try:
            command = commands.send(outgoing.pdu, cmgs_length(outgoing.pdu))
        except PduError:
            yield Tell(outgoing, Outcome.REFUSED, None, PduError.code)
            return True
        try:
            if is_first:  # A modem that restarted unnoticed would send the PDU as a text, to whom its length says.
                yield from self._must(commands.PDU_MODE)
            if outgoing.parts > 1 and outgoing.part == 1 and facts.more_messages:
                facts.more_messages = (yield commands.MORE_MESSAGES).ok
            answer: Answer = yield command
        except (CommandFailedError, CommandTimeoutError, RestartedError, PortError) as error:
            yield self._left_open(outgoing, error.code)
            raise
        outcome, reference = self._judge(answer, outgoing)
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

    def _judge(self, answer: Answer, outgoing: Outgoing) -> tuple[Outcome, int | None]:
        facts = self.facts
        facts.no_service_centre = answer.number == _NO_SERVICE_CENTRE and not answer.ok
        if answer.ok and facts.body_sent:
            facts.credit_hints.clear()
            facts.refused.clear()
            return Outcome.SENT, commands.reference(answer)
        if commands.is_uncertain(answer):
            facts.unknown_sends += 1
            return Outcome.UNKNOWN, None
        if commands.hints_at_no_credit(answer):
            recipient = _recipient(outgoing)
            facts.refused.add(recipient)
            # What is refused again may concern this recipient alone, and is no trial for the rest.
            if recipient not in facts.credit_hints and facts.now >= facts.credit_known_until:
                facts.credit_hints.add(recipient)
                facts.next_balance = facts.now
                facts.next_credit_trial = facts.now + self.settings.low_balance_s
            return Outcome.FAILED, None
        return (Outcome.REFUSED if commands.is_permanent(answer) else Outcome.FAILED), None


def _recipient(outgoing: Outgoing) -> str:
    """Whom it is for; the message's own name where that does not read."""
    try:
        message = decode_pdu(outgoing.pdu)
    except PduError:
        return outgoing.id
    return message.recipient.number if isinstance(message, Submit) else outgoing.id
