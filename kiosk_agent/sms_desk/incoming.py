"""From raw parts to entries: store, assemble, understand, file, answer. Everything happens in the caller's transaction.

A message is filed when its last part is there, or without some of them after a time; then the rest becomes an
amendment. Nothing is ever turned away: what cannot be handled is put aside with the reason.
"""

import logging
import sqlite3
from typing import Final

from msgspec import Struct

from firmware_bridge.desk import Found, Sim
from firmware_bridge.pdu import Deliver, StatusReport, decode_pdu, message_key
from kiosk_agent.errors import DiskError, NotReadyError
from kiosk_agent.intake.form import Form
from kiosk_agent.kiosk import Kiosk
from kiosk_agent.sms_desk import hours, replies
from kiosk_agent.sms_desk.arriving import Arrived, PutAside, phone_of, read, text_of
from kiosk_agent.sms_desk.boxes import Boxes
from kiosk_agent.sms_desk.grammar import DEFAULT_PREFIX, Understood, Verb, understand
from kiosk_agent.sms_desk.guesses import OTHER, guess_category, guess_kelurahan, is_emergency, wants_secrecy
from kiosk_agent.sms_desk.outbox import Outbox
from kiosk_agent.sms_desk.replies import Template
from kiosk_agent.store import Filing, facts, sms
from sync_protocol.bodies import Note, SecretText, SmsIn
from sync_protocol.kinds import Kind
from sync_protocol.number import number_of, pin_of
from sync_protocol.packing import pack
from sync_protocol.seal import duty_info
from sync_protocol.vocabulary import MAX_TEXT, SECRET_CATEGORIES, Identity

log = logging.getLogger(__name__)

TOGETHER_MS: Final = 6 * hours.HOUR_MS
"""The network's times of parts of one message lie closer than that; references are used again."""
GIVE_UP_MS: Final = 7 * hours.DAY_MS
"""So long the rest of a message that was filed incomplete is waited for."""
_PIN_DIGITS: Final = 6
_LOCAL: Final = {
    Verb.EMPTY: Template.EMPTY,
    Verb.HELP: Template.HELP,
    Verb.UNKNOWN_NUMBER: Template.NOT_FOUND,
}


class Whole(Struct, frozen=True):
    """A message as it is read, with what is known of it."""

    message: sms.Message
    phone: str
    text: str
    keys: list[bytes]
    sent_at: str
    missing: int

    def __repr__(self) -> str:
        """Say nothing, wherever this is printed."""
        return "Whole(...)"


class Incoming:
    """Files what comes in."""

    def __init__(self, kiosk: Kiosk, boxes: Boxes, outbox: Outbox) -> None:
        self._kiosk = kiosk
        self._boxes = boxes
        self._outbox = outbox
        self._due_at_s: dict[int, float] = {}
        """When a message is filed without its missing parts, by the monotonic clock."""

    def add(self, filing: Filing, sim: Sim, found: Found) -> int | None:
        """Take one PDU in; the network's time of it where it is news and has one."""
        key = message_key(sim.imsi, found.pdu)
        if sms.is_known(filing.connection, key):
            return None
        try:
            with filing.part():
                return self._sort(filing, sim, key, read(found.pdu), found.pdu)
        except (DiskError, sqlite3.Error):
            raise
        except Exception as error:  # noqa: BLE001  One message must never keep the others from being stored.
            log.error("an SMS could not be handled: %s", type(error).__name__)  # noqa: TRY400  It may hold its text.
            self._put_aside(filing, key, found.pdu, f"galat program: {type(error).__name__}")
        return None

    def file_due(self, filing: Filing) -> None:
        """File what is whole, and what has waited long enough for its missing parts."""
        try:
            self._kiosk.intake.needed()
        except NotReadyError:
            return  # They are stored, and will be filed when the centre's keys and tables have come.
        for message in sms.in_state(filing.connection, *sms.OPEN):
            try:
                with filing.part():
                    self._look_at(filing, message)
            except (DiskError, sqlite3.Error):
                raise
            except Exception as error:  # noqa: BLE001  As above.
                log.error("an SMS could not be filed: %s", type(error).__name__)  # noqa: TRY400
                self._put_message_aside(filing, message, f"galat program: {type(error).__name__}")

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _sort(
        self, filing: Filing, sim: Sim, key: bytes, what: Arrived | StatusReport | PutAside, pdu: bytes
    ) -> int | None:
        if isinstance(what, PutAside):
            self._put_aside(filing, key, pdu, what.reason)
            return None
        if isinstance(what, StatusReport):
            sms.add_part(filing.connection, key, at=self._kiosk.clock.now_ms(), box=None)
            self._outbox.report(filing, what)
            return None
        self._add_part(filing, sim, key, what, pdu)
        return what.sent_ms

    def _add_part(self, filing: Filing, sim: Sim, key: bytes, what: Arrived, pdu: bytes) -> None:
        connection, at = filing.connection, self._kiosk.clock.now_ms()
        sent_at = what.sent_ms if what.sent_ms is not None else at
        total, part, thread = 1, 1, None
        message = None
        if what.concat is not None:
            total, part = what.concat.total, what.concat.part
            thread = self._boxes.mark("thread", sim.imsi, what.phone, what.concat.bits, what.concat.ref, total)
            message = sms.find_message(connection, thread, part, sent_at, TOGETHER_MS)
        if message is None:
            message = sms.add_message(
                connection,
                whose=self._boxes.mark("who", what.phone),
                thread=thread,
                via=self._boxes.mark("sim", sim.imsi),
                total=total,
                sent_at=sent_at,
                at=at,
            )
        sms.add_part(connection, key, message=message.n, part=part, at=at, box=self._boxes.close(key, pdu))
        is_whole = len(sms.parts(connection, message.n)) == total
        state = "rest" if message.entry is not None else ("whole" if is_whole else "parts")
        sms.touch(connection, message.n, state, at)
        self._due_at_s.pop(message.n, None)

    def _put_aside(self, filing: Filing, key: bytes, pdu: bytes, reason: str) -> None:
        at = self._kiosk.clock.now_ms()
        sms.quarantine(filing.connection, key, at=at, reason=reason, box=self._boxes.close(key, pdu))
        sms.add_part(filing.connection, key, at=at, box=None)

    def _put_message_aside(self, filing: Filing, message: sms.Message, reason: str) -> None:
        at = self._kiosk.clock.now_ms()
        for part in sms.parts(filing.connection, message.n):
            if part.box is not None:
                sms.quarantine(filing.connection, part.key, at=at, reason=reason, box=part.box)
        sms.finish(filing.connection, message.n)

    # -- messages ------------------------------------------------------------------------------------------------------

    def _look_at(self, filing: Filing, message: sms.Message) -> None:
        if message.state == "whole":
            self._file(filing, self._read(filing, message))
        elif message.state == "parts":
            if self._is_due(message):
                self._file(filing, self._read(filing, message))
        else:
            self._look_at_rest(filing, message)

    def _is_due(self, message: sms.Message) -> bool:
        """Whether its missing parts were waited for long enough; a wrong wall clock can only shorten an old wait."""
        clock, limit_s = self._kiosk.clock, self._kiosk.settings.sms_incomplete_s
        due_at_s = self._due_at_s.get(message.n)
        if due_at_s is None:
            waited_s = min(max((clock.now_ms() - message.changed_at) / 1000, 0), limit_s)
            due_at_s = self._due_at_s[message.n] = clock.monotonic_s() + limit_s - waited_s
        return clock.monotonic_s() >= due_at_s

    def _look_at_rest(self, filing: Filing, message: sms.Message) -> None:
        is_given_up = self._kiosk.clock.now_ms() - message.changed_at > GIVE_UP_MS
        if message.state == "rest":
            whole = self._read(filing, message)
            if not whole.missing or is_given_up:
                self._amend(filing, whole)
                sms.finish(filing.connection, message.n)
        elif is_given_up:
            sms.finish(filing.connection, message.n)

    def _read(self, filing: Filing, message: sms.Message) -> Whole:
        parts = sms.parts(filing.connection, message.n)
        read_: dict[int, Deliver] = {}
        for part in parts:
            if part.box is not None:
                pdu = decode_pdu(self._boxes.open(part.key, part.box))
                assert isinstance(pdu, Deliver)  # noqa: S101  Nothing else was kept as a part.
                read_[part.part] = pdu
        first = read_[min(read_)]
        return Whole(
            message=message,
            phone=phone_of(first),
            text=text_of(read_, message.total),
            keys=[part.key for part in parts],
            sent_at=first.timestamp.isoformat() if first.timestamp is not None else "",
            missing=message.total - len(read_),
        )

    def _file(self, filing: Filing, whole: Whole) -> None:
        understood = self._understand(whole.text)
        if understood.verb is Verb.REPORT or (understood.verb in _LOCAL and whole.missing):
            self._file_report(filing, whole, understood)
        elif understood.verb in _LOCAL:
            self._answer(filing, whole, _LOCAL[understood.verb])
            sms.finish(filing.connection, whole.message.n)
        else:
            self._pass_on(filing, whole, understood)

    def _understand(self, text: str) -> Understood:
        config = self._kiosk.centre.config
        return understand(text, config.settings.get("sms_prefix", DEFAULT_PREFIX) if config else DEFAULT_PREFIX)

    # -- commands ------------------------------------------------------------------------------------------------------

    def _pass_on(self, filing: Filing, whole: Whole, understood: Understood) -> None:
        """A command is the centre's affair: it alone knows whose phone is on file."""
        flags = [understood.verb.value]
        flags += ["typo"] if understood.has_typo else []
        flags += ["incomplete"] if whole.missing else []
        body = SmsIn(
            sender=whole.phone,
            text=understood.text[:MAX_TEXT],
            parts=[key.hex() for key in whole.keys],
            sent_at=whole.sent_at,
            flags=flags,
        )
        keys, _ = self._kiosk.intake.needed()
        entry = filing.append(Kind.SMS_IN, body, recipient=bytes.fromhex(keys.intake))
        if whole.missing and whole.message.entry is None:
            sms.finish_for_now(filing.connection, whole.message.n, entry=entry.id)
        else:
            sms.finish(filing.connection, whole.message.n)

    # -- reports -------------------------------------------------------------------------------------------------------

    def _file_report(self, filing: Filing, whole: Whole, understood: Understood) -> None:
        kiosk, now = self._kiosk, self._kiosk.clock.now_ms()
        message, connection = whole.message, filing.connection
        text = understood.text or whole.text.strip()
        master = kiosk.master()
        category = guess_category(text, master.rows.get("kategori", ()))
        kelurahan = guess_kelurahan(text, master)
        in_day = sms.count_reports(connection, message.whose, now - hours.DAY_MS, now)
        in_hour = sms.count_reports(connection, message.whose, now - hours.HOUR_MS, now)
        flags = [
            flag
            for flag, is_so in (
                ("draft", understood.is_draft),
                ("guessed-category", category != OTHER),
                ("guessed-kelurahan", bool(kelurahan)),
                ("held", hours.is_held(in_hour, in_day)),
                ("incomplete", bool(whole.missing)),
                ("emergency", is_emergency(text)),
            )
            if is_so
        ]
        ref = self._boxes.ref(whole.keys[0])
        form = Form(
            ref=ref,
            category=category if category in master.category_codes else master.categories[-1][0],
            kelurahan=kelurahan,
            text=text[:MAX_TEXT],
            channel="sms",
            identity=Identity.SECRET if wants_secrecy(text) else None,
            phone=whole.phone,
            sms_ok=True,
            sms=[key.hex() for key in whole.keys],
            flags=flags,
        )
        is_secret = form.identity is Identity.SECRET or category in SECRET_CATEGORIES
        filed = kiosk.intake.write(filing, form)
        seq = filing.entries[-1].seq
        for at in range(MAX_TEXT, len(text), MAX_TEXT):
            self._note(filing, filed.number, filed.pin, text[at : at + MAX_TEXT], is_secret=is_secret)
        if whole.missing:
            sms.finish_for_now(
                connection, message.n, entry=filed.entry_id, ref=whole.keys[0], is_secret=is_secret, report_at=now
            )
        else:
            sms.finish(connection, message.n, report_at=now)
        if not replies.is_echo(whole.text):
            template = replies.choose(flags, is_secret=is_secret, is_reached=self._is_reached())
            self._answer_report(filing, whole, template, filed.number, filed.pin, seq, in_day + 1)

    def _amend(self, filing: Filing, whole: Whole) -> None:
        """The rest has come: the whole text once more, to what was filed without it."""
        message, understood = whole.message, self._understand(whole.text)
        if message.entry is None or message.ref is None:
            self._pass_on(filing, whole, understood)
            return
        number, pin = number_of(message.entry), pin_of(self._boxes.ref(message.ref), _PIN_DIGITS)
        text = understood.text if understood.verb is Verb.REPORT else whole.text.strip()
        # What comes late may be what proves it secret; its first half has gone by then, the whole still can be kept.
        is_secret = bool(message.secret) or wants_secrecy(text)
        for at in range(0, len(text), MAX_TEXT):
            self._note(filing, number, pin, text[at : at + MAX_TEXT], is_secret=is_secret)
        template = replies.choose((), is_secret=is_secret, is_reached=self._is_reached())
        self._answer_report(filing, whole, template, number, pin, filing.entries[-1].seq, 0)

    def _note(self, filing: Filing, number: str, pin: str, text: str, *, is_secret: bool) -> None:
        keys, _ = self._kiosk.intake.needed()
        store = self._kiosk.store
        secret = b""
        if is_secret:
            packed = pack(SecretText(text=text).encode())
            secret = store.seal(bytes.fromhex(keys.duty), duty_info(store.device.log, "text"), packed)
        body = Note(number=number, pin=pin, type="amended", text="" if is_secret else text, secret=secret)
        filing.append(Kind.NOTE, body, recipient=bytes.fromhex(keys.intake))

    # -- replies -------------------------------------------------------------------------------------------------------

    def _answer_report(
        self, filing: Filing, whole: Whole, template: Template, number: str, pin: str, seq: int, count: int
    ) -> None:
        config = self._kiosk.centre.config
        total = whole.message.total
        values = {
            "no": number,
            "pin": pin,
            "kios": replies.short_name(config.unit_name if config is not None else "") or "kios",
            "a": total - whole.missing,
            "b": total,
            "n": count,
        }
        is_answered = self._answer(filing, whole, template, **values)
        if template is Template.WAITING and is_answered:
            self._outbox.queue_later(
                filing.connection,
                key=self._outbox.own_key(whole.keys[0], Template.RECEIVED),
                to=whole.phone,
                text=replies.fill(self._kiosk.master(), Template.RECEIVED, **values),
                via=whole.message.via,
                after_seq=seq,
            )

    def _answer(self, filing: Filing, whole: Whole, template: Template, **values: object) -> bool:
        """Queue the one reply to a message, if the budgets allow; whether they do."""
        return self._outbox.queue_reply(
            filing.connection,
            key=self._outbox.own_key(whole.keys[-1], template),
            to=whole.phone,
            text=replies.fill(self._kiosk.master(), template, **values),
            via=whole.message.via,
        )

    def _is_reached(self) -> bool:
        """Whether the centre was reached in the last two polls."""
        contact_at = self._kiosk.store.number_fact(facts.CONTACT_AT)
        if contact_at is None:
            return False
        ago_s = (self._kiosk.clock.now_ms() - contact_at) / 1000
        return 0 <= ago_s <= 2 * self._kiosk.poll_s
