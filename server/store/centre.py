"""An opened data folder of the centre: its database, its keys, its settings, its lock."""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlite_utils import Database

from server.errors import FolderInUseError, NotACentreError, StorageError, UnreadableError
from server.reasons import why
from server.settings import Settings, load_settings
from server.store import data_folder
from server.store.city import CityCache
from server.store.events import seal_end, sealing
from server.store.keys import CentreKeys, load_keys
from server.store.right_of_way import RightOfWay
from server.store.schema import migrations
from server.store.writer import GroupWriter, Writer
from sync_protocol.entry import Sealer
from sync_protocol.seal import hpke_seal

DATABASE: Final = data_folder.DATABASE
LOCK: Final = "lock"
_BUSY_S = 10
_POLL_S = 0.05
_CORES: Final = min(os.cpu_count() or 1, 8)
_WORTH_SPREADING = 16
_DAMAGE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

T = TypeVar("T")
U = TypeVar("U")
Clock = Callable[[], int]


def wall_clock() -> int:
    """The machine's clock in Unix milliseconds."""
    return time.time_ns() // 1_000_000


class Reader:
    """Reads the database beside its writer: one connection a thread, which never writes and never checkpoints."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self.is_damaged = False
        """A read met bytes that are no database's: they will not mend themselves."""

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run queries on one snapshot.

        Raises:
            UnreadableError: the database cannot be read.
        """
        try:
            connection = self._connection()
            connection.execute("begin")
            try:
                return work(connection)
            finally:
                if connection.in_transaction:
                    connection.execute("rollback")
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", None)
            self.is_damaged = self.is_damaged or (code is not None and code & 0xFF in _DAMAGE)
            raise UnreadableError(f"the database cannot be read: {error}") from error

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()
        self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                f"{self._database.resolve().as_uri()}?mode=ro",
                uri=True,
                timeout=_BUSY_S,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=256,
            )
            connection.row_factory = sqlite3.Row
            connection.execute("pragma wal_autocheckpoint = 0")
            connection.execute("pragma query_only = on")
            self._local.connection = connection
            with self._lock:
                self._all.append(connection)
        return connection


class Centre:
    """An opened data folder, with its one writer. Everything that an action needs is an attribute of it."""

    def __init__(
        self,
        data: Path,
        *,
        settings: Settings,
        clock: Clock,
        seal: Sealer,
        writer: Writer,
        lock: int,
        threads: bool,
    ) -> None:
        self.data = data
        self.settings = settings
        self.keys: CentreKeys = load_keys(data)
        self.clock = clock
        self.seal = seal
        self.device_keys: dict[bytes, Ed25519PublicKey] = {}
        """Public keys by log, as far as they were needed: a log's name is a hash of its key, so they never change."""
        self.cities = CityCache()
        self.folding = threading.Lock()
        self.stored = threading.Event()
        """Set whenever entries were stored, for whoever folds them."""
        self.way = RightOfWay()
        """Receipts go before the fold: a kiosk waits for them on a line that may not last."""
        self._cores = ThreadPoolExecutor(_CORES, thread_name_prefix="kasih-core") if threads else None
        self._writer = writer
        self._reader = Reader(data / DATABASE)
        self._lock = lock

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run queries on one snapshot, on a connection that cannot write.

        Raises:
            UnreadableError: the database cannot be read.
        """
        return self._reader.read(work)

    @property
    def is_damaged(self) -> bool:
        """Whether some read found the database damaged."""
        return self._reader.is_damaged

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run work in a transaction on the one writer and give its result after COMMIT.

        Raises:
            StorageError: the disk refused; whatever the work itself raises is raised unchanged.
        """
        return self._writer.write(lambda connection: sealing(connection, self.keys, work))

    def spread(self, work: Callable[[Sequence[T]], list[U]], items: Sequence[T]) -> list[U]:
        """Run work over many items on all cores, in slices; its results are in the order of the items.

        It pays for work that lets other threads run, as the check of a signature does.
        """
        if self._cores is None or len(items) < _WORTH_SPREADING:
            return work(items)
        size = -(-len(items) // _CORES)
        slices = [items[at : at + size] for at in range(0, len(items), size)]
        return [result for results in self._cores.map(work, slices) for result in results]

    def close(self) -> None:
        """Finish what was begun, close the database and give the folder free."""
        if self._cores is not None:
            self._cores.shutdown()
        self._reader.close()
        self._writer.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def open_centre(
    data: Path,
    *,
    clock: Clock = wall_clock,
    threads: bool = True,
    seal: Sealer = hpke_seal,
    flags: dict[str, Any] | None = None,
    wait_s: float | None = None,
) -> Centre:
    """Open a data folder to write in it.

    Args:
        clock: Unix milliseconds.
        threads: False runs every job on the caller's thread, for a simulation.
        flags: settings from the command line.
        wait_s: how long to wait for another process; None takes the setting.

    Raises:
        NotACentreError: no centre lives there.
        FolderInUseError: another process writes there.
        StorageError: the database cannot be opened.
    """
    settings = load_settings(data, flags)
    load_keys(data)
    lock = take_lock(data, settings.wait_s if wait_s is None else wait_s)
    try:
        connection = open_database(data)
        _seal_chain(connection, data)
        writer = GroupWriter(connection) if threads else Writer(connection)
        return Centre(data, settings=settings, clock=clock, seal=seal, writer=writer, lock=lock, threads=threads)
    except BaseException:
        os.close(lock)
        raise


def _seal_chain(connection: sqlite3.Connection, data: Path) -> None:
    """The keys of an earlier version lack the one for the chain of events: it is made, and the chain as it is sealed.

    The file comes last: with a chain that is sealed by a key which nobody has, this is done once more.
    """
    keys = load_keys(data)
    if keys.seal_head("") is not None:
        return
    keys = keys.with_chain()
    with suppress(OSError, sqlite3.OperationalError):  # A disk that refuses may take it at the next opening.
        connection.execute("begin immediate")
        seal_end(connection, keys)
        connection.execute("commit")
        keys.write(data)
    if connection.in_transaction:
        connection.execute("rollback")


def take_lock(data: Path, wait_s: float) -> int:
    """Lock the folder against other writers; the kernel gives the lock free when the process ends, however it ends.

    Raises:
        NotACentreError: the folder is not there or not ours.
        FolderInUseError: another process holds it.
    """
    deadline = time.monotonic() + wait_s
    while True:
        try:
            lock = os.open(data / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise NotACentreError(f"folder data {data} tidak dapat dipakai: {why(error)}") from None
        if try_lock(lock, data / LOCK):
            return lock
        os.close(lock)
        if time.monotonic() >= deadline:
            raise FolderInUseError(f"folder data {data} sedang dipakai proses lain")
        time.sleep(_POLL_S)


def try_lock(lock: int, file: Path) -> bool:
    """Lock an opened file; False where another process holds it, or a restore has moved its folder aside meanwhile."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(lock), file.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def open_database(data: Path, *, new: str | None = None) -> sqlite3.Connection:
    """Open the database to write, with its migrations applied.

    Args:
        new: make one of this name; else only one that holds a centre is opened.

    Raises:
        NotACentreError: the database is gone, or empty.
        StorageError: it cannot be opened, or does not promise durable commits.
    """
    database = data / (new or DATABASE)
    if new is None and not database.exists():
        raise NotACentreError(f"basis data hilang: {database} tidak ada")
    try:
        _make_private(database)
        connection = sqlite3.connect(
            database, timeout=_BUSY_S, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        if new is None and not data_folder.has_rows(connection):
            connection.close()
            raise NotACentreError(f"basis data kosong: tidak ada pusat di {database}")
        connection.row_factory = sqlite3.Row
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.execute("pragma foreign_keys = on")
        connection.execute("pragma cache_size = -32768")
        migrations.apply(Database(connection))
        modes = [connection.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    except sqlite3.Error as error:
        raise StorageError(f"the database cannot be opened: {error}") from error
    if modes != ["wal", 2]:
        raise StorageError(f"the database does not promise durable commits: {modes}")
    return connection


def _make_private(database: Path) -> None:
    """Keep a database for its owner alone, whatever the umask; SQLite gives its other files the same mode.

    One that others may read, such as a copy that was put here by hand, is closed to them.
    """
    with suppress(OSError):  # SQLite says what is wrong with this disk, and a file of another owner stays as it is.
        if not database.exists():
            os.close(os.open(database, os.O_WRONLY | os.O_CREAT, 0o600))
        elif os.name == "posix":
            for file in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))):
                if file.exists() and file.stat().st_mode & 0o077:
                    file.chmod(0o600)
