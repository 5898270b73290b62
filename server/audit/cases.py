"""Cases, events and notes that no entry explains."""

from collections.abc import Iterator

from server.audit.finding import Finding
from server.audit.state import Audit
from server.store.audited import case_numbers, troubles_without_entry
from server.store.notes import notes_without_entry


def check(state: Audit) -> Iterator[Finding]:
    """What is there without a complaint in the ledger."""
    for case_id, number in case_numbers(state.connection).items():
        if case_id not in state.cases_found:
            yield Finding("kasus", number, "case-without-entry", "tidak ada pengaduan sah di buku besar")
    for case_id, events in state.case_events.items():
        if case_id not in state.cases_found:
            text = "menyangkut laporan yang tidak ada di buku besar"
            yield Finding("peristiwa", f"n={events[0].n}", "event-without-case", text)
    for entry in troubles_without_entry(state.connection):
        yield Finding("gangguan", entry.hex()[:12], "trouble-without-entry", "entrinya tidak ada di buku besar")
    for entry in notes_without_entry(state.connection):
        yield Finding("tambahan pelapor", entry.hex()[:12], "note-without-entry", "entrinya tidak ada di buku besar")
