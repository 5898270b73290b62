"""Take in a bundle: skip, verify, store, commit, and answer with a HEAD that is the receipt (protocol, section 5).

Signatures are checked before the write transaction. Bodies are opened later, by the fold, which can undo none of this.
"""

import sqlite3
from collections.abc import Iterable
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from server.actions.answer_query import MAX_QUERIES, answer_queries
from server.actions.enrol_device import Claim, admit, code_of, read_claim
from server.actions.store_entries import store_entries
from server.domain.filing_time import HeadSeen
from server.store import devices, ledger
from server.store.centre import Centre
from server.store.sync_view import SyncView
from sync_protocol.bundle import read_bundle
from sync_protocol.entry import Entry, verify_entry
from sync_protocol.errors import BadSignatureError, ProtocolError
from sync_protocol.exchange import Position
from sync_protocol.keys import server_log
from sync_protocol.kinds import TRANSIENT, Kind
from sync_protocol.server_session import Answered, DeviceHead, answer, read_device_head
from sync_protocol.vocabulary import DeviceState

Via = Literal["http", "usb"]


class Received(Struct):
    """What came of a bundle."""

    reply: bytes | None = None
    """The answer, where a device stated its HEAD; None for a courier."""
    log: bytes | None = None
    """The log of the device that is answered."""
    known_log: bool = False
    """Whether anything in it belongs to a device of ours."""
    stored: int = 0
    known: int = 0
    """Entries that were stored before."""
    unsigned: int = 0
    """Frames that name a known log and are not signed by its key."""
    foreign: int = 0
    """Entries of unknown logs."""
    malformed: int = 0
    rest: int = 0
    """Bytes of an incomplete last frame."""


class _Batch(Struct):
    """What a bundle holds of one log, verified."""

    log: bytes
    entries: dict[bytes, Entry]
    head: DeviceHead | None = None
    head_time_ms: int = 0
    newest: Position | None = None
    """The newest entry of the bundle (highest seq, then id) that is stored, or will be."""
    claims: list[Claim] = []
    """What could let the device in, where it is not active."""
    queries: list[Entry] = []
    answers: list[bytes] = []
    unsigned: int = 0
    is_known: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing of it has to be written down."""
        return not (self.entries or self.head or self.claims or self.unsigned)


def receive_bundle(centre: Centre, data: bytes, *, via: Via, unlimited: bool = False) -> Received:
    """Store what a bundle holds of our devices, durably, and give the reply.

    Args:
        data: a bundle, whole or cut.
        via: `usb` where the centre's clock says nothing about when it was written.
        unlimited: for a stick: the reply holds everything.

    Raises:
        NotABundleError: no magic.
        StorageError: the disk refuses; nothing was promised.
    """
    entries, reader = read_bundle(data)
    received = Received(malformed=reader.malformed, rest=reader.rest)
    now = centre.clock()
    batches = centre.read(lambda connection: _sort(connection, centre, entries, received))
    if batches:
        _keep(centre, batches, received, via, now)
    heads = [batch for batch in batches if batch.is_known and batch.head is not None]
    if heads:
        _answer(centre, heads[0], received, now, unlimited=unlimited)
    return received


def _sort(connection: sqlite3.Connection, centre: Centre, entries: Iterable[Entry], received: Received) -> list[_Batch]:
    """Part the entries by log, leave out what is stored already, and verify the rest."""
    logs: dict[bytes, list[Entry]] = {}
    for entry in entries:
        logs.setdefault(entry.log, []).append(entry)
    batches = []
    for log, group in logs.items():
        device = devices.get_device(connection, log)
        batch = _Batch(log=log, entries={}, is_known=device is not None)
        if device is None or device["state"] != DeviceState.ACTIVE:
            batch.claims = _claims(group)
        if device is not None or any(code_of(connection, claim, centre.clock()) for claim in batch.claims):
            _verify(connection, batch, group, _key_of(centre, device, batch.claims), received)
        else:
            received.foreign += len(group)  # Whoever knocks without a code costs us no work but the knock.
        if device is not None or batch.claims:
            batches.append(batch)
    return batches


def _claims(group: list[Entry]) -> list[Claim]:
    found = []
    for entry in group:
        if entry.kind == Kind.KEY:
            try:
                found.append(read_claim(entry))
            except ProtocolError:
                continue  # Counted with the others where the log is known; nothing to be had from it here.
    return found


def _key_of(centre: Centre, device: sqlite3.Row | None, claims: list[Claim]) -> Ed25519PublicKey:
    if device is None:
        return Ed25519PublicKey.from_public_bytes(claims[0].sign)
    log = device["log"]
    if log not in centre.device_keys:
        centre.device_keys[log] = Ed25519PublicKey.from_public_bytes(device["sign"])
    return centre.device_keys[log]


def _verify(
    connection: sqlite3.Connection, batch: _Batch, group: list[Entry], key: Ed25519PublicKey, received: Received
) -> None:
    known = ledger.known_ids(connection, batch.log, group)
    stored = [(entry.seq, entry.id) for entry in group if entry.id in known]
    received.known += len(stored)
    for entry in group:
        if entry.id in known:
            continue
        try:
            verify_entry(entry, key)
            if entry.kind == Kind.HEAD:
                batch.head, batch.head_time_ms = read_device_head(entry), entry.time_ms
        except BadSignatureError:
            batch.unsigned += 1
        except ProtocolError:
            received.malformed += 1
        else:
            if entry.kind not in TRANSIENT:
                batch.entries[entry.id] = entry
            elif entry.kind == Kind.QUERY and len(batch.queries) < MAX_QUERIES:
                batch.queries.append(entry)
    received.unsigned += batch.unsigned
    places = [*stored, *((entry.seq, entry.id) for entry in batch.entries.values())]
    batch.newest = Position(*max(places)) if places else None


def _keep(centre: Centre, batches: list[_Batch], received: Received, via: Via, now: int) -> None:
    """Store all batches in one transaction; what it counts is noted once it is committed."""

    def keep(connection: sqlite3.Connection) -> tuple[int, int]:
        stored = foreign = 0
        for batch in batches:
            device = _let_in(connection, centre, batch, now)
            batch.is_known = device is not None
            if device is None:
                foreign += len(batch.entries)
            else:
                stored += _keep_batch(connection, device, batch, via, now)
                if batch.head is not None:
                    batch.answers = answer_queries(connection, centre, device, batch.queries, now)
        return stored, foreign

    if not all(batch.is_idle for batch in batches):
        received.stored, unknown = centre.write(keep)
        received.foreign += unknown
    received.known_log = any(batch.is_known for batch in batches)
    if received.stored:
        centre.stored.set()


def _let_in(connection: sqlite3.Connection, centre: Centre, batch: _Batch, now: int) -> sqlite3.Row | None:
    for claim in batch.claims:
        admit(connection, centre, claim, now)
    return devices.get_device(connection, batch.log)


def _keep_batch(connection: sqlite3.Connection, device: sqlite3.Row, batch: _Batch, via: Via, now: int) -> int:
    # Another request may have stored some of it since they were sorted.
    known = ledger.known_ids(connection, batch.log, list(batch.entries.values()))
    new = [entry for entry in batch.entries.values() if entry.id not in known]
    head = batch.head
    seen = HeadSeen(head.stands.id, batch.head_time_ms) if head is not None and via == "http" else None
    stored = store_entries(connection, device, new, head=seen, now=now)
    if batch.unsigned:
        devices.count_skipped(connection, batch.log, batch.unsigned)
    # A stick may be older than what the device said since.
    if head is not None and (via == "http" or head.stands.seq >= device["stated_seq"]):
        have = bytes.fromhex(head.body.have) if head.body.have else None
        devices.set_contact(connection, batch.log, at=now, stated=head.stands, down_have=have)
    return stored


def _answer(centre: Centre, batch: _Batch, received: Received, now: int, *, unlimited: bool) -> None:
    head = batch.head
    if head is None:
        return

    def reply(connection: sqlite3.Connection) -> tuple[Answered, bool] | None:
        device = devices.get_device(connection, batch.log)
        if device is None:
            return None
        answered = answer(
            SyncView(connection, device),
            head,
            newest_of_bundle=batch.newest.id if batch.newest else None,
            state=DeviceState(device["state"]),
            now_ms=now,
            server_log=server_log(centre.keys.sign_public, batch.log),
            signer=centre.keys.sign,
            extra=batch.answers,
            unlimited=unlimited,
        )
        return answered, answered.regressed and not device["regressed"]

    found = centre.read(reply)
    if found is None:
        return
    answered, is_news = found
    if is_news:
        centre.write(lambda connection: devices.flag_regressed(connection, batch.log))
    received.reply, received.log = answered.bundle, batch.log
