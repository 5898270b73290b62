"""A message that is there becomes a report, a command for the centre, or a reply. In the caller's transaction."""

import secrets
from typing import Final

from msgspec import Struct

from kiosk_agent.intake.form import Form
from kiosk_agent.kiosk import Kiosk
from kiosk_agent.sms_desk import hours, replies
from kiosk_agent.sms_desk.boxes import REF_SIZE, Boxes
from kiosk_agent.sms_desk.grammar import Understood, Verb, in_pieces, understand
from kiosk_agent.sms_desk.guesses import OTHER, guess_category, guess_kelurahan, is_emergency, wants_secrecy
from kiosk_agent.sms_desk.queue import Queue
from kiosk_agent.sms_desk.replies import Template
from kiosk_agent.store import Filing, facts, sms
from sync_protocol.bodies import Note, SecretText, SmsIn
from sync_protocol.kinds import Kind
from sync_protocol.number import number_of, pin_of
from sync_protocol.packing import pack
from sync_protocol.seal import duty_info
from sync_protocol.vocabulary import MAX_TEXT, SECRET_CATEGORIES, Identity

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


class Filer:
    """Files messages."""

    def __init__(self, kiosk: Kiosk, boxes: Boxes, queue: Queue) -> None:
        self._kiosk = kiosk
        self._boxes = boxes
        self._queue = queue

    def file(self, filing: Filing, whole: Whole) -> None:
        """File a message, whole or without some parts."""
        understood = self._understand(whole.text)
        if understood.verb is Verb.REPORT or (understood.verb in _LOCAL and whole.missing):
            self._file_report(filing, whole, understood)
        elif understood.verb in _LOCAL:
            self._answer(filing, whole, _LOCAL[understood.verb])
            sms.finish(filing.connection, whole.message.n)
        else:
            self._pass_on(filing, whole, understood)

    def _understand(self, text: str) -> Understood:
        return understand(text, replies.keyword(self._kiosk.centre.config))

    # -- commands ------------------------------------------------------------------------------------------------------

    def _pass_on(self, filing: Filing, whole: Whole, understood: Understood) -> None:
        """A command is the centre's affair: it alone knows whose phone is on file."""
        signs = ["typo"] if understood.has_typo else []
        signs += ["incomplete"] if whole.missing else []
        keys, _ = self._kiosk.intake.needed()
        entries = [
            filing.append(
                Kind.SMS_IN,
                SmsIn(
                    sender=whole.phone,
                    text=text,
                    parts=[key.hex() for key in whole.keys],
                    sent_at=whole.sent_at,
                    flags=[verb.value, *signs],
                ),
                recipient=bytes.fromhex(keys.intake),
            )
            for verb, text in in_pieces(understood)
        ]
        if whole.missing and whole.message.entry is None:
            sms.finish_for_now(filing.connection, whole.message.n, entry=entries[0].id)
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
                ("held", hours.is_held(in_hour, in_day, kiosk.settings)),
                ("incomplete", bool(whole.missing)),
                ("emergency", is_emergency(text)),
            )
            if is_so
        ]
        ref = secrets.token_bytes(REF_SIZE)
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
                connection,
                message.n,
                entry=filed.entry_id,
                ref=self._boxes.close(filed.entry_id, ref),
                is_secret=is_secret,
                report_at=now,
            )
        else:
            sms.finish(connection, message.n, report_at=now)
        if not replies.is_echo(master, whole.text):
            template = replies.choose(flags, is_secret=is_secret, is_reached=self._is_reached())
            self._answer_report(filing, whole, template, filed.number, filed.pin, seq, in_day + 1)

    def amend(self, filing: Filing, whole: Whole) -> None:
        """The rest has come: the whole text once more, to what was filed without it."""
        message, understood = whole.message, self._understand(whole.text)
        if message.entry is None or message.ref is None:
            self._pass_on(filing, whole, understood)
            return
        ref = self._boxes.open(message.entry, message.ref)
        number, pin = number_of(message.entry), pin_of(ref, _PIN_DIGITS)
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
            "kios": replies.kiosk_name(config),
            "a": total - whole.missing,
            "b": total,
            "n": count,
        }
        is_answered = self._answer(filing, whole, template, **values)
        if template is Template.WAITING and is_answered:
            self._queue.queue_later(
                filing.connection,
                key=self._queue.own_key(whole.keys[0], Template.RECEIVED),
                to=whole.phone,
                text=replies.fill(self._kiosk.master(), Template.RECEIVED, **values),
                via=whole.message.via,
                after_seq=seq,
            )

    def _answer(self, filing: Filing, whole: Whole, template: Template, **values: object) -> bool:
        """Queue the one reply to a message, if the budgets allow; whether they do."""
        values["kata"] = replies.keyword(self._kiosk.centre.config)
        return self._queue.queue_reply(
            filing.connection,
            key=self._queue.own_key(whole.keys[-1], template),
            to=whole.phone,
            text=replies.fill(self._kiosk.master(), template, **values),
            via=whole.message.via,
        )

    def _is_reached(self) -> bool:
        """Whether the last exchange went well and lies no further back than two polls."""
        store = self._kiosk.store
        contact_at = store.number_fact(facts.CONTACT_AT)
        if contact_at is None or store.fact(facts.LAST_ERROR):
            return False
        ago_s = (self._kiosk.clock.now_ms() - contact_at) / 1000
        return 0 <= ago_s <= 2 * self._kiosk.poll_s
