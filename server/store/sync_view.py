"""What a reply needs to know of one device's two logs, from one snapshot of the database."""

import sqlite3
from collections.abc import Iterable

from server.store import down, holes, ledger
from sync_protocol.exchange import Held, Position


class SyncView:
    """Implements `sync_protocol.server_session.ServerView`; every question is answered through an index."""

    def __init__(self, connection: sqlite3.Connection, device: sqlite3.Row) -> None:
        self._connection = connection
        self._device = device
        self._log: bytes = device["log"]

    def holds(self, entry_id: bytes) -> bool:
        return ledger.holds(self._connection, self._log, entry_id)

    def newest_rooted(self) -> bytes | None:
        rooted: bytes | None = self._device["rooted_id"]
        return rooted

    def missing(self, limit: int, turn: int) -> list[bytes]:
        return holes.wanted(self._connection, self._log, limit, turn)

    def safe(self) -> bytes | None:
        safe: bytes | None = self._device["safe_id"]
        return safe

    def down_head(self) -> Position | None:
        return down.head_of(self._connection, self._log)

    def down(self, entry_id: bytes) -> Held | None:
        return down.get_down(self._connection, self._log, entry_id)

    def down_after(self, seq: int) -> Iterable[Held]:
        return down.down_after(self._connection, self._log, seq)
