"""One SQLite file that this process holds alone, and what to make of its errors. Nothing here knows what is in it."""

import logging
import os
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Final

from sqlite_utils import Database, Migrations

from kiosk_agent.errors import DataFolderInUseError, NotReadableError, NotSavedError, SetupError

log = logging.getLogger(__name__)

_RETRY_S: Final = 0.05
_REOPEN_S: Final = 1.0
_FULL: Final = 2
_PRIVATE: Final = 0o600
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_OUR_BUG: Final = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.NotSupportedError)
_REASONS: Final = {
    sqlite3.SQLITE_FULL: "disk penuh",
    sqlite3.SQLITE_IOERR: "disk gagal dibaca atau ditulis",
    sqlite3.SQLITE_READONLY: "disk hanya bisa dibaca",
    sqlite3.SQLITE_CANTOPEN: "berkas data tidak bisa dibuka",
    sqlite3.SQLITE_CORRUPT: "berkas data rusak",
    sqlite3.SQLITE_NOTADB: "berkas data rusak",
    sqlite3.SQLITE_PERM: "tidak ada izin untuk berkas data",
}


class Disk:
    """One connection, one lock.

    `locking_mode=EXCLUSIVE` keeps every other process out until this one ends, however it ends, and spares the
    shared memory in which old SQLite versions can corrupt a WAL. `synchronous=FULL` makes COMMIT mean "on the disk".

    Never open the file a second time in this process: closing that descriptor would drop the lock (POSIX).
    """

    def __init__(self, path: Path, migrations: Migrations, *, wait_s: float) -> None:
        """Open or make the file.

        Raises:
            DataFolderInUseError: another process still holds it after `wait_s`.
            NotReadableError: it cannot be opened.
        """
        self._path = path
        self._migrations = migrations
        self._lock = RLock()
        self._connection: sqlite3.Connection | None = None
        self._closed = False
        # A killed process may have left in the system's memory what it had not synced yet: it can be read, no more.
        self._in_doubt = True
        self.reopened: list[Callable[[], None]] = []
        """Called after the file was opened anew, for who remembers what was in it."""
        self._open(wait_s)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._closed = True
            self._drop()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for reading.

        Raises:
            NotReadableError: the disk or the file is at fault.
        """
        with self._lock:
            try:
                yield self._live()
            except _OUR_BUG:
                raise
            except sqlite3.Error as error:
                raise NotReadableError(f"Data kios tidak terbaca: {reason(error)}") from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, durable when the block is left. An exception inside rolls it back.

        Raises:
            NotSavedError: any fault of the disk or the file. After a COMMIT that raised, the transaction may stand on
                the disk all the same: the next use opens the file anew and sees which.
        """
        with self._lock:
            try:
                connection = self._live()
                self._settle(connection)
                connection.execute("begin immediate")
                try:
                    yield connection
                    self._commit(connection)
                finally:
                    self._roll_back(connection)
            except _OUR_BUG:
                raise
            except sqlite3.Error as error:
                raise NotSavedError(f"Belum tersimpan: {reason(error)}") from error
            except NotReadableError as error:
                raise NotSavedError(f"Belum tersimpan. {error}") from error

    def make_certain(self) -> None:
        """After a COMMIT that raised, or another process's end: see to it that all that can be read is on the disk.

        A failed sync may have left in memory what it could not write, a killed process what it did not sync. Copying
        the log into the main file writes and syncs it once more; only then is anything said to be stored, or written
        after it.

        Raises:
            NotSavedError: it cannot be done, so nothing is certain.
        """
        with self._lock:
            try:
                self._settle(self._live())
            except sqlite3.Error as error:
                raise NotSavedError(f"Belum tersimpan: {reason(error)}") from error
            except NotReadableError as error:
                raise NotSavedError(f"Belum tersimpan. {error}") from error

    def _settle(self, connection: sqlite3.Connection) -> None:
        if self._in_doubt:
            connection.execute("pragma wal_checkpoint(truncate)").fetchone()
            self._in_doubt = False

    def _commit(self, connection: sqlite3.Connection) -> None:
        try:
            connection.execute("commit")
        except sqlite3.Error as error:
            # What SQLite remembers of the file and what a restart would find may differ from now on.
            log.error("a commit failed (%s); the file is opened anew", error)  # noqa: TRY400  its cause is known
            self._in_doubt = True
            self._drop()
            raise

    def _roll_back(self, connection: sqlite3.Connection) -> None:
        if self._connection is connection and connection.in_transaction:
            try:
                connection.execute("rollback")
            except sqlite3.Error as error:
                log.error("a rollback failed (%s); the file is opened anew", error)  # noqa: TRY400
                self._drop()

    def _live(self) -> sqlite3.Connection:
        if self._connection is None:
            if self._closed:
                raise NotReadableError("Data kios sudah ditutup")
            try:
                self._open(_REOPEN_S)
            except DataFolderInUseError as error:
                raise NotReadableError(str(error)) from error
            for forget in self.reopened:
                forget()
        assert self._connection is not None  # noqa: S101
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):  # Whatever it could not finish, opening anew repairs.
                connection.close()

    def _open(self, wait_s: float) -> None:
        deadline = time.monotonic() + wait_s
        while True:
            try:
                self._connection = self._connect()
                return
            except sqlite3.Error as error:
                if _primary(error) not in _BUSY:
                    # Of a file that it may not lock, SQLite says that the disk failed.
                    may_write = os.access(self._path.parent, os.W_OK)
                    why = reason(error) if may_write else _REASONS[sqlite3.SQLITE_READONLY]
                    raise NotReadableError(f"Data kios tidak bisa dibuka: {why}") from error
            if time.monotonic() >= deadline:
                raise DataFolderInUseError(
                    f"Folder data {self._path.parent} sedang dipakai program kasih-kiosk lain. Hentikan dulu yang lain."
                )
            time.sleep(_RETRY_S)

    def _connect(self) -> sqlite3.Connection:
        _make_private(self._path)
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=0)
        try:
            connection.execute("pragma locking_mode=exclusive")
            connection.execute("pragma journal_mode=wal")
            connection.execute("pragma synchronous=full")
            connection.execute("pragma secure_delete=on")
            connection.execute("pragma temp_store=memory")
            _check(connection)
            self._migrations.apply(Database(connection))
        except BaseException:
            connection.close()
            raise
        return connection


def reason(error: sqlite3.Error) -> str:
    """Say to a person what the disk did."""
    return _REASONS.get(_primary(error), "gangguan pada berkas data")


def _primary(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _make_private(path: Path) -> None:
    """Let nobody but the owner read the file and what SQLite puts beside it, which takes its mode from it."""
    if sys.platform != "win32":  # There the folder's own list says who may.
        with suppress(OSError):  # Where it cannot be done, the folder, which is its owner's alone, must do.
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE))
            for file in (path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))):
                # Never opened for that: closing it again would drop another connection's lock.
                if file.exists() and stat.S_IMODE(file.stat().st_mode) & ~_PRIVATE:
                    file.chmod(stat.S_IMODE(file.stat().st_mode) & _PRIVATE)


def _check(connection: sqlite3.Connection) -> None:
    """Refuse to run on a file whose COMMIT would not mean "on the disk".

    Raises:
        SetupError: some setting did not take.
    """
    connection.execute("begin immediate")
    connection.execute("commit")
    found = tuple(
        connection.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "locking_mode", "synchronous")
    )
    if found != ("wal", "exclusive", _FULL):
        raise SetupError(f"Berkas data tidak aman dipakai (modus {found}). Pindahkan folder data ke disk lokal.")
