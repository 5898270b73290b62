"""Put verified entries of one log into the ledger, with what they show of its chain (protocol, section 5).

The chain is evidence, never an admission rule: whatever is found here is noted, and everything is stored.
"""

import sqlite3
from collections.abc import Iterable, Sequence

from msgspec import Struct

from server.domain.filing_time import ClockNews, HeadSeen, Link, clues
from server.store import devices, holes, ledger
from sync_protocol.bodies import Body, Clock, Lost, decode_body
from sync_protocol.entry import NO_PREV, Entry
from sync_protocol.errors import ProtocolError
from sync_protocol.exchange import Position
from sync_protocol.kinds import Kind
from sync_protocol.packing import unpack
from sync_protocol.seal import NOT_SEALED
from sync_protocol.vocabulary import DeviceState


class _Node(Struct, frozen=True, gc=False):
    """An entry, or a tombstone in its place, as a part of the chain."""

    seq: int
    id: bytes
    prev: bytes
    entry: Entry | None


def store_entries(
    connection: sqlite3.Connection,
    device: sqlite3.Row,
    entries: Iterable[Entry],
    *,
    head: HeadSeen | None,
    now: int,
) -> int:
    """Store entries of a device that are not stored yet; give their number.

    Args:
        device: as it was before this bundle.
        entries: verified, none of them twice.
        head: the device's HEAD, where its time can be compared with `now`.
    """
    log: bytes = device["log"]
    new = sorted(entries, key=_order)
    if not new:
        if head is not None:
            devices.set_clock(connection, log, clues((), devices.clock_of(device), {}, head, now)[1])
        return 0
    returned = _returned(connection, log, new)
    nodes = sorted([*_nodes(new), *_tombstones(connection, log, new)], key=_order)
    held = ledger.parents(connection, log, list(_outside(nodes)))
    rooted = _rooted(nodes, held)
    if _forks(connection, log, nodes):
        devices.flag_forked(connection, log)
    _insert(connection, device, nodes, rooted, head, held, now)
    came = returned | holes.among_missing(connection, log, rooted) if holes.has_missing(connection, log) else returned
    holes.drop_missing(connection, log, came)
    holes.add_missing(connection, log, _outside(nodes) - held.keys())
    newest = [Position(node.seq, node.id) for node in nodes if node.entry is not None and rooted[node.id]][-1:]
    newest += _cascade(connection, log, [node for node in nodes if node.id in came and rooted[node.id]])
    if newest:
        devices.set_rooted(connection, log, max(newest, key=lambda position: (position.seq, position.id)))
    return len(new)


def _order(link: Entry | _Node) -> tuple[int, bytes]:
    return link.seq, link.id


def _nodes(entries: Iterable[Entry]) -> Iterable[_Node]:
    return (_Node(entry.seq, entry.id, entry.prev, entry) for entry in entries)


def _returned(connection: sqlite3.Connection, log: bytes, new: Sequence[Entry]) -> set[bytes]:
    """What was reported lost by one disk has come from another."""
    if not holes.has_tombstones(connection, log):
        return set()
    returned = holes.among_tombstones(connection, log, (entry.id for entry in new))
    holes.drop_tombstones(connection, log, returned)
    return returned


def _tombstones(connection: sqlite3.Connection, log: bytes, new: Sequence[Entry]) -> list[_Node]:
    """Places in the chain whose entry has rotted at the device and is not held here."""
    lost = {}
    for entry in new:
        body = plain_body(entry) if entry.kind == Kind.LOST else None
        if isinstance(body, Lost):
            node = _Node(min(body.seq, 2**32 - 1), bytes.fromhex(body.id), bytes.fromhex(body.prev), None)
            lost[node.id] = node
    if not lost:
        return []
    held = ledger.held_ids(connection, list(lost)) | holes.among_tombstones(connection, log, lost)
    held.update(entry.id for entry in new)
    return [node for node in lost.values() if node.id not in held]


def plain_body(entry: Entry) -> Body | None:
    """What an entry says that is not sealed; None where it says nothing that can be read."""
    if entry.to != NOT_SEALED:
        return None
    try:
        return decode_body(entry.kind, unpack(entry.body))
    except ProtocolError:
        return None  # The fold makes a note of it; here the entry is stored like any other.


def _outside(nodes: Sequence[_Node]) -> set[bytes]:
    """Parents that did not come along."""
    return {node.prev for node in nodes} - {node.id for node in nodes} - {NO_PREV}


def _rooted(nodes: Sequence[_Node], held: dict[bytes, sqlite3.Row]) -> dict[bytes, bool]:
    """Whether the chain from each of the nodes to seq 1 is complete."""
    seqs = {key: row["seq"] for key, row in held.items()}
    rooted = {key: bool(row["rooted"]) for key, row in held.items()}
    for node in nodes:
        seqs[node.id] = node.seq
        if node.prev == NO_PREV:
            rooted[node.id] = node.seq == 1
        else:
            rooted[node.id] = rooted.get(node.prev, False) and seqs[node.prev] + 1 == node.seq
    return rooted


def _forks(connection: sqlite3.Connection, log: bytes, nodes: Sequence[_Node]) -> bool:
    """Whether two entries of the log claim one place."""
    seqs = {node.seq for node in nodes}
    return len(seqs) < len(nodes) or not seqs.isdisjoint(
        ledger.stored_seqs(connection, log, nodes[0].seq, nodes[-1].seq)
    )


def _insert(
    connection: sqlite3.Connection,
    device: sqlite3.Row,
    nodes: Sequence[_Node],
    rooted: dict[bytes, bool],
    head: HeadSeen | None,
    held: dict[bytes, sqlite3.Row],
    now: int,
) -> None:
    log: bytes = device["log"]
    bounds = {key: row["not_before"] for key, row in held.items()}
    new = [node.entry for node in nodes if node.entry is not None]
    found, clock = clues([_link(entry) for entry in new], devices.clock_of(device), bounds, head, now)
    quarantined = int(device["state"] != DeviceState.ACTIVE)
    ledger.insert_entries(
        connection,
        [
            (
                entry.id,
                log,
                entry.seq,
                entry.prev,
                entry.kind,
                rooted[entry.id],
                quarantined,
                now,
                clue.offset_ms,
                clue.not_before,
                entry.raw,
            )
            for entry, clue in zip(new, found, strict=True)
        ],
    )
    holes.add_tombstones(
        connection,
        [(node.id, log, node.seq, node.prev, rooted[node.id], now) for node in nodes if node.entry is None],
    )
    devices.set_clock(connection, log, clock)


def _link(entry: Entry) -> Link:
    if entry.kind != Kind.CLOCK:
        return Link(entry.id, entry.prev, entry.seq, entry.time_ms)
    body = plain_body(entry)
    news = ClockNews(body.reason, body.offset_ms, body.jump_ms) if isinstance(body, Clock) else None
    return Link(entry.id, entry.prev, entry.seq, entry.time_ms, news)


def _cascade(connection: sqlite3.Connection, log: bytes, parents: Sequence[_Node]) -> list[Position]:
    """Mark as rooted what was stored earlier than these parents; give the entries among it."""
    frontier = [Position(node.seq, node.id) for node in parents]
    entries: list[Position] = []
    tombstones: list[Position] = []
    while frontier:
        for child in ledger.children(connection, log, frontier.pop()):
            if not child["rooted"]:
                position = Position(child["seq"], child["id"])
                (tombstones if child["lost"] else entries).append(position)
                frontier.append(position)
    ledger.root_entries(connection, (position.id for position in entries))
    holes.root_tombstones(connection, log, (position.id for position in tombstones))
    return entries
