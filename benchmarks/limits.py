"""What this machine can do at most, by wall clock and by processor time; taken before and after what it limits."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import Struct

from sync_protocol.entry import Entry
from sync_protocol.seal import hpke_open, seal_info

COMMIT_OF = 100


class Speed(Struct, frozen=True):
    """Things a second."""

    wall: float
    cpu: float
    """By the second of processor time: what other programs on the machine do hardly touches it."""

    @classmethod
    def of(cls, count: int, wall_s: float, cpu_s: float) -> "Speed":
        return cls(count / wall_s, count / max(cpu_s, 1e-9))

    def then(self, other: "Speed") -> "Speed":
        """One after the other, on one core: 1 / (1/this + 1/other)."""
        return Speed(1 / (1 / self.wall + 1 / other.wall), 1 / (1 / self.cpu + 1 / other.cpu))


class Crypto(Struct, frozen=True):
    """What every complaint costs at the least."""

    verify: Speed
    open: Speed

    @property
    def both(self) -> Speed:
        """Verified and opened: 1 / (1/verify + 1/open)."""
        return self.verify.then(self.open)


def crypto(entries: list[Entry], key: Ed25519PublicKey, opener: X25519PrivateKey) -> Crypto:
    """Time the two operations that no honest centre can leave out, on the very entries that are sent."""
    signed = [(entry.signature, entry.message) for entry in entries]
    sealed = [(seal_info(entry.header), entry.body) for entry in entries]

    def verify() -> None:
        for signature, message in signed:
            key.verify(signature, message)

    def open_() -> None:
        for info, body in sealed:
            hpke_open(opener, info, body)

    return Crypto(verify=_timed(verify, len(entries)), open=_timed(open_, len(entries)))


def mean(one: Crypto, other: Crypto) -> Crypto:
    """What held between the two, as far as one can know."""
    return Crypto(_mean(one.verify, other.verify), _mean(one.open, other.open))


def rows_per_s(folder: Path, rows: int, size: int) -> float:
    """Rows of this many bytes into SQLite, in commits of 100 that are on the disk (synchronous=FULL)."""
    connection = sqlite3.connect(folder / "rows.sqlite3", isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("create table row (n integer primary key, raw blob not null)")
    raw = bytes(size)
    started = time.perf_counter()
    for _ in range(max(rows // COMMIT_OF, 1)):
        connection.execute("begin immediate")
        connection.executemany("insert into row (raw) values (?)", ((raw,) for _ in range(COMMIT_OF)))
        connection.execute("commit")
    rate = max(rows // COMMIT_OF, 1) * COMMIT_OF / (time.perf_counter() - started)
    connection.close()
    return rate


def commits_per_s(folder: Path, commits: int) -> float:
    """Commits of one row each."""
    connection = sqlite3.connect(folder / "commits.sqlite3", isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("create table row (n integer primary key, at integer)")
    connection.execute("insert into row values (1, 0)")
    started = time.perf_counter()
    for at in range(commits):
        connection.execute("update row set at = ? where n = 1", (at,))
    rate = commits / (time.perf_counter() - started)
    connection.close()
    return rate


def _timed(work: Callable[[], None], count: int) -> Speed:
    cpu, wall = time.thread_time(), time.perf_counter()
    work()
    return Speed.of(count, time.perf_counter() - wall, time.thread_time() - cpu)


def _mean(one: Speed, other: Speed) -> Speed:
    return Speed(2 / (1 / one.wall + 1 / other.wall), 2 / (1 / one.cpu + 1 / other.cpu))
