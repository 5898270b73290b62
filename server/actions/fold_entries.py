"""Fold the ledger into cases: open what was stored, and show it (protocol, section 5, at the end).

Folding comes after storing and can never undo it: an entry that cannot be read becomes a line for an admin, and the
next one is folded all the same. It follows from the ledger alone, whatever was folded before.
"""

import logging
import sqlite3
from collections.abc import Callable
from functools import partial

from msgspec import Struct, json

from server.actions.answer_sms import answer_waiting
from server.actions.take_step import follow_events
from server.domain.filing_time import Clue, filed_at
from server.domain.flags import write_flags
from server.domain.fold import KINDS, PrivateNote, PrivateSms, claim_of, is_bare, is_expected, private_of, read_body
from server.domain.lifecycle import FIRST_STATUS
from server.store import cases, devices, events, ledger, notes, sms, troubles
from server.store.cases import Case
from server.store.centre import Centre
from server.store.city import City
from server.store.keys import CentreKeys
from server.store.ledger import Unfolded
from server.store.notes import NoteRow
from server.store.sms import ResultRow, SmsInRow
from sync_protocol.bodies import Body, Complaint, Health, Note, SmsIn, SmsResult
from sync_protocol.errors import ProtocolError
from sync_protocol.number import number_of, parse_number
from sync_protocol.vocabulary import Channel

FOUNDED = "founded_at"
"""In `meta`: when the centre's keys were made, Unix milliseconds."""
_CHUNK = 512
_PATIENCE_S = 0.5
"""How long the fold of a chunk lets receipts go first, all in all: however busy the centre is, cases come in."""
_UNKNOWN_KIND = "unknown-kind"
_INTERNAL = "internal"
_LOG = logging.getLogger(__name__)

_Next = Callable[[sqlite3.Connection, int], list[Unfolded]]
_Settle = Callable[[sqlite3.Connection, list[Unfolded]], None]


class Ground(Struct, frozen=True):
    """What a case is made with besides its entry."""

    founded: int
    """When the centre was founded, Unix milliseconds: no complaint was filed before."""
    city: City


class _Folded(Struct):
    """What a chunk of the ledger came to."""

    cases: list[Case]
    notes: list[NoteRow]
    commands: list[SmsInRow]
    results: list[ResultRow]
    modems: dict[bytes, int]
    """When a device has shown that it has a modem, by log."""
    troubles: list[tuple[bytes, bytes, int, str, int]]
    health: dict[bytes, tuple[str, int]]


def fold(centre: Centre, stopping: Callable[[], bool] = lambda: False) -> int:
    """Fold all that is stored and not folded yet, then answer what residents asked by SMS; give the number of entries.

    Args:
        stopping: asked before each chunk; what is left waits for the next fold.

    Raises:
        StorageError: the disk refuses; what was folded so far stays.
    """
    with centre.folding:
        total = sum(
            _fold_all(centre, next_chunk, settle, stopping)
            for next_chunk, settle in ((ledger.released, _forget_release), (_next, _move_on))
        )
        answer_waiting(centre, stopping)
        return total


def case_of(keys: CentreKeys, entry: Unfolded, complaint: Complaint, ground: Ground) -> Case:
    """The case that a complaint makes when it arrives."""
    claim = claim_of(entry.raw)
    return Case(
        id=entry.id,
        number=number_of(entry.id),
        log=entry.log,
        unit=entry.unit,
        channel=complaint.channel,
        category=complaint.category,
        kelurahan=complaint.kelurahan,
        identity=complaint.identity.value,
        accused=complaint.accused,
        status=FIRST_STATUS.value,
        handler="",
        claimed_at=claim,
        filed_at=filed_at(claim, Clue(entry.offset_ms, entry.not_before), entry.received_at, ground.founded),
        arrived_at=entry.received_at,
        changed_at=entry.received_at,
        private=keys.encrypt_field(entry.id, private_of(complaint).encode()),
        due_at=ground.city.due_at(FIRST_STATUS, complaint.category, entry.received_at),
        flags=write_flags(complaint.flags),
    )


def note_of(keys: CentreKeys, entry: Unfolded, note: Note, ground: Ground) -> NoteRow:
    """A note as it is kept; which case it belongs to shows when one is looked at (`notes_with_pin`).

    Raises:
        NumberError: it names no number.
    """
    private = PrivateNote(pin=note.pin, text=note.text, rating=note.rating)
    number = parse_number(note.number)
    return NoteRow(
        entry=entry.id,
        n=entry.n,
        log=entry.log,
        number=number,
        pin=keys.pin_proof(number, note.pin),
        type=note.type,
        filed_at=filed_at(
            claim_of(entry.raw), Clue(entry.offset_ms, entry.not_before), entry.received_at, ground.founded
        ),
        arrived_at=entry.received_at,
        private=keys.encrypt_field(entry.id, private.encode()),
    )


def command_of(keys: CentreKeys, entry: Unfolded, body: SmsIn) -> SmsInRow:
    """A command as it is kept until it is answered."""
    private = PrivateSms(phone=body.sender, text=body.text, flags=body.flags)
    command = body.flags[0] if body.flags else ""
    return SmsInRow(entry.id, entry.log, command, entry.received_at, keys.encrypt_field(entry.id, private.encode()))


def result_of(entry: Unfolded, body: SmsResult, ground: Ground) -> ResultRow:
    """What became of an SMS, and when by the true time as far as it is known."""
    clue = Clue(entry.offset_ms, entry.not_before)
    at = filed_at(body.at or claim_of(entry.raw), clue, entry.received_at, ground.founded)
    return ResultRow(entry.id, bytes.fromhex(body.key), body.state, at, entry.received_at, body.report)


def body_or_trouble(keys: CentreKeys, entry: Unfolded) -> Body | str:
    """The body of an entry, or the code of what is wrong with it."""
    try:
        body = read_body(entry.kind, entry.raw, keys.openers)
        if isinstance(body, Note):
            parse_number(body.number)
    except ProtocolError as error:
        return error.code
    except Exception as error:  # noqa: BLE001  A hostile body must not stop those after it.
        _LOG.error("entry %s cannot be folded: %s", entry.id.hex(), type(error).__name__)
        return _INTERNAL
    return _UNKNOWN_KIND if body is None or not is_expected(entry.kind, KINDS) else body


def trouble_in(entry: Unfolded, body: Body | str) -> str | None:
    """The code of what a person has to know of an entry: that its body cannot be used, or that it came unsealed."""
    if isinstance(body, str):
        return body
    return troubles.UNSEALED if is_bare(entry.kind, entry.raw) else None


def _fold_all(centre: Centre, next_chunk: _Next, settle: _Settle, stopping: Callable[[], bool]) -> int:
    total = 0
    while not stopping() and (chunk := centre.read(lambda connection: next_chunk(connection, _CHUNK))):
        folded = _fold_chunk(centre, chunk, centre.read(partial(ground_of, centre)))
        centre.write(partial(_keep, centre=centre, folded=folded, chunk=chunk, settle=settle))
        total += len(chunk)
    return total


def _next(connection: sqlite3.Connection, limit: int) -> list[Unfolded]:
    return ledger.unfolded(connection, troubles.folded_upto(connection), limit)


def _move_on(connection: sqlite3.Connection, chunk: list[Unfolded]) -> None:
    troubles.set_folded(connection, chunk[-1].n)


def _forget_release(connection: sqlite3.Connection, chunk: list[Unfolded]) -> None:
    ledger.refolded(connection, (entry.n for entry in chunk))


def ground_of(centre: Centre, connection: sqlite3.Connection) -> Ground:
    """What cases are made with, as it is now."""
    return Ground(int(troubles.get_meta(connection, FOUNDED) or 0), centre.cities.get(connection))


def _fold_chunk(centre: Centre, chunk: list[Unfolded], ground: Ground) -> _Folded:
    folded, keys, patience_s = _Folded([], [], [], [], {}, [], {}), centre.keys, _PATIENCE_S
    for entry in chunk:
        patience_s = centre.way.give(patience_s)
        body = body_or_trouble(keys, entry)
        if isinstance(body, Complaint):
            folded.cases.append(case_of(keys, entry, body, ground))
        elif isinstance(body, Note):
            folded.notes.append(note_of(keys, entry, body, ground))
        elif isinstance(body, SmsIn):
            folded.commands.append(command_of(keys, entry, body))
        elif isinstance(body, SmsResult):
            folded.results.append(result_of(entry, body, ground))
        elif isinstance(body, Health):
            folded.health[entry.log] = (json.encode(body).decode(), entry.received_at)
        if (code := trouble_in(entry, body)) is not None:
            folded.troubles.append((entry.id, entry.log, entry.kind, code, entry.received_at))
        if _came_by_modem(body):
            folded.modems[entry.log] = entry.received_at
    return folded


def _came_by_modem(body: Body | str) -> bool:
    return isinstance(body, SmsIn | SmsResult) or (isinstance(body, Complaint) and body.channel == Channel.SMS)


def _keep(
    connection: sqlite3.Connection, centre: Centre, folded: _Folded, chunk: list[Unfolded], settle: _Settle
) -> None:
    cases.insert_cases(connection, _as_left(connection, centre, folded.cases))
    notes.insert_notes(connection, folded.notes)
    troubles.add_troubles(connection, folded.troubles)
    for log, (health, at) in folded.health.items():
        devices.set_health(connection, log, health, at)
    sms.insert_commands(connection, folded.commands)
    sms.insert_results(connection, folded.results)
    for log, at in folded.modems.items():
        sms.note_modem(connection, log, at)
    settle(connection, chunk)


def _as_left(connection: sqlite3.Connection, centre: Centre, new: list[Case]) -> list[Case]:
    """Cases as their events have left them: new ones have none, but those that are made again may."""
    happened = events.events_of_cases(connection, [case.id for case in new])
    if not happened:
        return new
    city = centre.cities.get(connection)
    return [follow_events(centre.keys, city, case, happened.get(case.id, ()))[0] for case in new]
