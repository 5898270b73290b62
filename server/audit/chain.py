"""The chains of the devices' logs, put together again: what is rooted, what is missing, what forks."""

import sqlite3
from collections.abc import Iterator, Mapping

from server.actions.store_entries import plain_body
from server.audit.finding import Finding
from server.store.audited import all_missing, all_tombstones
from sync_protocol.bodies import Lost
from sync_protocol.entry import NO_PREV, Entry
from sync_protocol.exchange import Position
from sync_protocol.kinds import Kind

_TABLE = "rantai kios"
_Key = tuple[bytes, bytes]  # log, id: one device may name another's entry, which is no part of its chain
_Node = tuple[int, bytes, bool]  # seq, prev, rooted as stored


class Chains:
    """Collects the places of all entries, then compares what follows from them with what is stored."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._entries: dict[_Key, _Node] = {}
        self._lost: set[tuple[bytes, bytes, int]] = set()

    def add(self, entry: Entry, *, rooted: bool) -> None:
        """An entry whose signature holds."""
        self._entries[entry.log, entry.id] = (entry.seq, entry.prev, rooted)
        body = plain_body(entry) if entry.kind == Kind.LOST else None
        if isinstance(body, Lost):
            self._lost.add((entry.log, bytes.fromhex(body.id), min(body.seq, 2**32 - 1)))

    def check(self, devices: Mapping[bytes, sqlite3.Row]) -> Iterator[Finding]:
        """Compare, log by log."""
        tombs = all_tombstones(self._connection)
        nodes = dict(self._entries)
        nodes.update({(row["log"], row["id"]): (row["seq"], row["prev"], bool(row["rooted"])) for row in tombs})
        rooted = _rooted(nodes)
        for key, (seq, _, stored) in nodes.items():
            if stored != (key in rooted):
                yield _finding(key[0], seq, "rooted", "tanda berakar tidak cocok")
        for row in tombs:
            told = (row["log"], row["id"], row["seq"]) in self._lost
            if (row["log"], row["id"]) in self._entries or not told:
                yield _finding(row["log"], row["seq"], "tombstone", "dinyatakan hilang tanpa kesaksian kios")
        yield from self._check_missing(nodes)
        yield from self._check_devices(devices, rooted)

    def _check_missing(self, nodes: Mapping[_Key, _Node]) -> Iterator[Finding]:
        wanted = {(log, prev) for (log, _), (_, prev, _) in nodes.items() if prev != NO_PREV} - nodes.keys()
        stored = all_missing(self._connection)
        for log, parent in sorted(wanted ^ stored):
            yield _finding(
                log, parent.hex()[:12], "missing", "daftar lubang tidak cocok: entri induk hilang atau lebih"
            )

    def _check_devices(self, devices: Mapping[bytes, sqlite3.Row], rooted: set[_Key]) -> Iterator[Finding]:
        newest: dict[bytes, Position] = {}
        places: dict[bytes, set[int]] = {}
        forked: set[bytes] = set()
        for (log, entry_id), (seq, _, _) in self._entries.items():
            if seq in places.setdefault(log, set()):
                forked.add(log)
            places[log].add(seq)
            best = newest.get(log)
            if (log, entry_id) in rooted and (best is None or (seq, entry_id) > (best.seq, best.id)):
                newest[log] = Position(seq, entry_id)
        for log, device in devices.items():
            end = newest.get(log)
            if (device["rooted_seq"], device["rooted_id"]) != ((end.seq, end.id) if end else (0, None)):
                yield _finding(log, device["rooted_seq"], "rooted-end", "entri berakar terbaru tidak cocok")
            if log in forked and not device["forked"]:
                yield _finding(log, "-", "forked", "bercabang, tetapi tandanya dihapus")
            if device["forked"] and log not in forked and not self._may_fork(log):
                yield _finding(log, "-", "forked-extra", "bertanda bercabang, padahal tidak")

    def _may_fork(self, log: bytes) -> bool:
        """Whether some place was claimed by two entries, counting those that were reported lost."""
        claims = {(seq, entry_id) for (owner, entry_id), (seq, _, _) in self._entries.items() if owner == log}
        claims |= {(seq, entry_id) for owner, entry_id, seq in self._lost if owner == log}
        return len(claims) > len({seq for seq, _ in claims})


def _rooted(nodes: Mapping[_Key, _Node]) -> set[_Key]:
    """Those whose chain to seq 1 is complete."""
    rooted: set[_Key] = set()
    for (log, node_id), (seq, prev, _) in sorted(nodes.items(), key=lambda item: item[1][0]):
        parent = nodes.get((log, prev))
        follows = parent is not None and (log, prev) in rooted and parent[0] + 1 == seq
        if (prev == NO_PREV and seq == 1) or follows:
            rooted.add((log, node_id))
    return rooted


def _finding(log: bytes, place: int | str, code: str, text: str) -> Finding:
    return Finding(_TABLE, f"{log.hex()[:12]} ke-{place}", code, text)
