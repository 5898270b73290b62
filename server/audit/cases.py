"""Cases and events that no complaint explains."""

from collections.abc import Iterator

from server.audit.finding import Finding
from server.audit.state import Audit


def check(state: Audit) -> Iterator[Finding]:
    """What is there without a complaint in the ledger."""
    for row in state.connection.execute("select id, number from cases"):
        if row["id"] not in state.cases_found:
            yield Finding("kasus", row["number"], "case-without-entry", "tidak ada pengaduan sah di buku besar")
    for case_id, events in state.case_events.items():
        if case_id not in state.cases_found:
            text = "menyangkut laporan yang tidak ada di buku besar"
            yield Finding("peristiwa", f"n={events[0]['n']}", "event-without-case", text)
    for row in state.connection.execute("select entry from trouble where entry not in (select id from entry)"):
        yield Finding("gangguan", row["entry"].hex()[:12], "trouble-without-entry", "entrinya tidak ada di buku besar")
