"""What a kiosk keeps, and the only way to change it.

An append is one transaction: BEGIN IMMEDIATE, the next seq, seal, sign, insert, COMMIT. Only when COMMIT has returned,
with everything on the disk, does anyone learn the number.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk_agent.clock import Clock
from kiosk_agent.errors import DiskError, NotReadableError, NotSavedError
from kiosk_agent.store import facts, own_log, server_log
from kiosk_agent.store.device_keys import DeviceKeys, lock, unlock
from kiosk_agent.store.disk import Disk
from kiosk_agent.store.schema import migrations
from kiosk_agent.store.storage_key import StorageKey, load_key, new_key
from kiosk_agent.store.view import StoreView
from sync_protocol.bodies import Body, Key, Lost
from sync_protocol.entry import NO_PREV, Entry, Sealer, write_entry
from sync_protocol.exchange import Held, Position
from sync_protocol.kinds import Kind
from sync_protocol.reply import Pinned, Reply, StatedHead
from sync_protocol.seal import hpke_seal
from sync_protocol.states import ENROLMENT, move

log = logging.getLogger(__name__)

FILE = "kiosk.sqlite3"
_SETTING_KINDS = frozenset({Kind.CONFIG, Kind.MASTER, Kind.KEYS})

Also = Callable[[sqlite3.Connection, Entry], None]
"""What goes into the same transaction as an entry."""


class Filing:
    """Entries that come to stand on the disk together."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        write: Callable[[sqlite3.Connection, Kind, Body, bytes | None], Entry],
    ) -> None:
        self.connection = connection
        self.entries: list[Entry] = []
        self._write = write

    def append(self, kind: Kind, body: Body, *, recipient: bytes | None = None) -> Entry:
        """Add an entry to the kiosk's own log, sealed to this key or plain."""
        entry = self._write(self.connection, kind, body, recipient)
        self.entries.append(entry)
        return entry

    @contextmanager
    def part(self) -> Iterator[None]:
        """What may fail by itself: an exception takes back what this block wrote, and nothing else."""
        before = len(self.entries)
        self.connection.execute("savepoint part")
        try:
            yield
        except BaseException:
            self.connection.execute("rollback to part")
            self.connection.execute("release part")
            del self.entries[before:]
            raise
        self.connection.execute("release part")


class Store(StoreView):
    """An opened data folder."""

    def __init__(self, folder: Path, *, clock: Clock, wait_s: float = 10, seal: Sealer = hpke_seal) -> None:
        """Open the folder's file, or make it.

        Raises:
            DataFolderInUseError: another agent holds it.
            NotReadableError: the file or the disk is at fault.
            StorageKeyError: the key outside the folder is gone or does not fit.
        """
        super().__init__(Disk(folder / FILE, migrations, wait_s=wait_s))
        self.seal = seal
        self.appended: list[Callable[[int], None]] = []
        """Called with the kind of each entry that was committed."""
        self.arrived: list[Callable[[], None]] = []
        """Called when a reply of the centre was committed."""
        self.storage_key: StorageKey | None = None
        self._clock = clock
        try:
            self._load_keys()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the folder."""
        self.disk.close()

    def append(self, kind: Kind, body: Body, *, recipient: bytes | None = None, also: Also | None = None) -> Entry:
        """Add an entry to the kiosk's own log. When this returns, it is on the disk.

        Args:
            recipient: the X25519 public key that may read the body; None leaves it plain.
            also: writes into the same transaction.

        Raises:
            NotSavedError: it is not on the disk.
        """
        with self.filing() as filing:
            entry = filing.append(kind, body, recipient=recipient)
            if also is not None:
                also(filing.connection, entry)
        return entry

    @contextmanager
    def filing(self) -> Iterator["Filing"]:
        """Add several entries, and what belongs to them, in one transaction: all of it is on the disk, or nothing.

        Raises:
            NotSavedError: nothing is.
        """
        filing: Filing | None = None
        try:
            with self.disk.writing() as connection:
                filing = Filing(connection, self._write)
                yield filing
        except NotSavedError:
            if filing is None or not filing.entries or not self._stands_after_all(filing.entries[-1].id):
                raise
            log.warning("a commit failed, and its entries are stored all the same")
        for entry in filing.entries:
            for listener in self.appended:
                listener(entry.kind)

    def report_lost(self, held: Held) -> None:
        """Append a LOST for this entry, once for each id, and again only where that LOST has rotted too.

        It counts as rotten from here on, not from the next scrub.

        Raises:
            NotSavedError: it is not on the disk.
        """
        if self.is_reported_lost(held.id):
            return

        def remember(connection: sqlite3.Connection, lost: Entry) -> None:
            own_log.mark_lost(connection, held.id, lost.seq)
            rotted = facts.read_seqs(facts.get(connection, facts.ROTTED))
            facts.put(connection, facts.ROTTED, facts.write_seqs(rotted | {held.seq}))

        self.append(Kind.LOST, Lost(seq=held.seq, id=held.id.hex(), prev=held.prev.hex()), also=remember)

    def take(self, reply: Reply, pinned: Pinned, *, took_ms: int | None = None) -> int:
        """Commit a verified reply whole: its entries, its HEAD, and where it ended. Returns how many were new.

        Args:
            took_ms: it came just now, so long after it was asked for. None: on a stick, which may be old, tells nothing
                of the time and is no link.

        Raises:
            NotSavedError: none of it is stored.
        """
        state = self.enrolment
        if reply.head.body.state is not None:
            state = move(ENROLMENT, state, reply.head.body.state)
        is_news = took_ms is not None or not self._is_old(reply.head)
        now_ms = self._clock.now_ms()
        with self.disk.writing() as connection:
            inserted = server_log.insert(connection, reply.entries)
            if inserted.forked:
                facts.put(connection, facts.FORKED, b"1")
            facts.put(connection, facts.PIN, pinned.encode())
            if is_news:
                if inserted.newest_rooted is not None:
                    facts.put(connection, facts.LAST_REPLY, inserted.newest_rooted)
                facts.put(connection, facts.STATED, reply.head.raw)
                facts.put(connection, facts.STATE, state.encode())
            if took_ms is not None:
                facts.put(connection, facts.CONTACT_AT, str(now_ms).encode())
                facts.put(connection, facts.LAST_ERROR, b"")
                if reply.head.body.now:
                    _compare_clocks(connection, reply.head.body.now, now_ms, took_ms)
        if is_news:
            self._stated, self._stated_is_read = reply.head, True
        if any(entry.kind in _SETTING_KINDS for entry in reply.entries):
            self.generation += 1
        for listener in self.arrived:
            listener()
        return inserted.stored

    def remember(self, name: str, value: bytes) -> None:
        """Keep a single fact in place of the one before.

        Raises:
            NotSavedError: it is not on the disk.
        """
        with self.disk.writing() as connection:
            facts.put(connection, name, value)

    def enrol(self, keys: DeviceKeys, key: Key, also: Callable[[sqlite3.Connection], None]) -> None:
        """Make this folder a kiosk's: its keys, and the KEY entry that shows them to a server, in one transaction.

        Raises:
            StorageKeyError: the storage key cannot be written.
            NotSavedError: nothing is on the disk.
        """
        name, storage_key = new_key()
        self.keys = keys
        try:
            with self.disk.writing() as connection:
                facts.put(connection, facts.KEY_NAME, name.encode())
                facts.put(connection, facts.DEVICE_KEYS, lock(keys, storage_key))
                also(connection)
                self._write(connection, Kind.KEY, key, None)
        except NotSavedError:
            self.keys = None
            self.disk.make_certain()
            if not self._has_log():
                raise
            self._load_keys()
        self.storage_key = storage_key

    def _write(self, connection: sqlite3.Connection, kind: Kind, body: Body, recipient: bytes | None) -> Entry:
        keys = self.device
        stands = own_log.head(connection, self.is_mine) or Position(0, NO_PREV)
        entry = write_entry(
            kind=kind,
            time_ms=self._clock.now_ms(),
            seq=stands.seq + 1,
            log=keys.log,
            prev=stands.id,
            body=body.encode(),
            signer=keys.sign,
            recipient=recipient,
            seal=self.seal,
        )
        own_log.insert(connection, entry)
        return entry

    def _stands_after_all(self, entry_id: bytes) -> bool:
        """Whether an entry whose COMMIT raised is on the disk, beyond doubt."""
        try:
            self.disk.make_certain()
            return self.own(entry_id) is not None
        except DiskError:
            return False

    def _is_old(self, head: StatedHead) -> bool:
        """Whether the server said this before what it last stated; its clock alone, once ahead, proves nothing."""
        stated = self.last_stated()
        if stated is None or head.body.now >= stated.body.now:
            return False
        return self._reach_of(head) <= self._reach_of(stated)

    def _has_log(self) -> bool:
        """Whether there is an entry, asked without the keys."""
        with self.disk.reading() as connection:
            return own_log.head(connection, lambda _: False) is not None

    def _load_keys(self) -> None:
        name, locked = self.fact(facts.KEY_NAME), self.fact(facts.DEVICE_KEYS)
        if name is None or locked is None:
            if self._has_log():
                raise NotReadableError("Kunci kios di folder data ini rusak. Daftarkan kios lagi dengan folder baru.")
            return
        self.storage_key = load_key(name.decode())
        self.keys = unlock(locked, self.storage_key)


def _compare_clocks(connection: sqlite3.Connection, server_ms: int, now_ms: int, took_ms: int) -> None:
    """Learn how far the clocks are apart. The server read its own at some moment of the round trip that has just ended.

    Over a slow link that says little. Then what was measured better stays where it may still be right; and where
    nothing was measured before and nothing speaks against the kiosk's clock, it is taken for right.
    """
    doubt_ms = took_ms // 2
    offset_ms = server_ms - (now_ms - doubt_ms)
    known = facts.get(connection, facts.OFFSET)
    known_ms, known_doubt_ms = int(known or 0), int(facts.get(connection, facts.OFFSET_DOUBT) or 0)
    may_stay = abs(offset_ms - known_ms) <= doubt_ms
    if known is not None and may_stay and known_doubt_ms <= doubt_ms:
        return
    facts.put(connection, facts.OFFSET, str(0 if known is None and may_stay else offset_ms).encode())
    facts.put(connection, facts.OFFSET_DOUBT, str(doubt_ms).encode())
