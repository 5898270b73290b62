"""Take in a bundle: sort, store, commit, and answer with a HEAD that is the receipt (protocol, section 5).

Bodies are opened later, by the fold, which can undo none of this.
"""

import sqlite3
from typing import Literal

from msgspec import Struct

from server.actions.answer_query import answer_queries
from server.actions.enrol_device import admit
from server.actions.sort_bundle import Batch, sort_bundle
from server.actions.store_entries import store_entries
from server.domain.filing_time import HeadSeen
from server.store import codes, devices, ledger
from server.store.centre import Centre
from server.store.sync_view import SyncView
from sync_protocol.entry import NO_PREV
from sync_protocol.exchange import Position
from sync_protocol.keys import server_log
from sync_protocol.server_session import Answered, DeviceHead, answer
from sync_protocol.vocabulary import DeviceState

Via = Literal["http", "usb"]


class Received(Struct, frozen=True):
    """What came of a bundle."""

    reply: bytes | None
    """The answer, where a device stated its HEAD; None for a courier."""
    log: bytes | None
    """The log of the device that is answered."""
    known_log: bool
    """Whether anything in it belongs to a device of ours."""
    stored: int
    known: int
    """Entries that were stored before."""
    unsigned: int
    """Frames that name a known log and are not signed by its key."""
    foreign: int
    """Entries of unknown logs."""
    malformed: int
    rest: int
    """Bytes of an incomplete last frame."""


def receive_bundle(
    centre: Centre, data: bytes, *, via: Via, unlimited: bool = False, began_at: int | None = None
) -> Received:
    """Store what a bundle holds of our devices, durably, and give the reply.

    Args:
        data: a bundle, whole or cut.
        via: `usb` where the centre's clock says nothing about when it was written.
        unlimited: for a stick: the reply holds everything.
        began_at: when the request began, by the centre's clock: what the device's own clock is compared with.

    Raises:
        NotABundleError: no magic.
        StorageError: the disk refuses; nothing was promised.
    """
    now = centre.clock()
    found = sort_bundle(centre, data)
    late_ms = 0 if began_at is None else max(now - began_at, 0)
    stored = _keep(centre, found.batches, via, now, late_ms)
    head_of = next((batch for batch in found.batches if batch.is_ours and batch.head is not None), None)
    reply = _answer(centre, head_of, head_of.head, now, unlimited=unlimited) if head_of and head_of.head else None
    return Received(
        reply=reply,
        log=head_of.log if head_of else None,
        known_log=any(batch.is_ours for batch in found.batches),
        stored=stored,
        known=sum(batch.known for batch in found.batches),
        unsigned=sum(batch.unsigned for batch in found.batches),
        foreign=sum(batch.foreign for batch in found.batches),
        malformed=found.malformed + sum(batch.malformed for batch in found.batches),
        rest=found.rest,
    )


def _keep(centre: Centre, batches: list[Batch], via: Via, now: int, late_ms: int) -> int:
    """Store all batches in one transaction; give the number of entries that are new."""
    if all(batch.is_idle for batch in batches):
        return 0

    def keep(connection: sqlite3.Connection) -> int:
        stored = sum(_keep_batch(connection, centre, batch, via, now, late_ms) for batch in batches)
        if any(batch.claims for batch in batches):
            codes.trim_knocks(connection)
        return stored

    stored = centre.write(keep)
    if stored:
        centre.stored.set()
    return stored


def _keep_batch(connection: sqlite3.Connection, centre: Centre, batch: Batch, via: Via, now: int, late_ms: int) -> int:
    for claim in batch.claims:
        admit(connection, centre, claim, now)
    device = devices.get_device(connection, batch.log)
    batch.is_ours = device is not None
    if device is None:
        return 0
    # Another request may have stored some of it since it was sorted.
    known = ledger.known_ids(connection, batch.log, list(batch.entries.values()))
    new = [entry for entry in batch.entries.values() if entry.id not in known]
    head = batch.head
    is_news = head is not None and _is_news(connection, device, head, batch.head_time_ms)
    seen = HeadSeen(head.stands.id, batch.head_time_ms, late_ms) if head and is_news and via == "http" else None
    stored = store_entries(connection, device, new, head=seen, now=now)
    if batch.unsigned:
        devices.count_skipped(connection, batch.log, batch.unsigned)
    if head is not None:
        if is_news:
            have = bytes.fromhex(head.body.have) if head.body.have else None
            devices.set_contact(
                connection, batch.log, at=now, stated=head.stands, written_at=batch.head_time_ms, down_have=have
            )
        batch.answers = answer_queries(connection, centre, device, batch.queries, now)
    return stored


def _is_news(connection: sqlite3.Connection, device: sqlite3.Row, head: DeviceHead, time_ms: int) -> bool:
    """Whether a HEAD was written after the newest that was heard; one that is repeated on the way is no contact.

    By the device's log and then by its clock, which a CLOCK in the log precedes where it is set back. To be called
    before what came along is stored.
    """
    stands, newest_seq = head.stands, device["stated_seq"]
    if stands.seq > newest_seq and (
        not ledger.holds(connection, head.log, stands.id) or _goes_on(connection, device, stands)
    ):
        return True
    if time_ms <= device["stated_at"]:
        return False
    # A lower one is news of a disk that was set back, which goes on where nothing that is held here follows.
    return stands.seq >= newest_seq or not ledger.children(connection, head.log, stands)


def _goes_on(connection: sqlite3.Connection, device: sqlite3.Row, stands: Position) -> bool:
    """Whether the log leads from the newest stated place to this one, which is held, without a hole or a fork.

    Then the device has written since, and what it wrote came without its HEAD, as by a courier. Where its disk was set
    back, a HEAD of before may stand higher too, but on another branch, or beyond a hole.
    """
    held = ledger.parents(connection, device["log"], [stands.id, device["stated_id"] or NO_PREV])
    is_whole = not device["forked"] and stands.id in held and bool(held[stands.id]["rooted"])
    return is_whole and (device["stated_seq"] == 0 or device["stated_id"] in held)


def _answer(centre: Centre, batch: Batch, head: DeviceHead, now: int, *, unlimited: bool) -> bytes | None:
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
        return None
    answered, is_news = found
    if is_news:
        centre.write(lambda connection: devices.flag_regressed(connection, batch.log))
    return answered.bundle
