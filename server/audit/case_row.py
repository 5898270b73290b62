"""One case against what its complaint and its events make of it."""

import sqlite3
from collections.abc import Iterator
from typing import Final

from server.actions.take_step import follow_events
from server.audit.state import Audit
from server.domain.fold import decode_private
from server.store.cases import Case, get_case

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


def compare_case(state: Audit, new: Case) -> Iterator[tuple[str, str]]:
    """What differs between the stored case and the one that follows from the ledger and the events."""
    state.counts["cases"] += 1
    row = get_case(state.connection, new.id)
    if row is None:
        yield "case-missing", f"laporan {new.number} tidak ada di tabel kasus"
        return
    said, impossible = follow_events(state.keys, state.city, new, state.case_events.get(new.id, []))
    for n in impossible:
        yield "illegal-step", f"laporan {new.number}: peristiwa n={n} tidak mungkin pada statusnya"
    differing = [word for name, word in _WORDS.items() if row[name] != getattr(said, name)]
    if not _private_fits(state, row, said):
        differing.append("isi tersimpan")
    if differing:
        yield "case", f"laporan {new.number} tidak cocok dengan hasil lipatan: {', '.join(differing)}"


def _private_fits(state: Audit, row: sqlite3.Row, said: Case) -> bool:
    try:
        kept, new = (decode_private(state.keys.decrypt_field(said.id, one)) for one in (row["private"], said.private))
    except ValueError:
        return False
    return kept == new
