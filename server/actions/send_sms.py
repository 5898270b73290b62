"""Write an SMS to a resident, once ever, and give it to a kiosk with a modem (protocol, SMS_OUT).

The key says what it is about, so whatever is done again, after a restore too, a kiosk sends it once.
"""

import sqlite3
from hashlib import sha256
from typing import Any, Final

from msgspec import Struct

from server.domain.fold import PrivateSms, decode_sms
from server.domain.lifecycle import Step
from server.domain.phones import canonical, dialled
from server.domain.sms_texts import A_UNIT, CENTRE, NEWS, Template, fill, short_date
from server.errors import DamagedError
from server.store import cases, devices, events, sms
from server.store.centre import Centre
from server.store.city import City
from server.store.down import append_down
from server.store.sms import SmsOutRow
from sync_protocol.bodies import Health, SmsOut, decode_body
from sync_protocol.errors import ProtocolError
from sync_protocol.kinds import Kind
from sync_protocol.vocabulary import Identity

NEWS_PRIORITY: Final = 1
REPLY_PRIORITY: Final = 5
NEWS_MS: Final = 7 * 86_400_000
"""News that is older than this is no news."""
REPLY_MS: Final = 86_400_000
_SILENT_MS: Final = 24 * 3_600_000
_NO_CASE: Final = bytes(32)
_ANSWER: Final = b"answer"
"""In place of the template in the key of an answer."""
_CHUNK: Final = 64
DAMAGED: Final = "sms-damaged"
"""The event that an SMS was given up because nobody can read it any more."""
_ACTOR: Final = "pusat"
_NO_MODEM: Final = "no-modem"
"""The trouble of a kiosk that looks for a modem and finds none."""


class Message(Struct, frozen=True, kw_only=True):
    """What is to be sent."""

    phone: str
    template: Template
    text: str
    event: bytes
    """What it follows from: with the case and the template it makes the key."""
    is_answer: bool = False
    """To an SMS, whose entry is the event."""
    case_id: bytes | None = None
    came_by: bytes | None = None
    """The device whose modem the resident knows already."""
    priority: int = NEWS_PRIORITY
    lasts_ms: int = NEWS_MS

    @property
    def key(self) -> bytes:
        """SHA-256 of case, event and template; of an answer the entry that asked, whatever is said.

        A centre that was set back may know less of the case, and so answer something else: still only once.
        """
        if self.is_answer:
            return sha256(_NO_CASE + self.event + _ANSWER).digest()
        return sha256((self.case_id or _NO_CASE) + self.event + self.template.encode()).digest()


def send_sms(connection: sqlite3.Connection, centre: Centre, message: Message, *, now: int) -> bool:
    """Write it down, in the caller's transaction, and give it to a device; False where it was written before.

    What a device has told the result of was sent before this centre was set back to a backup: it is written down as
    done. Where no active device has a modem it waits, and goes with the first one that shows up (`place_waiting`).
    """
    private = PrivateSms(phone=dialled(message.phone), text=message.text)
    is_done = sms.has_result(connection, message.key)
    device = None if is_done else _find_device(connection, message.key, message.came_by, now)
    row = SmsOutRow(
        key=message.key,
        case_id=message.case_id,
        template=message.template,
        device=device["log"] if device else None,
        made_at=now,
        not_after=now + message.lasts_ms,
        priority=message.priority,
        phone=phone_name(centre, message.phone),
        content=content_name(centre, message.text),
        done=int(is_done),
        private=b"" if is_done else centre.keys.encrypt_field(message.key, private.encode()),
    )
    if not sms.insert_out(connection, row) or is_done:
        return False
    if device is not None:
        _append(connection, centre, device, row, private, now)
    return True


def send_news(connection: sqlite3.Connection, centre: Centre, case: sqlite3.Row, step: Step, *, now: int) -> bool:
    """Tell the resident of a step, if there is a text for it and they want to hear it; whether one was written.

    Args:
        case: as it stands after the step.
    """
    template = NEWS.get(step)
    private = cases.read_private(centre.keys, case)
    if template is None or not private.sms_ok or not canonical(private.phone):
        return False
    if sms.has_stopped(connection, phone_name(centre, private.phone)):
        return False
    # Counted and not numbered: after a restore the same step has the same name again, whatever came between.
    times = sum(event["type"] == step for event in events.events_of_case(connection, case["id"]))
    message = Message(
        phone=private.phone,
        template=template,
        text=case_text(centre.cities.get(connection), template, case),
        event=f"{step} {times}".encode(),
        case_id=case["id"],
        came_by=case["log"],
    )
    return send_sms(connection, centre, message, now=now)


def case_text(city: City, template: Template, case: sqlite3.Row, **values: str) -> str:
    """The text of a template about a case. A secret one names no unit: somebody else may read the phone."""
    unit = A_UNIT if case["identity"] == Identity.SECRET else city.short(case["handler"])
    due = short_date(case["due_at"])
    return fill(
        city.templates,
        template,
        no=case["number"],
        opd=unit if case["handler"] else CENTRE,
        status=city.short(case["status"]),
        tgl=short_date(case["changed_at"]) if template is Template.STATUS else due,
        batas=due,
        **values,
    )


def place_waiting(connection: sqlite3.Connection, centre: Centre, *, now: int) -> int:
    """Give SMS that no active device has to one with a modem; what has become old is dropped. Gives their number.

    What a revoked device may have sent without saying so is sent by another one too (protocol, section 5).
    """
    sms.finish_overdue(connection, now)
    placed = 0
    for row in sms.homeless(connection, _CHUNK):
        device = _find_device(connection, row.key, None, now)
        if device is None:
            break
        try:
            private = decode_sms(centre.keys.decrypt_field(row.key, row.private))
        except DamagedError:
            _give_up(connection, row, now)
            continue
        sms.give_to(connection, row.key, device["log"])
        _append(connection, centre, device, row, private, now)
        placed += 1
    return placed


def _give_up(connection: sqlite3.Connection, row: SmsOutRow, now: int) -> None:
    """One that was altered keeps no other waiting; the case says what became of it."""
    sms.finish(connection, [row.key])
    data = {"key": row.key.hex(), "template": row.template}
    events.append_event(connection, at=now, type=DAMAGED, actor=_ACTOR, case_id=row.case_id, data=data)


def has_waiting(connection: sqlite3.Connection, now: int) -> bool:
    """Whether `place_waiting` has something to do."""
    if sms.has_overdue(connection, now):
        return True
    return any(_find_device(connection, row.key, None, now) is not None for row in sms.homeless(connection, 1))


def phone_name(centre: Centre, phone: str) -> bytes:
    """What a phone is called in the database."""
    return centre.keys.pseudonym(b"phone", canonical(phone).encode())


def content_name(centre: Centre, text: str) -> bytes:
    """What a text is called in the database, so that the same one is known again."""
    return centre.keys.pseudonym(b"sms", text.encode())


def pin_of_entry(centre: Centre, entry: bytes) -> str:
    """The PIN that a request for a new one gives: the same after a restore, when the SMS is not sent again."""
    return f"{int.from_bytes(centre.keys.pseudonym(b'pin', entry)) % 10**6:06d}"


def _append(
    connection: sqlite3.Connection, centre: Centre, device: sqlite3.Row, row: SmsOutRow, private: PrivateSms, now: int
) -> None:
    body = SmsOut(
        key=row.key.hex(), to=private.phone, text=private.text, priority=row.priority, not_after=row.not_after
    )
    append_down(connection, centre, device, Kind.SMS_OUT, body, now)


def _find_device(connection: sqlite3.Connection, key: bytes, came_by: bytes | None, now: int) -> sqlite3.Row | None:
    """The device to send with: the one that the resident knows, else one that the key picks.

    The same key picks the same device again after a restore, and that one knows what it has sent.
    """
    able = [row for row in devices.list_active(connection) if _grade(row)]

    def rank(row: sqlite3.Row) -> tuple[Any, ...]:
        heard = row["last_contact_at"] or 0
        return now - heard <= _SILENT_MS, row["log"] == came_by, _grade(row), sha256(key + row["log"]).digest()

    return max(able, key=rank, default=None)


def _grade(device: sqlite3.Row) -> int:
    """How well a device can send SMS, by its newest HEALTH or what it has done since: 0 not at all, 2 well."""
    if (device["sms_at"] or 0) >= (device["health_at"] or 1):
        return 2
    try:
        health = decode_body(Kind.HEALTH, device["health"].encode())
    except ProtocolError:
        return 0
    modems = health.modems if isinstance(health, Health) else []
    return max((2 if not modem.trouble else 1 for modem in modems if modem.trouble != _NO_MODEM), default=0)
