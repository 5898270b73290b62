"""What goes out, each message once. An attempt is on the disk before the modem hears of it.

    queued ─ sending ─ sent ─ delivered        no answer twice: unknown        too late: expired        refused: failed

`sent` is final for the text, which is erased then; a delivery report may still make it `delivered` or `failed`.
"""

import logging
import sqlite3
from hashlib import sha256
from typing import Final

from firmware_bridge.desk import Outcome, Outgoing
from firmware_bridge.pdu import Address, PduError, StatusReport, Submit, count_parts, encode_pdu, split_text
from kiosk_agent.errors import NotReadableError, PhoneError
from kiosk_agent.intake.checks import normal_phone
from kiosk_agent.kiosk import Kiosk
from kiosk_agent.sms_desk import hours
from kiosk_agent.sms_desk.boxes import Boxes, Letter
from kiosk_agent.store import Filing, facts, sms, sms_out
from kiosk_agent.store.sms_out import Attempt, Waiting
from sync_protocol.bodies import SmsOut, SmsResult, decode_body
from sync_protocol.entry import Entry
from sync_protocol.errors import ProtocolError
from sync_protocol.kinds import Kind
from sync_protocol.packing import unpack
from sync_protocol.seal import key_tag, open_body
from sync_protocol.states import Enrolment

log = logging.getLogger(__name__)

MAX_UNKNOWN: Final = 2
"""An attempt without an answer is repeated once."""
MAX_FAILED: Final = 12
MAX_RETRY_S: Final = 3_600
REPLY_LIFE_S: Final = hours.DAY_MS / 1000
"""A reply that is older helps nobody."""
OTHER_SIM_MS: Final = 120_000
"""So long a reply waits for the SIM that the question came to; then any will do."""
STUCK_MS: Final = 3 * hours.DAY_MS
"""A message whose first parts went by a SIM that never came back."""
REPORT_LIFE_MS: Final = 7 * hours.DAY_MS
_REFERENCES: Final = 256


class Outbox:
    """Queues and gives out. Everything happens in the caller's transaction."""

    def __init__(self, kiosk: Kiosk, boxes: Boxes) -> None:
        self._kiosk = kiosk
        self._boxes = boxes
        self._not_before_s: dict[int, float] = {}
        """When a message may be tried again, by the monotonic clock."""
        self._since_s: dict[int, float] = {}
        """Since when a reply has waited, by the same."""

    # -- queueing ------------------------------------------------------------------------------------------------------

    @staticmethod
    def own_key(message: bytes, template: str) -> bytes:
        """The key of a reply of the kiosk's own: one for each message and template, ever."""
        return sha256(b"kasih reply\n" + template.encode() + b"\n" + message).digest()

    def queue_reply(self, connection: sqlite3.Connection, *, key: bytes, to: str, text: str, via: bytes) -> bool:
        """Queue the answer to an SMS that came here, if the budgets allow."""
        now, whose = self._kiosk.clock.now_ms(), self._boxes.mark("who", to)
        likeness = self._boxes.mark("text", text)
        day, hour = now - hours.DAY_MS, now - hours.HOUR_MS
        budget = hours.Sent(
            identical_day=sms_out.count_to(connection, whose, day, now, likeness),
            hour=sms_out.count_to(connection, whose, hour, now),
            day=sms_out.count_to(connection, whose, day, now),
        )
        if not text or not hours.may_reply(budget):
            return False
        return self._queue(connection, key, Letter(to, text), "reply", via=via)

    def queue_later(
        self, connection: sqlite3.Connection, *, key: bytes, to: str, text: str, via: bytes, after_seq: int
    ) -> None:
        """Queue what is to be said once the centre has this entry of the kiosk's log."""
        if text:
            self._queue(connection, key, Letter(to, text), "later", via=via, after_seq=after_seq)

    def take_orders(self, filing: Filing) -> None:
        """Queue what the centre wants sent. A key that ever was is passed over."""
        for entry in sms_out.new_orders(filing.connection):
            sms_out.mark_order(filing.connection, entry.id)
            try:
                order = self._read_order(entry)
            except ProtocolError as error:
                log.warning("an order to send cannot be read: %s", error.code)
                continue
            try:
                to = normal_phone(order.to)
            except PhoneError:
                to = ""
            self._queue(
                filing.connection,
                bytes.fromhex(order.key),
                Letter(to, order.text),
                "centre",
                priority=order.priority,
                not_after=order.not_after,
            )

    def _queue(
        self,
        connection: sqlite3.Connection,
        key: bytes,
        letter: Letter,
        origin: str,
        *,
        via: bytes = b"",
        priority: int = 0,
        not_after: int = 0,
        after_seq: int = 0,
    ) -> bool:
        return sms_out.add(
            connection,
            key,
            origin=origin,
            whose=self._boxes.mark("who", letter.to),
            likeness=self._boxes.mark("text", letter.text),
            via=via,
            priority=priority,
            at=self._kiosk.clock.now_ms(),
            not_after=not_after,
            after_seq=after_seq,
            parts=count_parts(letter.text)[0],
            box=self._boxes.close_letter(key, letter),
        )

    def _read_order(self, entry: Entry) -> SmsOut:
        device = self._kiosk.store.device
        data = open_body(entry.to, entry.header, entry.body, {key_tag(device.seal_public): device.seal})
        body = decode_body(Kind.SMS_OUT, unpack(data))
        assert isinstance(body, SmsOut)  # noqa: S101  The decoder of this kind gives nothing else.
        return body

    # -- giving out ----------------------------------------------------------------------------------------------------

    def next(self, filing: Filing, via: bytes, *, replies_only: bool) -> Outgoing | None:
        """What this SIM is to send now; the attempt is noted in this transaction."""
        connection = filing.connection
        for attempt in sms_out.trying(connection, via):
            # A SIM that asks for more has no other attempt open: how this one ended was never told.
            self._end_unknown(filing, attempt, "terputus")
        waiting = sms_out.waiting(connection, self._kiosk.store.received_seq())
        is_reply = {one.n: self._is_reply(connection, one) for one in waiting}
        for one in sorted(waiting, key=lambda one: (one.state != "sending", not is_reply[one.n])):
            if self._is_over(filing, one):
                continue
            if self._may_go(connection, one, via, is_reply=is_reply[one.n], replies_only=replies_only):
                outgoing = self._begin(filing, one, via, is_reply=is_reply[one.n])
                if outgoing is not None:
                    return outgoing
        return None

    def _is_reply(self, connection: sqlite3.Connection, one: Waiting) -> bool:
        """Whether somebody has just written and waits for this."""
        now = self._kiosk.clock.now_ms()
        if one.origin == "reply":
            return abs(now - one.created_at) <= hours.FRESH_MS
        heard_at = sms.last_heard(connection, one.whose) if one.origin == "centre" else None
        return heard_at is not None and abs(now - heard_at) <= hours.FRESH_MS

    def _is_over(self, filing: Filing, one: Waiting) -> bool:
        """Whether it is too late for a message that waits; then that is its end."""
        connection = filing.connection
        if one.state == "queued" and (0 < one.not_after < self._true_ms() or self._is_stale(one)):
            self._finish(filing, one, "expired", "")
            return True
        if one.state == "sending" and abs(self._kiosk.clock.now_ms() - one.created_at) > STUCK_MS:
            self._finish(filing, one, "unknown", "sim")
            return True
        tried = sms_out.attempts(connection, one.n, one.next_part)
        if sum(attempt.state == "unknown" for attempt in tried) >= MAX_UNKNOWN:
            self._finish(filing, one, "unknown", "")
            return True
        if sum(attempt.state == "failed" for attempt in tried) >= MAX_FAILED:
            self._finish(filing, one, "failed", "tries")
            return True
        return False

    def _is_stale(self, one: Waiting) -> bool:
        """Whether a reply has waited too long, however the wall clock was set meanwhile."""
        if one.origin != "reply":
            return False
        clock = self._kiosk.clock
        waited_s = max(clock.now_ms() - one.created_at, 0) / 1000
        return clock.monotonic_s() - self._since_s.setdefault(one.n, clock.monotonic_s() - waited_s) > REPLY_LIFE_S

    def _may_go(
        self, connection: sqlite3.Connection, one: Waiting, via: bytes, *, is_reply: bool, replies_only: bool
    ) -> bool:
        clock = self._kiosk.clock
        if clock.monotonic_s() < self._not_before_s.get(one.n, 0) or (replies_only and not is_reply):
            return False
        if one.state == "sending":
            return one.via == via
        is_of_other = one.via not in (b"", via) and 0 <= clock.now_ms() - one.created_at < OTHER_SIM_MS
        is_revoked = one.origin == "centre" and self._kiosk.store.enrolment is Enrolment.REVOKED
        if is_of_other or is_revoked or (not is_reply and hours.is_quiet(self._true_ms())):
            return False
        return self._has_room(connection, via)

    def _has_room(self, connection: sqlite3.Connection, via: bytes) -> bool:
        settings, now = self._kiosk.settings, self._kiosk.clock.now_ms()
        in_hour = sms_out.count_attempts(connection, via, now - hours.HOUR_MS, now)
        in_day = sms_out.count_attempts(connection, via, now - hours.DAY_MS, now)
        return in_hour < settings.sms_per_hour and in_day < settings.sms_per_day

    def _begin(self, filing: Filing, one: Waiting, via: bytes, *, is_reply: bool) -> Outgoing | None:
        try:
            letter = self._boxes.open_letter(one.key, one.box or b"")
            parts = _parts_of(letter, one.n % _REFERENCES)
            pdu = encode_pdu(parts[one.next_part - 1])
        except (PduError, NotReadableError) as error:
            self._finish(filing, one, "failed", error.code)
            return None
        tried = sms_out.attempts(filing.connection, one.n, one.next_part)
        sms_out.begin(filing.connection, one, via, self._kiosk.clock.now_ms())
        return Outgoing(
            id=str(one.n),
            part=one.next_part,
            parts=len(parts),
            pdu=pdu,
            is_reply=is_reply,
            is_resend=any(attempt.state == "unknown" for attempt in tried),
        )

    # -- what became of it ---------------------------------------------------------------------------------------------

    def outcome(
        self, filing: Filing, via: bytes, outgoing: Outgoing, outcome: Outcome, reference: int | None, code: str
    ) -> None:
        """The modem has told how an attempt ended."""
        connection = filing.connection
        attempt = next(
            (one for one in sms_out.trying(connection, via) if one.message == int(outgoing.id)),
            None,
        )
        if attempt is None:
            return
        match outcome:
            case Outcome.SENT:
                self._end_sent(filing, attempt, reference)
            case Outcome.UNKNOWN:
                self._end_unknown(filing, attempt, code)
            case Outcome.FAILED:
                self._end_failed(connection, attempt)
            case Outcome.REFUSED:
                sms_out.end(connection, attempt.n, "refused")
                message = sms_out.get(connection, attempt.message)
                if message is not None:
                    self._finish(filing, message, "failed", code)

    def report(self, filing: Filing, report: StatusReport) -> None:
        """A delivery report has come; of a message whose sending nobody answered for, it is the answer."""
        if report.is_pending:
            return
        try:
            whose = self._boxes.mark("who", normal_phone(report.recipient.number))
        except PhoneError:
            return
        connection, after = filing.connection, self._kiosk.clock.now_ms() - REPORT_LIFE_MS
        attempt = sms_out.reported_on(connection, whose, report.reference, after)
        if attempt is not None:
            self._end_reported(filing, attempt, report.status)
            return
        attempt = sms_out.unsure(connection, whose, after)
        if attempt is None:
            return
        sms_out.note_report(connection, attempt.n, report.reference, report.status)
        if attempt.state == "unknown":
            self._end_sent(filing, attempt, report.reference, report.status)

    def _end_sent(self, filing: Filing, attempt: Attempt, reference: int | None, status: int | None = None) -> None:
        connection = filing.connection
        sms_out.end(connection, attempt.n, "sent", reference)
        message = sms_out.get(connection, attempt.message)
        if message is None or message.state not in {"queued", "sending", "unknown"}:
            return
        self._not_before_s.pop(message.n, None)
        sms_out.set_next_part(connection, message.n, attempt.part + 1)
        if attempt.part >= message.parts:
            self._finish(filing, message, "sent", "")
        if status is None and attempt.report is not None and attempt.reference == reference:
            status = attempt.report  # It was quicker than the modem's own answer.
        if status is not None:
            self._end_reported(filing, attempt, status)

    def _end_unknown(self, filing: Filing, attempt: Attempt, code: str) -> None:
        connection = filing.connection
        if attempt.report is not None:
            self._end_sent(filing, attempt, attempt.reference, attempt.report)
            return
        sms_out.end(connection, attempt.n, "unknown")
        message = sms_out.get(connection, attempt.message)
        if message is None:
            return
        tried = sms_out.attempts(connection, message.n, attempt.part)
        if sum(one.state == "unknown" for one in tried) >= MAX_UNKNOWN:
            self._finish(filing, message, "unknown", code)
        else:
            self._wait(message.n, self._kiosk.settings.sms_resend_s)

    def _end_failed(self, connection: sqlite3.Connection, attempt: Attempt) -> None:
        sms_out.end(connection, attempt.n, "failed")
        tried = sms_out.attempts(connection, attempt.message, attempt.part)
        failed = sum(one.state == "failed" for one in tried)
        self._wait(attempt.message, min(self._kiosk.settings.sms_retry_s * 2 ** (failed - 1), MAX_RETRY_S))

    def _end_reported(self, filing: Filing, attempt: Attempt, status: int) -> None:
        connection = filing.connection
        is_delivered = status < 0x20  # 23.040, section 9.2.3.15
        sms_out.end(connection, attempt.n, "delivered" if is_delivered else "undelivered")
        message = sms_out.get(connection, attempt.message)
        if message is None or message.state != "sent":
            return
        if not is_delivered:
            self._finish(filing, message, "failed", f"st-{status}")
        elif sms_out.count_delivered(connection, message.n) >= message.parts:
            self._finish(filing, message, "delivered", f"st-{status}")

    def _finish(self, filing: Filing, message: Waiting, state: str, report: str) -> None:
        """Come to a final state: the text is erased, and the centre hears of what it ordered."""
        sms_out.set_state(filing.connection, message.n, state)
        self._not_before_s.pop(message.n, None)
        self._since_s.pop(message.n, None)
        keys = self._kiosk.centre.keys
        if message.origin == "centre" and keys is not None:
            body = SmsResult(key=message.key.hex(), state=state, at=self._kiosk.clock.now_ms(), report=report[:40])
            filing.append(Kind.SMS_RESULT, body, recipient=bytes.fromhex(keys.intake))

    def _wait(self, message: int, seconds: float) -> None:
        self._not_before_s[message] = self._kiosk.clock.monotonic_s() + seconds

    def _true_ms(self) -> int:
        """The kiosk's clock, put right where its error is known."""
        return self._kiosk.clock.now_ms() + (self._kiosk.store.number_fact(facts.OFFSET) or 0)


def _parts_of(letter: Letter, reference: int) -> list[Submit]:
    """The messages that bring a text to somebody.

    Raises:
        PduError: there is nobody, or more text than can be sent.
    """
    if not letter.to:
        raise PduError("TP-DA: nomor kosong")
    return split_text(letter.text, recipient=Address.parse(letter.to), reference=reference)
