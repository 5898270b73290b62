"""The ledger: every id, every signature, every place in its chain, every arrival, every fold."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec.structs import replace

from server.actions.enrol_device import read_claim
from server.actions.fold_entries import body_or_trouble, case_of, command_of, note_of, result_of, trouble_in
from server.audit.case_row import compare_case
from server.audit.chain import Chains
from server.audit.finding import Finding
from server.audit.state import Audit
from server.domain.fold import decode_note, decode_sms
from server.store.audited import trouble_of
from server.store.ledger import LEDGER_HEAD, NO_LINK, Unfolded, all_entries, arrival_link
from server.store.notes import NoteRow, get_note
from server.store.sms import SmsInRow, get_command, get_result
from server.store.troubles import get_meta
from sync_protocol.bodies import Complaint, Note, SmsIn, SmsResult
from sync_protocol.entry import Entry, parse_entry, verify_entry
from sync_protocol.errors import ProtocolError
from sync_protocol.keys import device_log, sign_key
from sync_protocol.kinds import Kind

_TABLE = "buku besar"


def check(state: Audit) -> Iterator[Finding]:
    """Go through the ledger in order of arrival."""
    yield from _check_devices(state)
    chains = Chains(state.connection)
    link, expected = NO_LINK, 1
    for row in all_entries(state.connection):
        state.counts["entries"] += 1
        where = f"n={row['n']} ({row['id'].hex()[:12]})"
        if row["n"] != expected:
            yield Finding(_TABLE, where, "entry-gap", f"sebelum ini hilang entri (harusnya n={expected})")
        if arrival_link(link, row["id"], row["received_at"], row["offset_ms"], row["not_before"]) != row["link"]:
            yield Finding(_TABLE, where, "arrival", "catatan kedatangan tidak cocok dengan rantainya")
        link, expected = row["link"], row["n"] + 1
        for code, text in _check_entry(state, row, chains):
            yield Finding(_TABLE, where, code, text)
        story = state.device_stories.get(row["log"].hex())
        if story is not None and bool(row["quarantined"]) != story.quarantines(row["n"]):
            yield Finding(_TABLE, where, "quarantine", "karantina tidak cocok dengan keputusan tentang kiosnya")
    if get_meta(state.connection, LEDGER_HEAD) != (link.hex() if expected > 1 else None) or state.folded >= expected:
        yield Finding(
            _TABLE, f"sesudah n={expected - 1}", "entry-end", "ujung buku besar tidak cocok: ada yang dihapus"
        )
    yield from chains.check(state.devices)
    for log, claims in state.claims.items():
        if log in state.devices and (state.devices[log]["seal"], state.devices[log]["name"]) not in claims:
            text = "nama atau kunci segelnya bukan yang ditandatangani kios ini"
            yield Finding("kios", log.hex()[:12], "device-claim", text)


def _check_devices(state: Audit) -> Iterator[Finding]:
    for log, device in state.devices.items():
        try:
            if device_log(device["sign"]) != log:
                yield Finding("kios", log.hex()[:12], "device-key", "kuncinya bukan kunci catatan ini")
                continue
            state.device_keys[log] = sign_key(device["sign"])
        except ProtocolError:
            yield Finding("kios", log.hex()[:12], "device-key", "kuncinya tidak dapat dipakai")


def _check_entry(state: Audit, row: sqlite3.Row, chains: Chains) -> Iterator[tuple[str, str]]:
    try:
        entry = parse_entry(row["raw"])
    except ProtocolError as error:
        yield error.code, "bytenya bukan entri"
        return
    stored = (row["id"], row["log"], row["seq"], row["prev"], row["kind"])
    if stored != (entry.id, entry.log, entry.seq, entry.prev, entry.kind):
        yield "columns", "kolomnya tidak cocok dengan isi entri"
    key: Ed25519PublicKey | None = state.device_keys.get(entry.log)
    if key is None:
        yield "unknown-device", "ditulis perangkat yang tidak terdaftar"
        return
    try:
        verify_entry(entry, key)
    except ProtocolError as error:
        yield error.code, "tanda tangannya tidak cocok"
        return
    chains.add(entry, rooted=bool(row["rooted"]))
    if entry.kind == Kind.KEY:
        with suppress(ProtocolError):  # The fold has noted that it cannot be read.
            claim = read_claim(entry)
            state.claims.setdefault(entry.log, set()).add((claim.seal, claim.name))
    yield from _check_fold(state, row, entry)


def _is_kept(state: Audit, new: NoteRow) -> bool:
    """Whether a note is kept as its entry says."""
    row = get_note(state.connection, new.entry)
    if row is None or replace(row, private=b"") != replace(new, private=b""):
        return False
    try:
        kept, said = (decode_note(state.keys.decrypt_field(new.entry, note.private)) for note in (row, new))
    except ValueError:
        return False
    return kept == said


def _is_command_kept(state: Audit, new: SmsInRow) -> bool:
    """Whether a command by SMS is kept as its entry says."""
    row = get_command(state.connection, new.entry)
    if row is None or replace(row, private=b"") != replace(new, private=b""):
        return False
    try:
        kept, said = (decode_sms(state.keys.decrypt_field(new.entry, one.private)) for one in (row, new))
    except ValueError:
        return False
    return kept == said


def _check_fold(state: Audit, row: sqlite3.Row, entry: Entry) -> Iterator[tuple[str, str]]:
    """Open the entry once more and see what it should have come to."""
    if row["quarantined"] or row["n"] > state.folded:
        return
    device = state.devices[entry.log]
    unfolded = Unfolded(
        n=row["n"],
        id=entry.id,
        log=entry.log,
        kind=entry.kind,
        received_at=row["received_at"],
        offset_ms=row["offset_ms"],
        not_before=row["not_before"],
        raw=row["raw"],
        unit=device["unit"],
    )
    body = body_or_trouble(state.keys, unfolded)
    if trouble_of(state.connection, entry.id) != trouble_in(unfolded, body):
        yield "trouble", "catatan gangguan tidak cocok dengan isinya"
    if isinstance(body, Complaint):
        state.cases_found.add(entry.id)
        yield from compare_case(state, case_of(state.keys, unfolded, body, state.ground))
    if isinstance(body, Note) and not _is_kept(state, note_of(state.keys, unfolded, body, state.ground)):
        yield "note", "tambahan pelapor tidak ada atau tidak cocok dengan isinya"
    if isinstance(body, SmsIn) and not _is_command_kept(state, command_of(state.keys, unfolded, body)):
        yield "sms-in", "perintah SMS tidak ada atau tidak cocok dengan isinya"
    if isinstance(body, SmsResult):
        result = result_of(unfolded, body, state.ground)
        if get_result(state.connection, entry.id) != result:
            yield "sms-result", "hasil pengiriman SMS tidak ada atau tidak cocok dengan isinya"
