"""The one writer of the database: many jobs, one COMMIT (group commit), nothing acknowledged before it."""

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from server.errors import StorageError

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], Any]

_MAX_GROUP: Final = 64
_OUR_OWN_ERRORS: Final = frozenset(
    {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE}
)
_Job = tuple[Work, "Future[Any]"]


class Writer:
    """Runs jobs in transactions on its connection, the only one that writes or checkpoints."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run one job and give its result after COMMIT.

        Raises:
            StorageError: the disk refused; whatever the job itself raises is raised unchanged.
        """
        future: Future[T] = Future()
        with self._lock:
            run_group(self._connection, [(work, future)])
        return future.result()

    def close(self) -> None:
        """Close the connection; jobs that wait are finished first."""
        with self._lock:
            self._connection.close()


class GroupWriter(Writer):
    """A writer on a thread of its own: jobs that wait together share one COMMIT."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="kasih-writer", daemon=True)
        self._closed = False
        self._thread.start()

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise StorageError("the writer is closed")
            self._jobs.put((work, future))
        return future.result()

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            group, last = self._gather(job)
            run_group(self._connection, group)
            if last:
                return

    def _gather(self, first: _Job) -> tuple[list[_Job], bool]:
        group = [first]
        while len(group) < _MAX_GROUP:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return group, True
            group.append(job)
        return group, False


def run_group(connection: sqlite3.Connection, group: list[_Job]) -> None:
    """Run jobs in one transaction, each in a savepoint, and settle their futures after COMMIT."""
    outcomes: list[tuple[Any, BaseException | None]] = []
    try:
        connection.execute("begin immediate")
        for work, _ in group:
            outcomes.append(_run_job(connection, work))
        connection.execute("commit")
    except sqlite3.Error as error:
        # A COMMIT that raises may have been stored all the same; every caller may ask again (assurance, fact 3).
        _rollback(connection)
        refused = StorageError(f"the database refuses: {error}")
        refused.__cause__ = error
        outcomes = [(None, refused)] * len(group)
    except BaseException:
        _rollback(connection)
        raise
    for (_, future), (result, failure) in zip(group, outcomes, strict=True):
        if failure is None:
            future.set_result(result)
        else:
            future.set_exception(failure)


def _run_job(connection: sqlite3.Connection, work: Work) -> tuple[Any, BaseException | None]:
    connection.execute("savepoint job")
    try:
        result = work(connection)
    except Exception as error:
        if _is_of_the_disk(error) or not connection.in_transaction:
            raise sqlite3.OperationalError(f"the transaction is lost: {error}") from error
        connection.execute("rollback to job")
        connection.execute("release job")
        return None, error
    connection.execute("release job")
    return result, None


def _is_of_the_disk(error: Exception) -> bool:
    """Whether SQLite could not read or write: then nothing of the group can be promised."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, sqlite3.Error) and code is not None and code & 0xFF not in _OUR_OWN_ERRORS


def _rollback(connection: sqlite3.Connection) -> None:
    try:
        if connection.in_transaction:
            connection.execute("rollback")
    except sqlite3.Error:
        pass  # What could not be committed is not acknowledged either; the next BEGIN shows whether the disk is back.
