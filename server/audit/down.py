"""The centre's own logs, one for each device: ids, signatures, and chains without a gap or a fork."""

import sqlite3
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from server.audit.finding import Finding
from server.audit.state import Audit
from server.store.audited import all_down
from sync_protocol.entry import NO_PREV, Entry, parse_entry, verify_entry
from sync_protocol.errors import ProtocolError
from sync_protocol.keys import server_log

_TABLE = "catatan untuk kios"


def check(state: Audit) -> Iterator[Finding]:
    """Go through all logs in order."""
    key = state.keys.sign.public_key()
    heads: dict[bytes, tuple[int, bytes]] = {}
    for row in all_down(state.connection):
        state.counts["down"] += 1
        seq, prev = heads.get(row["device"], (0, NO_PREV))
        where = f"{row['device'].hex()[:12]} ke-{row['seq']}"
        for code, text in _check_row(state, row, key, seq, prev):
            yield Finding(_TABLE, where, code, text)
        heads[row["device"]] = (row["seq"], row["id"])
    for log, device in state.devices.items():
        if device["down_head"] != (heads[log][1] if log in heads else None):
            yield Finding(_TABLE, log.hex()[:12], "down-end", "ujungnya tidak cocok: ada yang dihapus")
    for log in heads.keys() - state.devices.keys():
        yield Finding(_TABLE, log.hex()[:12], "down-device", "kiosnya tidak terdaftar")


def _check_row(
    state: Audit, row: sqlite3.Row, key: Ed25519PublicKey, seq: int, prev: bytes
) -> Iterator[tuple[str, str]]:
    try:
        entry: Entry = parse_entry(row["raw"])
        verify_entry(entry, key)
    except ProtocolError as error:
        yield error.code, "bukan entri bertanda tangan pusat ini"
        return
    stored = (row["id"], row["seq"], row["prev"], row["kind"], min(max(row["made_at"], 0), (1 << 48) - 1))
    if stored != (entry.id, entry.seq, entry.prev, entry.kind, entry.time_ms):
        yield "columns", "kolomnya tidak cocok dengan isi entri"
    if entry.log != server_log(state.keys.sign_public, row["device"]):
        yield "log", "ditulis untuk kios lain"
    if (entry.seq, entry.prev) != (seq + 1, prev):
        yield "chain", "tidak menyambung pada entri sebelumnya"
