"""Open a secret report with the duty key: by a sworn officer, with the password again, for a reason that stays logged.

What is opened goes to the caller and nowhere else; the duty key is in the clear only while this runs.
"""

import json
import sqlite3
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Final, TypeVar

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import Struct

from server.actions.answer_sms import ACTOR
from server.actions.find_notes import find_notes
from server.actions.sign_in import checked
from server.actions.unmask_identity import checked_reason
from server.domain.fold import read_body
from server.domain.roles import Viewer, may_open
from server.errors import NoGrantError, NoSuchCaseError, NotAllowedError, ReasonMissingError, SealBrokenError
from server.store import cases, duty, ledger, users
from server.store.centre import Centre
from server.store.events import append_event, events_of_case
from server.store.notes import NoteRow
from server.store.passwords import open_user_key
from sync_protocol.bodies import Complaint, Note, SecretPerson, SecretText, decode_secret
from sync_protocol.errors import ProtocolError
from sync_protocol.kinds import Kind
from sync_protocol.packing import unpack
from sync_protocol.seal import duty_info, hpke_open
from sync_protocol.vocabulary import Identity

OPENED: Final = "secret-opened"
_BROKEN: Final = (
    "Segel laporan ini tidak dapat dibuka: isinya berubah, atau disegel untuk kunci lain."
    " Tidak ada yang terbuka. Beri tahu admin."
)
S = TypeVar("S", SecretText, SecretPerson)


class Part(StrEnum):
    """What can be opened apart from the rest; also the name that its seal is bound to (protocol, section 8)."""

    TEXT = "text"
    PERSON = "person"


class Later(Struct, frozen=True):
    """What the resident said after the report."""

    at: int
    text: str | None
    """None: its own seal does not open, or it was altered, which holds back nothing else."""
    place: str = ""


class Opened(Struct, frozen=True):
    """What was asked for; None where it was not."""

    text: SecretText | None
    person: SecretPerson | None
    later: list[Later] = []
    """What was said later goes with the text."""


class Sealed(Struct, frozen=True):
    """A secret report as it lies in the ledger, and the officer's grant: read before the slow part."""

    case: sqlite3.Row
    raw: bytes
    grant: bytes


def open_secret(
    centre: Centre, viewer: Viewer, case_id: bytes, *, reason: str, password: str, parts: AbstractSet[Part]
) -> Opened:
    """Log who opens what and why, then give it; in this order, so that nobody sees it unlogged.

    Raises:
        NotAllowedError: the role may not.
        ReasonMissingError: no reason, or nothing chosen.
        NoSuchCaseError: none that is secret, or none for this person.
        NoGrantError: this officer does not hold the duty key.
        LoginRefusedError: as for `sign_in`; a wrong password counts as one there.
        SealBrokenError: a seal does not open; then nothing is given, nor logged as opened.
    """
    sealed = find_sealed(centre, viewer, case_id)
    reason = checked_reason(reason)
    if not parts:
        raise ReasonMissingError("Pilih apa yang dibuka: isi laporan, pelapor, atau keduanya.")
    opened = unseal(centre, viewer, sealed, password=password, parts=parts)
    now = centre.clock()
    data = {
        "reason": centre.keys.encrypt_field(case_id, reason.encode()).hex(),
        "parts": [part.value for part in Part if part in parts],
    }

    def log(connection: sqlite3.Connection) -> None:
        read_sealed(connection, viewer, case_id)  # The grant may have ended meanwhile.
        users.clear_failures(connection, viewer.id)
        append_event(connection, at=now, type=OPENED, actor=viewer.name, case_id=case_id, data=data)

    centre.write(log)
    return opened


def find_sealed(centre: Centre, viewer: Viewer, case_id: bytes) -> Sealed:
    """What an officer needs besides the password.

    Raises:
        NotAllowedError, NoSuchCaseError, NoGrantError, SealBrokenError: as for `open_secret`.
    """
    if not may_open(viewer, Identity.SECRET):
        raise NotAllowedError("Hanya petugas tersumpah yang dapat membuka laporan RAHASIA.")
    return centre.read(lambda connection: read_sealed(connection, viewer, case_id))


def unseal(centre: Centre, viewer: Viewer, sealed: Sealed, *, password: str, parts: AbstractSet[Part]) -> Opened:
    """Open parts of a report for the caller, who logs it.

    Raises:
        LoginRefusedError, SealBrokenError: as for `open_secret`.
    """
    found = checked(centre, viewer.name, password)
    duty_key = duty.open_grant(open_user_key(found.key, password), sealed.grant, centre.keys.duty_public)
    return _open(centre, sealed, duty_key, parts)


def read_sealed(connection: sqlite3.Connection, viewer: Viewer, case_id: bytes) -> Sealed:
    """The same within a transaction, for a role that may.

    Raises:
        NoSuchCaseError, NoGrantError, SealBrokenError: as for `open_secret`.
    """
    case = cases.get_case(connection, case_id)
    if case is None or not viewer.scope.holds(handler=case["handler"], accused=case["accused"]):
        raise NoSuchCaseError("Laporan tidak ditemukan.")
    if not may_open(viewer, Identity(case["identity"])):
        raise NoSuchCaseError("Laporan ini bukan laporan RAHASIA.")
    grant = duty.find_grant(connection, viewer.id)
    if grant is None:
        raise NoGrantError("Anda belum memegang kunci tugas.")
    entry = ledger.get_entry(connection, case_id)
    if entry is None:
        raise SealBrokenError("Entri asli laporan ini tidak ada di buku besar. Beri tahu admin.")
    return Sealed(case=case, raw=entry["raw"], grant=grant)


def _open(centre: Centre, sealed: Sealed, duty_key: X25519PrivateKey, parts: AbstractSet[Part]) -> Opened:
    log, text, person, later = sealed.case["log"], None, None, []
    try:
        body = read_body(Kind.COMPLAINT, sealed.raw, centre.keys.openers)
        if not isinstance(body, Complaint) or body.secret is None:
            raise SealBrokenError(_BROKEN)
        if Part.TEXT in parts:
            text = _unseal(duty_key, log, Part.TEXT, body.secret.text, SecretText)
            later = centre.read(lambda connection: _said_later(connection, centre, sealed.case, duty_key))
        if Part.PERSON in parts:
            person = _unseal(duty_key, log, Part.PERSON, body.secret.person, SecretPerson)
    except ProtocolError:
        raise SealBrokenError(_BROKEN) from None
    return Opened(text=text, person=person, later=later)


def _said_later(
    connection: sqlite3.Connection, centre: Centre, case: sqlite3.Row, duty_key: X25519PrivateKey
) -> list[Later]:
    """What the resident said after the report, in order: in notes, and by SMS, which lies under the field key."""
    happened = events_of_case(connection, case["id"])
    said = [
        _open_note(centre, duty_key, note, entry["raw"])
        for note in find_notes(connection, centre, case, happened).rows
        if (entry := ledger.get_entry(connection, note.entry)) is not None
    ]
    by_sms = [(event["at"], json.loads(event["data"]).get("note")) for event in happened if event["actor"] == ACTOR]
    said += [Later(at, _open_words(centre, case["id"], note)) for at, note in by_sms if note]
    return sorted((later for later in said if later is not None), key=lambda later: later.at)


def _open_words(centre: Centre, case_id: bytes, note: str) -> str | None:
    try:
        return centre.keys.decrypt_field(case_id, bytes.fromhex(note)).decode()
    except ValueError:
        return None  # It was altered, like a seal that does not open.


def _open_note(centre: Centre, duty_key: X25519PrivateKey, note: NoteRow, raw: bytes) -> Later | None:
    """The words of a note, if it has any: plain, or in a seal of their own (protocol, section 8)."""
    try:
        body = read_body(Kind.NOTE, raw, centre.keys.openers)
        if isinstance(body, Note) and body.secret:
            said = _unseal(duty_key, note.log, Part.TEXT, body.secret, SecretText)
            return Later(note.filed_at, said.text, said.place)
    except ProtocolError:
        return Later(note.filed_at, None)
    return Later(note.filed_at, body.text) if isinstance(body, Note) and body.text else None


def _unseal(duty_key: X25519PrivateKey, log: bytes, part: Part, seal: bytes, type_: type[S]) -> S:
    return decode_secret(unpack(hpke_open(duty_key, duty_info(log, part), seal)), type_)
