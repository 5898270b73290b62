"""One case against what its complaint and its events make of it."""

import sqlite3
from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from server.actions.answer_sms import NEW_PIN
from server.audit.events import read_data
from server.audit.state import Audit
from server.domain.flags import verified_flags
from server.domain.fold import decode_private
from server.domain.lifecycle import Status, Step, follow
from server.errors import PersonError
from server.store.cases import Case, get_case

_STEPS: Final = {step.value: step for step in Step}
_WORDS: Final = {
    "number": "nomor",
    "log": "catatan kios",
    "unit": "unit pelapor",
    "channel": "kanal",
    "category": "kategori",
    "kelurahan": "kelurahan",
    "identity": "identitas",
    "accused": "unit yang dilaporkan",
    "status": "status",
    "handler": "penanggung jawab",
    "claimed_at": "jam kios",
    "filed_at": "waktu diajukan",
    "arrived_at": "waktu sampai",
    "changed_at": "waktu perubahan",
    "due_at": "tenggat",
    "flags": "tanda",
}


class Stand(Struct):
    """Where a case stands, as far as its events have been followed."""

    status: str
    handler: str
    changed_at: int
    due_at: int | None
    category: str
    kelurahan: str
    flags: str
    new_pin: str = ""
    """Encrypted, in hex; empty while the first one holds."""


def compare_case(state: Audit, new: Case) -> Iterator[tuple[str, str]]:
    """What differs between the stored case and the one that follows from the ledger and the events."""
    state.counts["cases"] += 1
    row = get_case(state.connection, new.id)
    if row is None:
        yield "case-missing", f"laporan {new.number} tidak ada di tabel kasus"
        return
    stand = Stand(new.status, new.handler, new.changed_at, new.due_at, new.category, new.kelurahan, new.flags)
    for event in state.case_events.get(new.id, []):
        if not take_step(state, stand, event):
            yield "illegal-step", f"laporan {new.number}: peristiwa n={event['n']} tidak mungkin pada statusnya"
    differing = [word for name, word in _WORDS.items() if row[name] != getattr(stand, name, getattr(new, name))]
    if not _private_fits(state, row, new, stand.new_pin):
        differing.append("isi tersimpan")
    if differing:
        yield "case", f"laporan {new.number} tidak cocok dengan hasil lipatan: {', '.join(differing)}"


def take_step(state: Audit, stand: Stand, event: sqlite3.Row) -> bool:
    """Follow an event; False where the lifecycle does not allow it."""
    step, data = _STEPS.get(event["type"]), read_data(event["data"])
    if event["type"] == NEW_PIN:
        stand.new_pin = data.get("pin", "")
    if step is None:
        return True  # It changes nothing, such as looking at a name.
    try:
        stand.status = follow(Status(stand.status), step)
    except PersonError:
        return False
    stand.handler = data.get("unit", stand.handler)
    if step is Step.VERIFIED:
        stand.category = data.get("category", stand.category)
        stand.kelurahan = data.get("kelurahan", stand.kelurahan)
        stand.flags = verified_flags(stand.flags)
    stand.changed_at = event["at"]
    stand.due_at = state.city.due_at(stand.status, stand.category, event["at"])
    return True


def _private_fits(state: Audit, row: sqlite3.Row, new: Case, new_pin: str) -> bool:
    try:
        stored = decode_private(state.keys.decrypt_field(new.id, row["private"]))
        said = decode_private(state.keys.decrypt_field(new.id, new.private))
        if new_pin:
            said = replace(said, pin=state.keys.decrypt_field(new.id, bytes.fromhex(new_pin)).decode())
    except ValueError:
        return False
    return stored == said
