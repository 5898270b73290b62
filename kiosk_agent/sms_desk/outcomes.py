"""What became of an SMS that was given to a modem: by the modem's answer, and by delivery reports.

    queued ─ sending ─ sent ─ delivered        no answer twice: unknown        too late: expired        refused: failed

`sent` is final for the text, which is erased then; a delivery report may still make it `delivered` or `failed`.
"""

import sqlite3
from typing import Final

from firmware_bridge.commands import is_about_credit
from firmware_bridge.desk import Outcome, Outgoing
from firmware_bridge.pdu import StatusReport
from kiosk_agent.errors import PhoneError
from kiosk_agent.intake.checks import normal_phone
from kiosk_agent.kiosk import Kiosk
from kiosk_agent.sms_desk import hours
from kiosk_agent.sms_desk.ages import Ages
from kiosk_agent.sms_desk.boxes import Boxes
from kiosk_agent.store import Filing, sms_out
from kiosk_agent.store.sms_out import Attempt, Waiting
from sync_protocol.bodies import SmsResult
from sync_protocol.kinds import Kind

MAX_UNKNOWN: Final = 2
"""An attempt without an answer is repeated once."""
MAX_RETRY_S: Final = 3_600
REPORT_LIFE_MS: Final = 7 * hours.DAY_MS


class Outcomes:
    """Ends attempts and messages. Everything happens in the caller's transaction."""

    def __init__(self, kiosk: Kiosk, boxes: Boxes, ages: Ages) -> None:
        self._kiosk = kiosk
        self._boxes = boxes
        self._ages = ages
        self._not_before_s: dict[int, float] = {}
        """When a message may be tried again, by the monotonic clock."""

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
                self.end_unknown(filing, attempt, code)
            case Outcome.FAILED:
                self._end_failed(connection, attempt, code)
            case Outcome.REFUSED:
                sms_out.end(connection, attempt.n, "refused")
                message = sms_out.get(connection, attempt.message)
                if message is not None:
                    self.finish(filing, message, "failed", code)

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
            self.finish(filing, message, "sent", "")
        if status is None and attempt.report is not None and attempt.reference == reference:
            status = attempt.report  # It was quicker than the modem's own answer.
        if status is not None:
            self._end_reported(filing, attempt, status)

    def end_unknown(self, filing: Filing, attempt: Attempt, code: str) -> None:
        """Nobody knows whether an attempt went: it is repeated once, unless a report tells before."""
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
            self.finish(filing, message, "unknown", code)
        else:
            self.wait(message.n, self._kiosk.settings.sms_resend_s)

    def _end_failed(self, connection: sqlite3.Connection, attempt: Attempt, code: str) -> None:
        """What an empty card kept back counts as no failure of its own: it is tried for about a week."""
        sms_out.end(connection, attempt.n, "refused" if is_about_credit(code) else "failed")
        tried = sms_out.attempts(connection, attempt.message, attempt.part)
        failed = sum(one.state in {"failed", "refused"} for one in tried)
        if attempt.part == 1 and failed == len(tried):
            # Nothing of it has left: it is as free as before, of its SIM too.
            sms_out.requeue(connection, attempt.message)
        self.wait(attempt.message, min(self._kiosk.settings.sms_retry_s * 2 ** (failed - 1), MAX_RETRY_S))

    def _end_reported(self, filing: Filing, attempt: Attempt, status: int) -> None:
        connection = filing.connection
        is_delivered = status < 0x20  # 23.040, section 9.2.3.15
        sms_out.end(connection, attempt.n, "delivered" if is_delivered else "undelivered")
        message = sms_out.get(connection, attempt.message)
        if message is None or message.state != "sent":
            return
        if not is_delivered:
            self.finish(filing, message, "failed", f"st-{status}")
        elif sms_out.count_delivered(connection, message.n) >= message.parts:
            self.finish(filing, message, "delivered", f"st-{status}")

    def finish(self, filing: Filing, message: Waiting, state: str, report: str) -> None:
        """Come to a final state: the text is erased, and the centre hears of what it ordered."""
        sms_out.set_state(filing.connection, message.n, state)
        self._ages.end(message.n)
        self._not_before_s.pop(message.n, None)
        keys = self._kiosk.centre.keys
        if message.origin == "centre" and keys is not None:
            body = SmsResult(key=message.key.hex(), state=state, at=self._kiosk.clock.now_ms(), report=report[:40])
            filing.append(Kind.SMS_RESULT, body, recipient=bytes.fromhex(keys.intake))

    def rests(self, message: int) -> bool:
        """Whether a message is not to be tried again yet."""
        return self._kiosk.clock.monotonic_s() < self._not_before_s.get(message, 0)

    def wait(self, message: int, seconds: float) -> None:
        """Let a message rest for so long."""
        self._not_before_s[message] = self._kiosk.clock.monotonic_s() + seconds
