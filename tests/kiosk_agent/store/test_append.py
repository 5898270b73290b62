"""Appending: nothing is said to be stored that is not, and what is stored after all is said to be."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from kiosk_agent.errors import DataFolderInUseError, NotReadableError, NotSavedError
from kiosk_agent.intake import Form
from kiosk_agent.kiosk import Kiosk, make_kiosk, open_kiosk
from kiosk_agent.store import Store
from kiosk_agent.store.disk import Disk
from sync_protocol.bodies import Clock
from sync_protocol.entry import NO_PREV, parse_entry, verify_entry
from sync_protocol.kinds import Kind

CLOCK = Clock(reason="boot")
HOLDER = """
import pathlib, sys
from kiosk_agent.kiosk import open_kiosk
kiosk = open_kiosk(pathlib.Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


class Faulty(sqlite3.Connection):
    """A connection whose statements fail as a test says."""

    before: ClassVar[dict[str, str]] = {}
    """Statement to error: it fails without being carried out."""
    after: ClassVar[dict[str, str]] = {}
    """Statement to error: it is carried out, and fails all the same."""

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        name = "checkpoint" if "wal_checkpoint" in sql else sql.partition(" ")[0]
        if name in self.before:
            raise _error(self.before.pop(name))
        cursor = super().execute(sql, *args)
        if name in self.after:
            raise _error(self.after.pop(name))
        return cursor


def _error(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("injected")
    error.sqlite_errorcode = getattr(sqlite3, name)
    return error


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Faulty]]:
    """Connections opened from here on can be made to fail."""
    real = sqlite3.connect
    Faulty.before, Faulty.after = {}, {}
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: real(*args, factory=Faulty, **options))
    yield Faulty
    Faulty.before, Faulty.after = {}, {}


def chain(store: Store) -> list[int]:
    """The seqs of the log, after its links and signatures were checked."""
    key, prev, seqs = store.device.sign.public_key(), NO_PREV, []
    for held in store.own_after(0):
        assert held.raw is not None
        entry = parse_entry(held.raw)
        verify_entry(entry, key)
        assert (entry.prev, entry.id, entry.seq) == (prev, held.id, held.seq)
        prev = entry.id
        seqs.append(entry.seq)
    return seqs


def test_entries_form_one_signed_chain_across_restarts(kiosk: Kiosk) -> None:
    for _ in range(70):  # more than a page of reading
        kiosk.store.append(Kind.CLOCK, CLOCK)
    kiosk.close()
    again = open_kiosk(kiosk.data, wait_s=0)
    assert chain(again.store) == list(range(1, 72))
    again.close()


def test_many_threads_file_and_each_gets_a_number_of_its_own(kiosk: Kiosk, form: Callable[..., Form]) -> None:
    forms = [form() for _ in range(40)]
    numbers: list[str] = []
    threads = [
        Thread(target=lambda part=part: numbers.extend(kiosk.intake.file(each).number for each in part))
        for part in (forms[:20], forms[20:])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(numbers)) == 40
    assert chain(kiosk.store) == list(range(1, 42))


@pytest.mark.parametrize("error", ["SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN"])
@pytest.mark.parametrize("statement", ["begin", "insert", "commit"])
def test_whatever_the_disk_says_a_report_that_is_not_on_it_is_not_called_stored(
    control: Any, data: Path, faults: type[Faulty], form: Callable[..., Form], statement: str, error: str
) -> None:
    control.close()
    kiosk = open_kiosk(data, wait_s=0)
    given, before = form(), kiosk.store.own_head()
    faults.before = {statement: error}
    with pytest.raises(NotSavedError, match="Belum tersimpan"):
        kiosk.intake.file(given)
    assert kiosk.store.own_head() == before
    assert not kiosk.intake.file(given).repeated, "the same form goes through once the disk is well"
    assert chain(kiosk.store) == [1, 2]
    kiosk.close()


def test_a_commit_that_raises_and_is_stored_all_the_same_is_called_stored(
    control: Any, data: Path, faults: type[Faulty], form: Callable[..., Form]
) -> None:
    control.close()
    kiosk = open_kiosk(data, wait_s=0)
    faults.after = {"commit": "SQLITE_IOERR"}
    given = form()
    filed = kiosk.intake.file(given)
    assert kiosk.intake.file(given).number == filed.number
    assert chain(kiosk.store) == [1, 2]
    kiosk.close()


def test_what_is_stored_but_cannot_be_made_certain_is_not_called_stored_until_it_is(
    control: Any, data: Path, faults: type[Faulty], form: Callable[..., Form]
) -> None:
    control.close()
    kiosk = open_kiosk(data, wait_s=0)
    kiosk.intake.file(form())
    given = form()
    faults.after, faults.before = {"commit": "SQLITE_IOERR"}, {"checkpoint": "SQLITE_IOERR"}
    with pytest.raises(NotSavedError):
        kiosk.intake.file(given)
    faults.before = {"checkpoint": "SQLITE_IOERR"}
    with pytest.raises(NotSavedError):
        kiosk.intake.file(given)
    assert kiosk.intake.file(given).repeated, "now it is certain, and it is the same report"
    assert chain(kiosk.store) == [1, 2, 3]
    kiosk.close()


def fill(kiosk: Kiosk, given: Form) -> None:
    """File until it fails; the one that failed stays in the form."""
    for count in range(100):
        given.ref = count.to_bytes(16)
        kiosk.intake.file(given)


def test_a_full_database_says_so_and_goes_on_when_there_is_room(kiosk: Kiosk, form: Callable[..., Form]) -> None:
    with kiosk.store.disk.reading() as connection:
        pages = connection.execute("pragma page_count").fetchone()[0]
        connection.execute(f"pragma max_page_count = {pages}")
    given = form(name="".join(map(chr, range(0x4E00, 0x4EC8))))  # does not deflate
    with pytest.raises(NotSavedError, match="disk penuh"):
        fill(kiosk, given)
    with kiosk.store.disk.reading() as connection:
        connection.execute("pragma max_page_count = 100000")
    assert not kiosk.intake.file(given).repeated


def test_a_second_agent_is_kept_out_however_the_first_one_ended(control: Any, data: Path, tmp_path: Path) -> None:
    with pytest.raises(DataFolderInUseError):
        open_kiosk(data, wait_s=0)
    control.close()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLDER,
            str(data),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"open\n"
    with pytest.raises(DataFolderInUseError):
        open_kiosk(data, wait_s=0.1)
    holder.kill()
    holder.wait()
    open_kiosk(data, wait_s=5).close()


def test_commit_means_on_the_disk(kiosk: Kiosk) -> None:
    with kiosk.store.disk.reading() as connection:
        found = [
            connection.execute(f"pragma {name}").fetchone()[0]
            for name in ("journal_mode", "locking_mode", "synchronous", "secure_delete")
        ]
    assert found == ["wal", "exclusive", 2, 1]


def test_a_start_on_a_disk_that_cannot_hold_a_wal_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class WithoutWal(sqlite3.Connection):
        def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
            return super().execute("select 1" if sql == "pragma journal_mode=wal" else sql, *args)

    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: real(*args, factory=WithoutWal, **options))
    with pytest.raises(Exception, match="tidak aman"):
        make_kiosk(data, wait_s=0)


def test_a_closed_store_says_so(kiosk: Kiosk) -> None:
    kiosk.close()
    with pytest.raises(NotReadableError):
        kiosk.status()
    with pytest.raises(NotSavedError):
        kiosk.store.append(Kind.CLOCK, CLOCK)


def test_a_file_that_is_no_database_gets_a_plain_sentence(tmp_path: Path) -> None:
    (tmp_path / "kiosk.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(NotReadableError, match="berkas data rusak"):
        open_kiosk(tmp_path, wait_s=0)


def test_an_exception_inside_a_transaction_leaves_nothing(kiosk: Kiosk) -> None:
    with pytest.raises(ZeroDivisionError):
        spoil(kiosk.store.disk)
    assert kiosk.status().ready


def spoil(disk: Disk) -> None:
    with disk.writing() as connection:
        connection.execute("delete from fact")
        _ = 1 / 0
