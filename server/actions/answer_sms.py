"""Do what residents ask by SMS (SMS_IN), once each, and answer with one SMS.

Only the phone on file speaks for a report; from another one `CEK number PIN` is heard. Whatever cannot be found, a
number, a phone or a PIN, gets the same answer, so that nobody learns anything by trying.
"""

import logging
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from server.actions.announce_status import announce
from server.actions.send_sms import (
    REPLY_MS,
    REPLY_PRIORITY,
    Message,
    case_text,
    content_name,
    has_waiting,
    phone_name,
    pin_of_entry,
    place_waiting,
    send_sms,
)
from server.actions.take_step import take_step
from server.domain.case_story import NEW_PIN
from server.domain.fold import Private, decode_sms, fits
from server.domain.lifecycle import TRANSITIONS, Status, Step
from server.domain.phones import canonical, same_phone
from server.domain.sms_commands import Asked, Command, read_command
from server.domain.sms_texts import Template, fill
from server.errors import DamagedError, StorageError
from server.store import cases, pin_guesses, sms
from server.store.centre import Centre
from server.store.events import append_event, events_of_case
from server.store.sms import SmsInRow

ACTOR: Final = "pelapor (SMS)"
NOTED: Final = "noted-"
"""Before the name of a step that a resident asked for and that the case did not allow: for an admin to see."""
RATED: Final = "rated"
STOPPED: Final = "sms-stopped"
STARTED: Final = "sms-started"
_LOG = logging.getLogger(__name__)
_DAY_MS: Final = 86_400_000
_CHUNK: Final = 32
_PHONE_FACTOR: Final = 2
"""A phone may try this many times as many wrong PINs as a number bears: a family has several reports."""

_STEPS: Final = {
    Command.CHECK: Step.AMENDED,
    Command.ADD: Step.AMENDED,
    Command.YES: Step.CONFIRMED,
    Command.NOT_YET: Step.DISPUTED,
}


def answer_waiting(centre: Centre, stopping: Callable[[], bool] = lambda: False) -> int:
    """Answer all commands that wait, and send what waits for a modem; gives the number of commands.

    Raises:
        StorageError: the disk refuses; what was not committed is done at the next call.
    """
    total = 0
    while not stopping() and (rows := centre.read(partial(sms.waiting_commands, limit=_CHUNK))):
        for row in rows:
            _answer(centre, row)
        total += len(rows)
    while not stopping() and centre.read(lambda connection: has_waiting(connection, centre.clock())):
        centre.write(lambda connection: place_waiting(connection, centre, now=centre.clock()))
    return total


def _answer(centre: Centre, row: SmsInRow) -> None:
    """Answer one command in a transaction of its own, so that one which cannot be answered stops no other."""
    now = centre.clock()

    def answer(connection: sqlite3.Connection) -> None:
        message = decode_sms(centre.keys.decrypt_field(row.entry, row.private))
        asked = read_command(message.text, message.flags)
        outcome = _Task(connection, centre, row, message.phone, asked, now).do()
        sms.settle_command(connection, row.entry, outcome)

    try:
        centre.write(answer)
    except StorageError:
        raise
    except Exception as error:  # noqa: BLE001  Whatever is wrong with one, the next resident waits for an answer.
        _LOG.error("SMS %s cannot be answered: %s", row.entry.hex(), type(error).__name__)
        centre.write(lambda connection: sms.settle_command(connection, row.entry, "failed"))


class _Task:
    """One command and all that is needed to do it."""

    def __init__(
        self, connection: sqlite3.Connection, centre: Centre, row: SmsInRow, phone: str, asked: Asked, now: int
    ) -> None:
        self._connection = connection
        self._centre = centre
        self._row = row
        self._phone = phone
        self._asked = asked
        self._now = now

    def do(self) -> str:
        """Do it; gives a word for what came of it."""
        if not canonical(self._phone) or self._asked.command is None:
            return "ignored"  # A name or a service number is never answered, and what is not known is not guessed.
        if self._asked.command in {Command.STOP, Command.START}:
            return self._switch_news()
        if self._asked.is_bare and self._asked.command in {Command.YES, Command.NOT_YET}:
            return self._hear_verdict()
        case = self._case_on_file() or (self._case_by_pin() if self._asked.command is Command.CHECK else None)
        if case is None:
            return self._reply(Template.NOT_FOUND, fill(self._templates, Template.NOT_FOUND), None, "not-found")
        return self._serve(case)

    @property
    def _templates(self) -> dict[str, str]:
        return self._centre.cities.get(self._connection).templates

    def _private(self, case: sqlite3.Row) -> Private:
        return cases.read_private(self._centre.keys, case)

    def _case_on_file(self) -> sqlite3.Row | None:
        """The case of the number whose resident wrote from this phone."""
        found = cases.cases_by_number(self._connection, self._asked.number) if self._asked.number else []
        return next((case for case in found if same_phone(self._private(case).phone, self._phone)), None)

    def _hear_verdict(self) -> str:
        """YA or BELUM alone means the one case of this phone that waits for it; else help is sent."""
        answered = cases.cases_with_status(self._connection, Status.DITANGGAPI)
        found = [case for case in answered if self._is_of_phone(case)]
        if len(found) == 1:
            return self._serve(found[0])
        text = fill(self._templates, Template.HELP, kata=self._centre.settings.sms_prefix)
        return self._reply(Template.HELP, text, None, "unclear")

    def _is_of_phone(self, case: sqlite3.Row) -> bool:
        try:
            return same_phone(self._private(case).phone, self._phone)
        except DamagedError:
            return False  # It was altered, which the audit tells; other residents' cases are not.

    def _case_by_pin(self) -> sqlite3.Row | None:
        """The case that number and PIN open, from whatever phone; wrong ones are counted, and lock."""
        if not self._asked.number or not self._asked.pin:
            return None
        settings, connection, now = self._centre.settings, self._connection, self._now
        limits = {
            f"number {self._asked.number}": settings.lock_after,
            f"phone {phone_name(self._centre, self._phone).hex()}": settings.lock_after * _PHONE_FACTOR,
        }
        if any(pin_guesses.is_locked(connection, subject, limit=most, now=now) for subject, most in limits.items()):
            return None
        found = cases.cases_by_number(connection, self._asked.number)
        case = next((case for case in found if fits(self._private(case).pin, self._asked.pin)), None)
        if case is not None:
            pin_guesses.forget_wrong(connection, f"number {self._asked.number}")
            return case
        for subject in limits:
            pin_guesses.count_wrong(connection, subject, now=now, until=now + settings.lock_s * 1000)
        return None

    def _serve(self, case: sqlite3.Row) -> str:
        command, words = self._asked.command, self._asked.said
        if command is Command.PIN:
            return self._renew_pin(case)
        if command is Command.RATE and self._asked.rating:
            self._note(case, RATED, {"rating": self._asked.rating})
            return self._reply_about(case, Template.NOTED)
        step = _STEPS.get(command) if command is not None else None
        if step is None or (step is Step.AMENDED and not words):
            return self._reply_about(case, Template.STATUS)
        return self._take(case, step, words)

    def _take(self, case: sqlite3.Row, step: Step, words: str) -> str:
        """Move the case where the lifecycle allows it; else, and where it was only asked for, keep what was said."""
        is_question = self._asked.command is Command.CHECK
        is_open = not is_question and (Status(case["status"]), step) in TRANSITIONS
        is_done, ago_ms = case["status"] == Status.SELESAI, self._now - case["changed_at"]
        is_late = step is Step.DISPUTED and is_done and ago_ms > self._centre.settings.reopen_days * _DAY_MS
        data: dict[str, Any] = {}
        if words:
            data["note"] = self._centre.keys.encrypt_field(case["id"], words.encode()).hex()
        if not is_open or is_late:
            self._note(case, f"{NOTED}{step}", data)
            return self._reply_about(case, Template.STATUS if step is Step.AMENDED else Template.NOTED)
        if self._is_done(case):
            return self._reply_about(case, Template.STATUS)
        city, connection = self._centre.cities.get(self._connection), self._connection
        if step is Step.DISPUTED and case["handler"] in city.units:
            data["superior"] = city.units[case["handler"]].parent
        moved = self._event(case, step, data)
        announce(connection, self._centre, case["id"], now=self._now)
        template = {Step.CONFIRMED: Template.RATE, Step.DISPUTED: Template.REOPENED}.get(step, Template.STATUS)
        return self._reply_about(moved, template)

    def _renew_pin(self, case: sqlite3.Row) -> str:
        """Make a new PIN and send it to the phone on file, which is the one that asks."""
        subject = f"renew {case['number']}"
        if pin_guesses.is_locked(
            self._connection, subject, limit=self._centre.settings.sms_pins_per_day, now=self._now
        ):
            return self._reply_about(case, Template.STATUS)
        pin_guesses.count_wrong(self._connection, subject, now=self._now, until=self._now + _DAY_MS)
        private, pin = self._private(case), pin_of_entry(self._centre, self._row.entry)
        keys = self._centre.keys
        if not self._is_done(case):
            sealed = {
                name: keys.encrypt_field(case["id"], value.encode()).hex()
                for name, value in (("pin", pin), ("was", private.pin))
            }
            self._event(case, NEW_PIN, sealed)
            pin_guesses.forget_wrong(self._connection, f"number {case['number']}")
        return self._reply_about(case, Template.NEW_PIN, pin=pin)

    def _switch_news(self) -> str:
        """BERHENTI and MULAI hold for the phone, whatever it has reported."""
        phone, connection = phone_name(self._centre, self._phone), self._connection
        is_stop = self._asked.command is Command.STOP
        changed = sms.stop(connection, phone, self._now) if is_stop else sms.start(connection, phone)
        if changed:
            data = {"phone": phone.hex(), "entry": self._row.entry.hex()}
            append_event(connection, at=self._now, type=STOPPED if is_stop else STARTED, actor=ACTOR, data=data)
        template = Template.STOPPED if is_stop else Template.STARTED
        return self._reply(template, fill(self._templates, template), None, "switched")

    def _note(self, case: sqlite3.Row, type_: str, data: dict[str, Any]) -> None:
        if not self._is_done(case):
            self._event(case, type_, data)

    def _event(self, case: sqlite3.Row, type_: str, data: dict[str, Any]) -> sqlite3.Row:
        """Let it happen; gives the case as it stands then."""
        said = data | {"entry": self._row.entry.hex()}
        moved = take_step(self._connection, self._centre, case["id"], type_, actor=ACTOR, now=self._now, data=said)
        return moved or case

    def _is_done(self, case: sqlite3.Row) -> bool:
        """Whether an earlier fold of this very entry has left its event: nothing is done twice."""
        mark = f'"entry":"{self._row.entry.hex()}"'
        return any(mark in event["data"] for event in events_of_case(self._connection, case["id"]))

    def _reply_about(self, case: sqlite3.Row, template: Template, **values: str) -> str:
        city = self._centre.cities.get(self._connection)
        return self._reply(template, case_text(city, template, case, **values), case["id"], "answered")

    def _reply(self, template: Template, text: str, case_id: bytes | None, outcome: str) -> str:
        every, same = sms.count_to_phone(
            self._connection,
            phone_name(self._centre, self._phone),
            content_name(self._centre, text),
            self._now - _DAY_MS,
        )
        settings = self._centre.settings
        if every >= settings.sms_replies_per_day or same >= settings.sms_same_per_day:
            return "silent"
        message = Message(
            phone=self._phone,
            template=template,
            text=text,
            event=self._row.entry,
            is_answer=True,
            case_id=case_id,
            came_by=self._row.log,
            priority=REPLY_PRIORITY,
            lasts_ms=REPLY_MS,
        )
        send_sms(self._connection, self._centre, message, now=self._now)
        return outcome
