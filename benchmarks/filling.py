"""A centre with very many cases, in seconds: rows as ledger and fold leave them, but nothing in them is signed."""

import os
import sqlite3
from functools import partial
from typing import Final, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.load import UNIT, enrolled
from server.domain.lifecycle import FIRST_STATUS
from server.store import cases, devices, ledger, troubles
from server.store.cases import Case
from server.store.centre import Centre
from sync_protocol.entry import NO_PREV, Entry, write_entry
from sync_protocol.exchange import Position
from sync_protocol.kinds import Kind
from sync_protocol.number import number_of
from tests.peers import Peer

LOGS: Final = 50
"""Devices that the cases come from, evenly."""
_SEALED: Final = 230
_PRIVATE: Final = 330


class _NoSigner:
    """Signs nothing: who fills a ledger by hand need not, because what is stored is never verified again."""

    def sign(self, message: bytes) -> bytes:  # noqa: ARG002
        return bytes(64)


def fill(centre: Centre, count: int) -> Peer:
    """Fill a centre with cases of many devices; give one of them, whose log holds its share."""
    now = centre.clock()
    peer = enrolled(centre)
    centre.write(partial(_append, peer.log, peer.own_head(), count // LOGS, now, into=peer.entries))
    for _ in range(LOGS - 1):
        centre.write(partial(_other_device, count // LOGS, now))
    return peer


def _other_device(count: int, now: int, connection: sqlite3.Connection) -> None:
    log = os.urandom(16)
    devices.add_device(
        connection,
        log=log,
        sign=os.urandom(32),
        seal=os.urandom(32),
        name="",
        unit=UNIT,
        state="active",
        now=now,
    )
    _append(log, None, count, now, connection)


def _append(
    log: bytes,
    head: Position | None,
    count: int,
    now: int,
    connection: sqlite3.Connection,
    into: list[Entry] | None = None,
) -> None:
    """Lengthen a log, in the ledger and in the cases; `into` is what the device itself keeps of it."""
    entries, before = [], head or Position(0, NO_PREV)
    for _ in range(count):
        entry = _entry(log, before, now)
        entries.append(entry)
        before = Position(entry.seq, entry.id)
    ledger.insert_entries(connection, ((e.id, log, e.seq, e.prev, e.kind, 1, 0, now, None, 0, e.raw) for e in entries))
    devices.set_rooted(connection, log, before)
    cases.insert_cases(connection, (_case(entry, now) for entry in entries))
    troubles.set_folded(connection, ledger.last_n(connection))
    if into is not None:
        into.extend(entries)


def _entry(log: bytes, before: Position, now: int) -> Entry:
    return write_entry(
        kind=Kind.COMPLAINT,
        time_ms=now,
        seq=before.seq + 1,
        log=log,
        prev=before.id,
        body=b"{}",
        signer=cast("Ed25519PrivateKey", _NoSigner()),
        recipient=bytes(32),
        seal=lambda recipient, info, packed: os.urandom(_SEALED),  # noqa: ARG005
    )


def _case(entry: Entry, now: int) -> Case:
    return Case(
        id=entry.id,
        number=number_of(entry.id),
        log=entry.log,
        unit=UNIT,
        channel="kios",
        category="AIR",
        kelurahan="53.71.01.1001",
        identity="open",
        accused="",
        status=FIRST_STATUS.value,
        handler="",
        claimed_at=now,
        filed_at=now,
        arrived_at=now,
        changed_at=now,
        private=os.urandom(_PRIVATE),
    )
