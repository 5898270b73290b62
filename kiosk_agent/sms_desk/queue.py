"""What is to go out comes in here: answers, news of the kiosk's own, orders of the centre. Each key once ever."""

import logging
import sqlite3
from hashlib import sha256

from firmware_bridge.pdu import count_parts
from kiosk_agent.errors import PhoneError
from kiosk_agent.intake.checks import normal_phone
from kiosk_agent.kiosk import Kiosk
from kiosk_agent.sms_desk import hours
from kiosk_agent.sms_desk.ages import Ages
from kiosk_agent.sms_desk.boxes import Boxes, Letter
from kiosk_agent.store import Filing, sms_out
from sync_protocol.bodies import SmsOut, decode_body
from sync_protocol.entry import Entry
from sync_protocol.errors import ProtocolError
from sync_protocol.kinds import Kind
from sync_protocol.packing import unpack
from sync_protocol.seal import key_tag, open_body

log = logging.getLogger(__name__)


class Queue:
    """Queues texts. Everything happens in the caller's transaction."""

    def __init__(self, kiosk: Kiosk, boxes: Boxes, ages: Ages) -> None:
        self._kiosk = kiosk
        self._boxes = boxes
        self._ages = ages

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
        if not text or not hours.may_reply(budget, self._kiosk.settings):
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
        n = sms_out.add(
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
        if n is not None:
            self._ages.begin(n)
        return n is not None

    def _read_order(self, entry: Entry) -> SmsOut:
        device = self._kiosk.store.device
        data = open_body(entry.to, entry.header, entry.body, {key_tag(device.seal_public): device.seal})
        body = decode_body(Kind.SMS_OUT, unpack(data))
        assert isinstance(body, SmsOut)  # noqa: S101  The decoder of this kind gives nothing else.
        return body
