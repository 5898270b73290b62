"""The model of a disk that loses power, and the reading of traces: wrong here, and the power tests prove nothing."""

import sys
from pathlib import Path
from random import Random

import pytest

from tests.faults.disk import Disk, load, store
from tests.faults.replay import Replay
from tests.faults.syscalls import Call, TraceError, read_trace, record

SEEDS = range(400)


def outcomes(disk: Disk, name: str) -> set[bytes | None]:
    return {disk.crash(Random(seed)).get(name) for seed in SEEDS}


def test_what_was_synced_is_always_there() -> None:
    disk = Disk({"a": b"old"})
    disk.write(disk.names["a"], 0, b"new")
    disk.sync_file(disk.names["a"], began=0)
    assert outcomes(disk, "a") == {b"new"}


def test_writes_since_the_last_sync_are_there_or_not_in_any_combination() -> None:
    disk = Disk({"a": b"...."})
    for offset, letter in ((0, b"1"), (1, b"2"), (3, b"3")):
        disk.write(disk.names["a"], offset, letter)
    assert outcomes(disk, "a") == {b"....", b"1...", b".2..", b"...3", b"12..", b"1..3", b".2.3", b"12.3"}


def test_a_write_is_torn_at_the_sectors_of_the_disk_and_nowhere_else() -> None:
    disk = Disk({"a": bytes(1536)})
    disk.write(disk.names["a"], 500, b"x" * 600)
    parts = [(500, 512), (512, 1024), (1024, 1100)]
    possible = set()
    for mask in range(8):
        content = bytearray(1536)
        for bit, (start, end) in enumerate(parts):
            if mask >> bit & 1:
                content[start:end] = b"x" * (end - start)
        possible.add(bytes(content))
    assert outcomes(disk, "a") == possible


def test_a_write_that_ended_after_a_sync_began_is_not_covered_by_it() -> None:
    disk = Disk({"a": b"old"})
    disk.now = 2
    disk.write(disk.names["a"], 0, b"new")
    disk.now = 3
    disk.sync_file(disk.names["a"], began=1)
    assert outcomes(disk, "a") == {b"old", b"new"}


def test_a_truncation_happens_or_not_and_writes_beyond_the_end_leave_zeros() -> None:
    disk = Disk({"a": b"abcdef"})
    disk.truncate(disk.names["a"], 2)
    disk.write(disk.names["a"], 4, b"Z")
    assert outcomes(disk, "a") == {b"abcdef", b"ab", b"abcdZf", b"ab\0\0Z"}


def test_a_new_file_lasts_once_it_or_its_folder_is_synced() -> None:
    for settle in (lambda d: d.sync_file(d.names["a/b"], began=0), lambda d: d.sync_folder("a", began=0)):
        disk = Disk({})
        disk.create("a/b")
        assert outcomes(disk, "a/b") == {None, b""}
        settle(disk)
        assert outcomes(disk, "a/b") == {b""}


def test_renaming_over_a_file_without_a_sync_can_leave_it_empty_old_or_new() -> None:
    disk = Disk({"key": b"old"})
    disk.write(disk.create("key.tmp"), 0, b"new")
    disk.rename("key.tmp", "key")
    assert outcomes(disk, "key") == {b"old", b"", b"new"}


def test_renaming_a_synced_file_leaves_the_old_or_the_new_one_whole_and_a_synced_folder_the_new_one() -> None:
    disk = Disk({"key": b"old"})
    disk.write(disk.create("key.tmp"), 0, b"new")
    disk.sync_file(disk.names["key.tmp"], began=0)
    disk.rename("key.tmp", "key")
    assert outcomes(disk, "key") == {b"old", b"new"}
    disk.sync_folder("", began=0)
    assert outcomes(disk, "key") == {b"new"}
    assert outcomes(disk, "key.tmp") == {None}


def test_a_removal_lasts_once_the_folder_is_synced() -> None:
    disk = Disk({"a-wal": b"frames"})
    disk.unlink("a-wal")
    assert outcomes(disk, "a-wal") == {b"frames", None}
    disk.sync_folder("", began=0)
    assert outcomes(disk, "a-wal") == {None}


def test_a_process_that_follows_a_killed_one_sees_what_a_power_cut_can_still_take() -> None:
    disk = Disk({"a": b"old"})
    disk.now = 7
    disk.write(disk.names["a"], 0, b"new")
    disk.create("b")
    first, disk = disk, disk.copy()
    disk.restart()
    assert disk.seen() == {"a": b"new", "b": b""}
    assert outcomes(disk, "a") == {b"old", b"new"}
    disk.sync_file(disk.names["a"], began=0)
    disk.sync_folder("", began=0)
    assert outcomes(disk, "a") == {b"new"}
    assert outcomes(disk, "b") == {b""}
    assert outcomes(first, "b") == {b"", None}


def test_shared_memory_is_never_on_the_disk() -> None:
    assert Disk({"a-shm": b"index"}).crash(Random(1)) == {}


PROGRAM = """
import os, shutil, sys, threading
root = sys.argv[1]
os.chdir(root)
def work():
    with open("kept", "ab") as file:
        file.write(b" and more")
        file.flush()
        os.fsync(file.fileno())
    os.write(1, b"saved\\n")
thread = threading.Thread(target=work)
thread.start()
thread.join()
with open("dir ectory/n\\u00fc.tmp", "wb") as file:
    file.write(b"1234")
    file.seek(1)
    file.write(b"x" * 2)
os.rename(root + "/dir ectory/n\\u00fc.tmp", root + "/dir ectory/n\\u00fc")
fd = os.open("gone", os.O_RDWR | os.O_TRUNC)
os.pwritev(fd, [b"ab", b"cd"], 1)
os.close(fd)
os.unlink(root + "/gone")
shutil.copyfile("kept", "copy")
"""


@pytest.mark.usefixtures("strace")
def test_a_traced_process_leaves_the_same_folder_in_the_replay_as_on_the_disk(tmp_path: Path) -> None:
    root, before = tmp_path / "root", {"kept": b"first", "gone": b"old", "dir ectory/x": b""}
    store(before, root)
    record([sys.executable, "-c", PROGRAM, str(root)], tmp_path / "trace")
    replay = Replay(root, Disk(before))
    said = [replay.lines() for _ in replay.run(read_trace(tmp_path / "trace"))]
    assert said[0] == []
    assert said[-1] == [b"saved"]
    for name in ("kept", "copy", "dir ectory/nü"):
        replay.disk.sync_file(replay.disk.names[name], began=replay.disk.now)
    replay.disk.sync_folder("", began=replay.disk.now)
    replay.disk.sync_folder("dir ectory", began=replay.disk.now)
    after = replay.disk.crash(Random(1))
    assert (
        after
        == load(root)
        == {"kept": b"first and more", "copy": b"first and more", "dir ectory/nü": b"1xx4", "dir ectory/x": b""}
    )


def test_calls_of_two_threads_that_overlap_are_put_together(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    trace.write_text(
        "7 fsync(4<\\x2f\\x61> <unfinished ...>\n"
        '8 pwrite64(4<\\x2f\\x61>, "\\x41", 1, 9) = 1\n'
        '8 write(1<\\x2f\\x62>, "\\x42"...,  <unfinished ...>\n'
        "7 <... fsync resumed>) = 0\n"
        "8 --- SIGCHLD {si_signo=SIGCHLD} ---\n"
        '7 unlink("\\x2f\\x61") = -1 ENOENT (No such file or directory)\n'
    )
    calls = list(read_trace(trace))
    assert [(call.name, call.result, call.began) for call in calls] == [("pwrite64", 1, 0), ("fsync", 0, 0)]
    assert (calls[0].fd(0), calls[0].fd_path(0), calls[0].data(1), calls[0].number(3)) == (4, "/a", b"A", 9)


def test_a_string_that_strace_cut_is_an_error() -> None:
    call = Call(name="write", args=["1", '"\\x41"...', "2"], result=2, began=0)
    with pytest.raises(TraceError):
        call.data(1)


def test_a_call_that_the_replay_does_not_know_is_an_error_only_in_the_watched_folder(tmp_path: Path) -> None:
    def link(path: str) -> Call:
        word = '"' + "".join(f"\\x{byte:02x}" for byte in path.encode()) + '"'
        return Call(name="link", args=[word, word], result=0, began=0)

    replay = Replay(Path("/data"), Disk({}))
    assert list(replay.run([link("/elsewhere/a")])) == []
    with pytest.raises(TraceError):
        list(replay.run([link("/data/a")]))
