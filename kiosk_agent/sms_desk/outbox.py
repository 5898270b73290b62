"""What a modem is given to send, one part at a time. An attempt is on the disk before the modem hears of it."""

import sqlite3
from collections import Counter
from typing import Final

from msgspec import Struct

from firmware_bridge.desk import Outgoing
from firmware_bridge.pdu import Address, PduError, Submit, encode_pdu, split_text
from kiosk_agent.errors import RottenBoxError
from kiosk_agent.kiosk import Kiosk
from kiosk_agent.sms_desk import hours
from kiosk_agent.sms_desk.ages import Ages
from kiosk_agent.sms_desk.boxes import Boxes, Letter
from kiosk_agent.sms_desk.outcomes import MAX_UNKNOWN, Outcomes
from kiosk_agent.store import Filing, facts, sms_out
from kiosk_agent.store.sms_out import Waiting
from kiosk_agent.sync.clock_watch import SMS_DOUBT_MS
from sync_protocol.states import Enrolment

MAX_FAILED: Final = 12
MAX_REFUSED: Final = 100
"""Attempts answered as on an empty card: one an hour by day for a week. Of some numbers the network always says so."""
REPLY_LIFE_S: Final = hours.DAY_MS / 1000
"""A reply that is older helps nobody."""
OTHER_SIM_MS: Final = 120_000
"""So long a reply waits for the SIM that the question came to; then any will do."""
STUCK_S: Final = 3 * hours.DAY_MS / 1000
"""A message whose first parts went by a SIM that never came back."""
NEWS_SHARE: Final = 0.8
"""Of a SIM's limits, what may be used up by news that nobody has just asked for."""
_REFERENCES: Final = 256


class Room(Struct, frozen=True):
    """Whether the limits of a SIM let one more go."""

    replies: bool
    news: bool


class Outbox:
    """Gives out what may go now. Everything happens in the caller's transaction."""

    def __init__(self, kiosk: Kiosk, boxes: Boxes, ages: Ages, outcomes: Outcomes) -> None:
        self._kiosk = kiosk
        self._boxes = boxes
        self._ages = ages
        self._outcomes = outcomes

    def next(self, filing: Filing, via: bytes, *, replies_only: bool) -> Outgoing | None:
        """What this SIM is to send now; the attempt is noted in this transaction."""
        connection = filing.connection
        for attempt in sms_out.trying(connection, via):
            # A SIM that asks for more has no other attempt open: how this one ended was never told.
            self._outcomes.end_unknown(filing, attempt, "terputus")
        now = self._kiosk.clock.now_ms()
        received = self._kiosk.store.received_seq()
        waiting = sms_out.waiting(connection, received, now - hours.FRESH_MS, now + hours.FRESH_MS)
        room = self._room(connection, via) if waiting else Room(replies=False, news=False)
        for one in waiting:
            if not self._is_over(filing, one) and self._may_go(one, via, room, replies_only=replies_only):
                outgoing = self._begin(filing, one, via)
                if outgoing is not None:
                    return outgoing
        return None

    def _is_over(self, filing: Filing, one: Waiting) -> bool:
        """Whether it is too late for a message that waits; then that is its end."""
        connection = filing.connection
        if one.next_part == 1 and (0 < one.not_after < self._at_least_ms() or self._is_stale(one)):
            self._outcomes.finish(filing, one, "expired" if one.state == "queued" else "unknown", "")
            return True
        if one.state == "sending" and self._ages.is_over(one.n, one.created_at, STUCK_S):
            self._outcomes.finish(filing, one, "unknown", "sim")
            return True
        tried = Counter(attempt.state for attempt in sms_out.attempts(connection, one.n, one.next_part))
        if tried["unknown"] >= MAX_UNKNOWN:
            self._outcomes.finish(filing, one, "unknown", "")
            return True
        if tried["failed"] >= MAX_FAILED or tried["refused"] >= MAX_REFUSED:
            self._outcomes.finish(filing, one, "failed", "tries")
            return True
        return False

    def _is_stale(self, one: Waiting) -> bool:
        """Whether a reply has waited too long."""
        return one.origin == "reply" and self._ages.is_over(one.n, one.created_at, REPLY_LIFE_S)

    def _may_go(self, one: Waiting, via: bytes, room: Room, *, replies_only: bool) -> bool:
        clock = self._kiosk.clock
        if self._outcomes.rests(one.n) or (replies_only and not one.is_answer):
            return False
        if one.state == "sending" and (one.via != via or one.next_part > 1):
            return one.via == via  # Whose first part has gone must not stop there.
        is_of_other = one.via not in (b"", via) and 0 <= clock.now_ms() - one.created_at < OTHER_SIM_MS
        is_revoked = one.origin == "centre" and self._kiosk.store.enrolment is Enrolment.REVOKED
        if is_of_other or is_revoked or (not one.is_answer and hours.is_quiet(self._true_ms(), self._kiosk.settings)):
            return False
        return room.replies if one.is_answer else room.news

    def _room(self, connection: sqlite3.Connection, via: bytes) -> Room:
        """Whether the limits of this SIM let one more go; a part of them is kept for replies."""
        settings, now = self._kiosk.settings, self._kiosk.clock.now_ms()
        in_hour = sms_out.count_attempts(connection, via, now - hours.HOUR_MS, now)
        in_day = sms_out.count_attempts(connection, via, now - hours.DAY_MS, now)
        replies, news = (
            in_hour < settings.sms_per_hour * share and in_day < settings.sms_per_day * share
            for share in (1, NEWS_SHARE)
        )
        return Room(replies=replies, news=news)

    def _begin(self, filing: Filing, one: Waiting, via: bytes) -> Outgoing | None:
        try:
            letter = self._boxes.open_letter(one.key, one.box or b"")
            parts = _parts_of(letter, one.n % _REFERENCES)
            pdu = encode_pdu(parts[one.next_part - 1])
        except (PduError, RottenBoxError) as error:
            self._outcomes.finish(filing, one, "failed", error.code)
            return None
        tried = sms_out.attempts(filing.connection, one.n, one.next_part)
        sms_out.begin(filing.connection, one, via, self._kiosk.clock.now_ms())
        return Outgoing(
            id=str(one.n),
            part=one.next_part,
            parts=len(parts),
            pdu=pdu,
            is_reply=bool(one.is_answer),
            is_resend=any(attempt.state == "unknown" for attempt in tried),
        )

    def _true_ms(self) -> int:
        """The kiosk's clock, put right where its error is known."""
        return self._kiosk.clock.now_ms() + (self._kiosk.store.number_fact(facts.OFFSET) or 0)

    def _at_least_ms(self) -> int:
        """The time by which something may be too late: what only an SMS told of the clock ends nothing by itself."""
        doubt_ms = self._kiosk.store.number_fact(facts.OFFSET_DOUBT) or 0
        true_ms = self._true_ms()
        return true_ms if doubt_ms < SMS_DOUBT_MS else min(true_ms, self._kiosk.clock.now_ms())


def _parts_of(letter: Letter, reference: int) -> list[Submit]:
    """The messages that bring a text to somebody.

    Raises:
        PduError: there is nobody, or more text than can be sent.
    """
    if not letter.to:
        raise PduError("TP-DA: nomor kosong")
    return split_text(letter.text, recipient=Address.parse(letter.to), reference=reference)
