"""The chains of the devices' logs, put together again: what is rooted, what is missing, what forks."""

import sqlite3
from collections.abc import Iterator, Mapping

from server.audit.finding import Finding
from sync_protocol.bodies import Lost
from sync_protocol.entry import NO_PREV, Entry
from sync_protocol.exchange import Position

_TABLE = "rantai kios"
_Node = tuple[int, bytes, bytes, bool]  # seq, prev, log, rooted as stored


class Chains:
    """Collects the places of all entries, then compares what follows from them with what is stored."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._entries: dict[bytes, _Node] = {}
        self._lost: dict[bytes, set[tuple[int, bytes]]] = {}

    def add(self, entry: Entry, *, rooted: bool) -> None:
        """An entry whose signature holds."""
        self._entries[entry.id] = (entry.seq, entry.prev, entry.log, rooted)

    def add_lost(self, log: bytes, body: Lost) -> None:
        """A device says that an entry has rotted there."""
        self._lost.setdefault(log, set()).add((min(body.seq, 2**32 - 1), bytes.fromhex(body.id)))

    def check(self, devices: Mapping[bytes, sqlite3.Row]) -> Iterator[Finding]:
        """Compare, log by log."""
        tombs = self._connection.execute("select id, log, seq, prev, rooted from tombstone").fetchall()
        nodes = dict(self._entries)
        nodes.update({row["id"]: (row["seq"], row["prev"], row["log"], bool(row["rooted"])) for row in tombs})
        rooted = _rooted(nodes)
        for node_id, (seq, _, log, stored) in nodes.items():
            if stored != (node_id in rooted):
                yield _finding(log, seq, "rooted", "tanda berakar tidak cocok")
        for row in tombs:
            if row["id"] in self._entries or (row["seq"], row["id"]) not in self._lost.get(row["log"], set()):
                yield _finding(row["log"], row["seq"], "tombstone", "dinyatakan hilang tanpa kesaksian kios")
        yield from self._check_missing(nodes)
        yield from self._check_devices(devices, rooted)

    def _check_missing(self, nodes: Mapping[bytes, _Node]) -> Iterator[Finding]:
        wanted = {prev: log for _, prev, log, _ in nodes.values() if prev != NO_PREV and prev not in nodes}
        stored = {row["id"]: row["log"] for row in self._connection.execute("select id, log from missing")}
        for parent in sorted(wanted.keys() ^ stored.keys()):
            log = wanted.get(parent) or stored[parent]
            yield _finding(
                log, parent.hex()[:12], "missing", "daftar lubang tidak cocok: entri induk hilang atau lebih"
            )

    def _check_devices(self, devices: Mapping[bytes, sqlite3.Row], rooted: set[bytes]) -> Iterator[Finding]:
        newest: dict[bytes, Position] = {}
        places: dict[bytes, set[int]] = {}
        forked: set[bytes] = set()
        for entry_id, (seq, _, log, _) in self._entries.items():
            if seq in places.setdefault(log, set()):
                forked.add(log)
            places[log].add(seq)
            best = newest.get(log)
            if entry_id in rooted and (best is None or (seq, entry_id) > (best.seq, best.id)):
                newest[log] = Position(seq, entry_id)
        for log, device in devices.items():
            end = newest.get(log)
            if (device["rooted_seq"], device["rooted_id"]) != ((end.seq, end.id) if end else (0, None)):
                yield _finding(log, device["rooted_seq"], "rooted-end", "entri berakar terbaru tidak cocok")
            if log in forked and not device["forked"]:
                yield _finding(log, "-", "forked", "bercabang, tetapi tandanya dihapus")


def _rooted(nodes: Mapping[bytes, _Node]) -> set[bytes]:
    """The ids whose chain to seq 1 is complete."""
    rooted: set[bytes] = set()
    for node_id, (seq, prev, log, _) in sorted(nodes.items(), key=lambda item: item[1][0]):
        parent = nodes.get(prev)
        follows = parent is not None and prev in rooted and parent[0] + 1 == seq and parent[2] == log
        if (prev == NO_PREV and seq == 1) or follows:
            rooted.add(node_id)
    return rooted


def _finding(log: bytes, place: int | str, code: str, text: str) -> Finding:
    return Finding(_TABLE, f"{log.hex()[:12]} ke-{place}", code, text)
