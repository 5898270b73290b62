"""The data folder, its lock, its one writer and its readers, on real SQLite files."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import Future
from functools import partial

import pytest

from server.actions.found_centre import found_centre
from server.errors import DamagedError, FolderInUseError, NotACentreError, SettingError, StorageError, UnreadableError
from server.settings import load_settings
from server.store import troubles
from server.store.centre import DATABASE, LOCK, Reader, open_centre, take_lock, try_lock
from server.store.keys import load_keys
from server.store.writer import GroupWriter, run_group


@pytest.fixture
def busy(data):
    """A centre with its writer thread."""
    opened = open_centre(data)
    yield opened
    opened.close()


def put(key, value="1"):
    return lambda connection: troubles.set_meta(connection, key, value)


def get(centre, key):
    return centre.read(lambda connection: troubles.get_meta(connection, key))


def fill_up(connection):
    """From now on the database may not grow, as on a full disk."""
    pages = connection.execute("pragma page_count").fetchone()[0]
    connection.execute(f"pragma max_page_count = {pages}")


def write_much(connection):
    connection.execute("insert into meta (key, value) values ('much', :much)", {"much": "x" * 1_000_000})


def test_what_was_written_is_read_by_others(busy):
    busy.write(put("a", "b"))
    assert get(busy, "a") == "b"


def test_database_files_that_others_may_read_are_closed_to_them_at_the_next_opening(data):
    centre = open_centre(data)
    files = [data / (DATABASE + end) for end in ("", "-wal", "-shm")]
    centre.write(put("a"))
    kept = {file.name: file.read_bytes() for file in files}
    centre.close()
    for name, content in kept.items():  # As somebody copies them by hand, of a centre that was up.
        (data / name).write_bytes(content)
        (data / name).chmod(0o644)
    centre = open_centre(data)
    try:
        assert [file.stat().st_mode & 0o777 for file in files] == [0o600] * 3
        assert get(centre, "a") == "1"
    finally:
        centre.close()


def test_a_failing_job_is_undone_alone_and_its_error_comes_back(busy):
    def half(connection):
        troubles.set_meta(connection, "half", "done")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        busy.write(half)
    busy.write(put("after"))
    assert (get(busy, "half"), get(busy, "after")) == (None, "1")


def test_a_group_shares_one_commit_and_a_bad_job_in_it_spoils_nothing(data):
    centre = open_centre(data, threads=False)
    try:
        connection = sqlite3.connect(data / DATABASE, isolation_level=None)

        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        futures: list[Future[object]] = [Future() for _ in range(3)]
        works = [put("one"), lambda c: c.execute("insert into nowhere values (1)"), put("three")]
        run_group(connection, list(zip(works, futures, strict=True)))
        assert futures[1].exception() is not None
        assert (get(centre, "one"), get(centre, "three")) == ("1", "1")
        assert sum(statement.lower() == "commit" for statement in statements) == 1
        connection.close()
    finally:
        centre.close()


def test_many_threads_write_at_once(busy):
    threads = [threading.Thread(target=busy.write, args=(put(f"k{number}"),)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert busy.read(lambda c: c.execute("select count(*) from meta where key like 'k%'").fetchone()[0]) == 40


def test_a_full_disk_is_a_refusal_and_ends_when_there_is_room_again(busy):
    busy.write(fill_up)
    with pytest.raises(StorageError):
        busy.write(write_much)
    assert get(busy, "much") is None
    busy.write(lambda c: c.execute("pragma max_page_count = 1000000"))
    busy.write(write_much)


def test_a_full_disk_refuses_the_whole_group(data):
    centre = open_centre(data, threads=False)
    connection = sqlite3.connect(data / DATABASE, isolation_level=None)
    try:
        fill_up(connection)
        futures: list[Future[object]] = [Future() for _ in range(3)]
        run_group(connection, list(zip([put("one"), write_much, put("three")], futures, strict=True)))
        assert all(isinstance(future.exception(), StorageError) for future in futures)
        assert get(centre, "one") is None
    finally:
        connection.close()
        centre.close()


def test_readers_cannot_write(busy):
    with pytest.raises(StorageError):
        busy.read(put("a"))


def test_a_read_sees_one_moment(busy):
    def twice(connection):
        before = troubles.get_meta(connection, "moment")
        busy.write(put("moment"))
        return before, troubles.get_meta(connection, "moment")

    assert busy.read(twice) == (None, None)


def test_commits_are_durable_in_wal(busy):
    modes = busy.write(
        lambda c: [c.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    )
    assert modes == ["wal", 2]


def test_a_closed_writer_takes_nothing_more(data):
    centre = open_centre(data)
    centre.close()
    with pytest.raises(StorageError):
        centre.write(put("late"))


def test_jobs_that_wait_are_done_before_the_end(data):
    connection = sqlite3.connect(data / DATABASE, isolation_level=None, check_same_thread=False)
    writer = GroupWriter(connection)
    threads = [threading.Thread(target=writer.write, args=(put(f"w{number}"),)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    writer.close()
    with sqlite3.connect(data / DATABASE) as again:
        assert again.execute("select count(*) from meta where key like 'w%'").fetchone()[0] == 10


def test_a_second_writer_on_the_folder_is_kept_out(data, busy):
    with pytest.raises(FolderInUseError):
        open_centre(data, wait_s=0.1)


def test_the_lock_ends_with_its_process(data):
    code = f"import sys; from pathlib import Path; from server.store.centre import open_centre; open_centre(Path({str(data)!r})); print('open', flush=True); sys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        with pytest.raises(FolderInUseError):
            open_centre(data, wait_s=0)
    finally:
        process.kill()
        process.communicate()
    open_centre(data, wait_s=5).close()


def test_a_lock_that_was_moved_aside_with_its_folder_locks_nothing(data, tmp_path):
    waiting = os.open(data / LOCK, os.O_RDWR | os.O_CREAT)
    try:
        data.rename(tmp_path / "lama")
        assert not try_lock(waiting, data / LOCK)
        shutil.copytree(tmp_path / "lama", data)
        assert not try_lock(waiting, data / LOCK)
        os.close(take_lock(data, 0))
        assert try_lock(waiting, tmp_path / "lama" / LOCK)
    finally:
        os.close(waiting)


@pytest.mark.parametrize(("pragma", "lax"), [("journal_mode = wal", "= delete"), ("synchronous = full", "= normal")])
def test_a_database_that_does_not_promise_durable_commits_is_not_opened(data, monkeypatch, pragma, lax):
    class Lax(sqlite3.Connection):
        """An SQLite that keeps its own way of committing, as one built otherwise may."""

        def execute(self, sql, *values):
            return super().execute(sql.replace(pragma, f"{pragma.split()[0]} {lax}"), *values)

    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Lax))
    with pytest.raises(StorageError, match="durable"):
        open_centre(data)


def test_a_reader_neither_writes_nor_checkpoints(centre):
    for pragma, value in (("query_only", 1), ("wal_autocheckpoint", 0)):
        assert centre.read(lambda c, pragma=pragma: c.execute(f"pragma {pragma}").fetchone()[0]) == value
    with pytest.raises(UnreadableError, match="readonly"):
        centre.read(put("anything"))


def test_a_folder_without_a_centre_is_told(tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(NotACentreError):
            open_centre(folder)


def test_the_keys_file_is_for_its_owner_alone(data):
    assert (data / "centre.keys").stat().st_mode & 0o777 == 0o600


def test_broken_keys_are_told(data):
    for content in ("", "{}", "[1]", '{"sign": "zz"}', "\xff"):
        (data / "centre.keys").write_text(content, "utf-8")
        with pytest.raises(NotACentreError):
            load_keys(data)


def test_an_encrypted_field_belongs_to_its_case(centre):
    sealed = centre.keys.encrypt_field(b"a" * 32, b"kata")
    assert centre.keys.decrypt_field(b"a" * 32, sealed) == b"kata"
    for case_id, data in ((b"b" * 32, sealed), (b"a" * 32, sealed[:-1]), (b"a" * 32, b"")):
        with pytest.raises(DamagedError, match="rusak"):
            centre.keys.decrypt_field(case_id, data)


def test_settings_rise_from_file_to_environment_to_flags(data, monkeypatch):
    (data / "server.toml").write_text("poll_s = 5\nport = 1\ncode_hours = 7\n")
    monkeypatch.setenv("KASIH_PORT", "2")
    monkeypatch.setenv("KASIH_CODE_HOURS", "8")
    settings = load_settings(data, {"code_hours": 9, "host": None})
    assert (settings.poll_s, settings.port, settings.code_hours, settings.host) == (5, 2, 9, "127.0.0.1")
    monkeypatch.setenv("KASIH_CENTRE_PORT", "3")
    monkeypatch.setenv("KASIH_KIOSK_PORT", "4")
    assert load_settings(data).port == 3, "what the centre alone reads wins"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("poll_s = 0", "pengaturan poll_s tidak dapat bernilai 0"),
        ("poll_s = 'x'", "pengaturan poll_s tidak dapat bernilai 'x'"),
        ("sms_prefix = 'kota kupang'", "pengaturan sms_prefix tidak dapat bernilai 'kota kupang'"),
        ("unknown = 1", "pengaturan unknown tidak dikenal"),
        ("city = 'x'\npoll_s = = 3", r"bukan TOML yang benar \(baris 2, kolom 10\)"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_its_name(data, text, words):
    (data / "server.toml").write_text(text)
    with pytest.raises(SettingError, match=words):
        load_settings(data)


def test_a_damaged_page_is_a_refusal_of_the_disk(data):
    reader = Reader(data / DATABASE)
    with sqlite3.connect(data / DATABASE) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        size = connection.execute("pragma page_size").fetchone()[0]
        page = connection.execute("select rootpage from sqlite_master where name = 'master'").fetchone()[0]
    connection.close()
    with (data / DATABASE).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    with pytest.raises(StorageError):
        reader.read(lambda c: c.execute("select * from master").fetchall())
    reader.close()


def test_a_mistake_of_ours_is_no_refusal_of_the_disk(centre):
    with pytest.raises(sqlite3.ProgrammingError):
        centre.read(lambda c: c.execute("select ?"))


def test_the_database_is_for_its_owner_alone(tmp_path):
    before = os.umask(0)
    try:
        found_centre(tmp_path / "pusat")
        opened = open_centre(tmp_path / "pusat", threads=False)
        opened.write(put("a"))
        modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "pusat").glob(f"{DATABASE}*")}
        opened.close()
    finally:
        os.umask(before)
    assert modes == {DATABASE: 0o600, f"{DATABASE}-wal": 0o600, f"{DATABASE}-shm": 0o600}
