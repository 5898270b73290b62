"""Sort what came in a bundle before anything is written: by log, new from known, signed from forged (section 5).

Nothing here changes the database, and the slow part, the signatures, runs on all cores and outside of any transaction.
"""

import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from server.actions.answer_query import MAX_QUERIES
from server.actions.enrol_device import Claim, code_of, read_claim
from server.store import devices, ledger
from server.store.centre import Centre
from sync_protocol.bundle import read_bundle
from sync_protocol.entry import Entry, verify_entry
from sync_protocol.errors import BadSignatureError, ProtocolError
from sync_protocol.exchange import Position
from sync_protocol.kinds import TRANSIENT, Kind
from sync_protocol.server_session import DeviceHead, read_device_head
from sync_protocol.vocabulary import DeviceState

_MAX_KEYS: Final = 4
"""KEY entries of a log that are looked at, the newest, to find one that holds."""
_MAX_STRANGERS: Final = 4
"""Logs of a bundle that may knock without a code; the others are not even looked at."""


class Batch(Struct):
    """What a bundle holds of one log, verified."""

    log: bytes
    claims: list[Claim] = []
    """What could let the device in, where it is not active."""
    entries: dict[bytes, Entry] = {}
    """New ones, by id."""
    head: DeviceHead | None = None
    head_time_ms: int = 0
    queries: list[Entry] = []
    answers: list[bytes] = []
    newest: Position | None = None
    """The newest entry of the bundle (highest seq, then id) that is stored, or will be."""
    known: int = 0
    """Entries that were stored before."""
    unsigned: int = 0
    """Frames that name this log and are not signed by its key."""
    malformed: int = 0
    foreign: int = 0
    """Entries that are not even looked at, because nothing says that the log is ours."""
    is_ours: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing of it has to be written down."""
        return not (self.entries or self.head or self.claims or self.unsigned)


class Sorted(Struct):
    """A bundle, sorted."""

    batches: list[Batch]
    malformed: int
    rest: int
    """Bytes of an incomplete last frame."""


class _Known(Struct, frozen=True):
    """What the database knows of a log and of some entries of it."""

    sign: bytes | None
    """The log's key; None where neither the device nor a code that it was given is known."""
    claims: list[Claim]
    ids: set[bytes]
    is_device: bool


def sort_bundle(centre: Centre, data: bytes) -> Sorted:
    """Read and verify a bundle, whole or cut.

    Raises:
        NotABundleError: no magic.
        StorageError: the database cannot be read.
    """
    entries, reader = read_bundle(data)
    logs: dict[bytes, list[Entry]] = {}
    for entry in entries:
        logs.setdefault(entry.log, []).append(entry)
    batches: list[Batch] = []
    strangers = 0
    for log, group in logs.items():
        batch = _sort_log(centre, log, group, may_knock=strangers < _MAX_STRANGERS)
        strangers += bool(batch.foreign) and any(entry.kind == Kind.KEY for entry in group)
        batches.append(batch)
    return Sorted(batches, reader.malformed, reader.rest)


def _sort_log(centre: Centre, log: bytes, group: list[Entry], *, may_knock: bool) -> Batch:
    known = centre.read(lambda connection: _look_up(connection, log, group, centre.clock(), may_knock=may_knock))
    batch = Batch(log=log, claims=known.claims, is_ours=known.is_device)
    if known.sign is None:
        batch.foreign = len(group)  # One KEY of theirs may knock, where any was looked at.
        return batch
    new = [entry for entry in group if entry.id not in known.ids]
    batch.known = len(group) - len(new)
    signed = centre.spread(partial(_are_signed, _key(centre, log, known.sign)), new)
    for entry, is_signed in zip(new, signed, strict=True):
        _take(batch, entry, is_signed=is_signed)
    places = [(entry.seq, entry.id) for entry in group if entry.id in known.ids or entry.id in batch.entries]
    batch.newest = Position(*max(places)) if places else None
    return batch


def _look_up(connection: sqlite3.Connection, log: bytes, group: list[Entry], now: int, *, may_knock: bool) -> _Known:
    device = devices.get_device(connection, log)
    is_active = device is not None and device["state"] == DeviceState.ACTIVE
    claims = [] if is_active or (device is None and not may_knock) else _claims(group)
    if device is not None:
        return _Known(device["sign"], claims, ledger.known_ids(connection, log, group), is_device=True)
    is_expected = any(code_of(connection, claim, now) for claim in claims)
    return _Known(claims[0].sign if is_expected else None, claims, set(), is_device=False)


def _claims(group: list[Entry]) -> list[Claim]:
    """The newest KEY that holds, if any: a device that was given another code writes another KEY."""
    keys = sorted((entry for entry in group if entry.kind == Kind.KEY), key=lambda entry: -entry.seq)
    for entry in keys[:_MAX_KEYS]:
        try:
            return [read_claim(entry)]
        except ProtocolError:
            continue  # Nothing is to be had from it; it is counted with the others where the log is known.
    return []


def _key(centre: Centre, log: bytes, sign: bytes) -> Ed25519PublicKey:
    """The log's key; kept, because a log's name is a hash of it and so it never changes."""
    if log not in centre.device_keys:
        centre.device_keys[log] = Ed25519PublicKey.from_public_bytes(sign)
    return centre.device_keys[log]


def _are_signed(key: Ed25519PublicKey, entries: Sequence[Entry]) -> list[bool]:
    return [_is_signed(key, entry) for entry in entries]


def _is_signed(key: Ed25519PublicKey, entry: Entry) -> bool:
    try:
        verify_entry(entry, key)
    except BadSignatureError:
        return False
    return True


def _take(batch: Batch, entry: Entry, *, is_signed: bool) -> None:
    if not is_signed:
        batch.unsigned += 1
    elif entry.kind not in TRANSIENT:
        batch.entries[entry.id] = entry
    elif entry.kind == Kind.QUERY:
        batch.queries = [*batch.queries, entry][:MAX_QUERIES]
    elif entry.kind == Kind.HEAD:
        try:
            batch.head, batch.head_time_ms = read_device_head(entry), entry.time_ms
        except ProtocolError:
            batch.malformed += 1
