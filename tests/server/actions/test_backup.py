"""A backup is whole, made while others write, and comes back as it was."""

import errno
import os
import pwd
import shutil
import sqlite3
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path

import pytest

from server.actions.make_backup import make_backup
from server.actions.restore_backup import restore_backup
from server.errors import BackupError, FileError, FolderInUseError, NotACentreError
from server.store import archive, cases, ledger
from server.store.centre import DATABASE, open_centre
from tests.server.conftest import UNIT, enrolled, sender


@contextmanager
def as_nobody(*own: Path) -> Iterator[None]:
    """Go on as a user who may write in no folder but his own; who is such a one already stays it."""
    if os.geteuid() != 0:
        yield
        return
    nobody = pwd.getpwnam("nobody").pw_uid
    for path in own:
        os.chown(path, nobody, -1)
    os.seteuid(nobody)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def nobodys() -> Iterator[Path]:
    """A folder that nobody may write in, with an empty one in it that is the user's own."""
    parent = Path(tempfile.mkdtemp(prefix="kasih-"))
    (parent / "centre").mkdir(mode=0o700)
    (parent / "pusat.kasih").touch()
    parent.chmod(0o555)
    yield parent
    for path in (parent, parent / "centre"):
        path.chmod(0o700)
    shutil.rmtree(parent)


def safe_of(centre, peer) -> bytes | None:
    return centre.read(lambda c: c.execute("select safe_id from device where log = ?", (peer.log,)).fetchone()[0])


@pytest.fixture
def filled(centre, enrol, send):
    """A centre with some cases of one kiosk."""
    peer = enrol()
    for number in range(20):
        peer.complain(f"Laporan {number}")
    peer.sync(send)
    return peer


def test_what_was_backed_up_is_restored_with_its_keys_and_cases(centre, filled, tmp_path):
    made = make_backup(centre, tmp_path / "pusat.kasih", actor="cli")
    assert made.sha256 == archive.digest(tmp_path / "pusat.kasih")
    restored = restore_backup(tmp_path / "pusat.kasih", tmp_path / "lain")
    assert (restored.entries, restored.devices, restored.moved_to) == (made.entries, 1, None)
    other = open_centre(tmp_path / "lain", threads=False)
    try:
        assert other.read(cases.count_cases) == 20
        assert other.keys.sign_public == centre.keys.sign_public
        kinds = [row["type"] for row in other.read(lambda c: c.execute("select type from event order by n").fetchall())]
        assert kinds[-1] == "restored"
    finally:
        other.close()


def test_only_after_a_verified_backup_a_kiosk_is_told_that_its_entries_are_safe(centre, filled, send, tmp_path):
    assert filled.sync(send).body.safe is None
    inside = filled.entries[-1].id
    make_backup(centre, tmp_path / "pusat.kasih", actor="cli")
    filled.complain("Sesudah cadangan.")
    assert filled.sync(send).body.safe == inside.hex()


def test_what_lies_beyond_a_hole_is_not_called_safe(centre, filled, send, tmp_path):
    from sync_protocol.bundle import write_bundle

    before = filled.entries[-1].id
    filled.complain("Hilang di jalan.")
    late = filled.complain("Datang duluan.")
    send(write_bundle([filled.session().head(centre.clock()), late.raw]))
    make_backup(centre, tmp_path / "pusat.kasih", actor="cli")
    assert safe_of(centre, filled) == before


def test_a_backup_that_cannot_be_written_marks_nothing_and_leaves_nothing(centre, filled, tmp_path, monkeypatch):
    with pytest.raises(BackupError):
        make_backup(centre, tmp_path / "tidak-ada" / "pusat.kasih", actor="cli")
    (tmp_path / "b").mkdir()

    def damaged(packed: Path, folder: Path) -> archive.Manifest:
        data = bytearray(packed.read_bytes())
        data[len(data) // 2] ^= 1
        packed.write_bytes(data)
        return unpack(packed, folder)

    unpack = archive.unpack
    monkeypatch.setattr(archive, "unpack", damaged)
    with pytest.raises(BackupError):
        make_backup(centre, tmp_path / "b" / "pusat.kasih", actor="cli")
    assert safe_of(centre, filled) is None
    assert list((tmp_path / "b").iterdir()) == []


def test_what_a_power_cut_left_of_an_earlier_backup_is_removed(centre, filled, tmp_path):
    left = tmp_path / ".pusat.kasih.abc123_x.kasih-sementara"
    left.mkdir()
    (left / "centre.keys").write_text("kunci")
    make_backup(centre, tmp_path / "pusat.kasih", actor="cli")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["centre", "pusat.kasih"]


def test_an_earlier_backup_of_the_same_name_stays_until_the_new_one_is_whole(centre, filled, tmp_path, monkeypatch):
    make_backup(centre, tmp_path / "pusat.kasih", actor="cli")
    earlier = (tmp_path / "pusat.kasih").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "pack", full)
    with pytest.raises(BackupError, match="disk penuh"):
        make_backup(centre, tmp_path / "pusat.kasih", actor="cli", replace=True)
    assert (tmp_path / "pusat.kasih").read_bytes() == earlier


def test_a_file_that_is_there_is_replaced_only_when_that_is_asked_for(centre, filled, tmp_path):
    file = tmp_path / "pusat.kasih"
    file.write_text("cadangan lama")
    with pytest.raises(FileError, match="sudah ada"):
        make_backup(centre, file, actor="cli")
    assert file.read_text() == "cadangan lama"
    made = make_backup(centre, file, actor="cli", replace=True)
    assert archive.digest(file) == made.sha256


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize(
    "place", ["centre/centre.sqlite3", "centre/centre.keys", "centre/baru.kasih", "tautan/centre.keys", "ke-kunci"]
)
def test_a_backup_never_goes_into_the_centres_own_folder(centre, filled, send, tmp_path, place, replace):
    (tmp_path / "tautan").symlink_to(centre.data)
    (tmp_path / "ke-kunci").symlink_to(centre.data / "centre.keys")
    before = sorted(path.name for path in centre.data.iterdir()), (centre.data / "centre.keys").read_bytes()
    with pytest.raises(FileError, match="folder data pusat"):
        make_backup(centre, tmp_path / place, actor="cli", replace=replace)
    assert (sorted(path.name for path in centre.data.iterdir()), (centre.data / "centre.keys").read_bytes()) == before
    filled.complain("Sesudah itu.")
    filled.sync(send)
    centre.close()
    open_centre(centre.data, threads=False).close()


@pytest.mark.parametrize("name", ["pusat", "pusat.kasih"])
def test_a_neighbour_that_backs_up_beside_it_is_left_alone(centre, filled, tmp_path, name):
    neighbour = tmp_path / f".{name}.2026.abc123_x.kasih-sementara"
    restoring = tmp_path / f".{name}.2026.abc123_x.kasih-pulih"
    neighbour.mkdir()
    restoring.mkdir()
    make_backup(centre, tmp_path / name, actor="cli")
    restore_backup(tmp_path / name, tmp_path / "lain")
    restore_backup(tmp_path / name, tmp_path / name.partition(".")[0], force=True)
    assert neighbour.is_dir()
    assert restoring.is_dir()


def test_a_backup_that_is_not_there_is_told_as_such(tmp_path):
    with pytest.raises(BackupError, match="tidak dapat dibaca: berkas atau foldernya tidak ada"):
        restore_backup(tmp_path / "tidak-ada.kasih", tmp_path / "lain")
    (tmp_path / "surat.txt").write_text("bukan cadangan")
    with pytest.raises(BackupError, match="bukan cadangan Kasih yang utuh"):
        restore_backup(tmp_path / "surat.txt", tmp_path / "lain")
    assert [path.name for path in tmp_path.iterdir()] == ["surat.txt"]


def test_the_file_is_for_its_owner_alone_and_nobody_stays_signed_in(centre, filled, tmp_path):
    centre.write(
        lambda c: c.execute(
            "insert into session (token_hash, user, csrf, made_at, seen_at) values (x'01', 1, '', 0, 0)"
        )
    )
    make_backup(centre, tmp_path / "pusat.kasih", actor="cli")
    assert (tmp_path / "pusat.kasih").stat().st_mode & 0o077 == 0
    restore_backup(tmp_path / "pusat.kasih", tmp_path / "lain")
    with sqlite3.connect(tmp_path / "lain" / DATABASE) as connection:
        assert connection.execute("select count(*) from session").fetchone()[0] == 0


def test_a_backup_is_consistent_while_complaints_come_in(data, tmp_path):
    """Each backup holds whole exchanges: as many entries as the newest place says, all chains complete."""
    centre = open_centre(data)
    try:
        peer = enrolled(centre, unit=UNIT)
        stop = threading.Event()

        def write() -> None:
            while not stop.is_set():
                for _ in range(5):
                    peer.complain("Terus datang.")
                peer.sync(sender(centre))

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for number in range(4):
                made = make_backup(centre, tmp_path / f"{number}.kasih", actor="cli")
                restore_backup(tmp_path / f"{number}.kasih", tmp_path / f"r{number}")
                with sqlite3.connect(tmp_path / f"r{number}" / DATABASE) as connection:
                    count, last = connection.execute("select count(*), max(n) from entry").fetchone()
                    broken = connection.execute("select count(*) from missing").fetchone()[0]
                assert (count, last, broken) == (made.entries, made.entries, 0)
        finally:
            stop.set()
            writer.join()
    finally:
        centre.close()


def test_a_centre_set_back_gets_the_rest_from_its_kiosks(centre, filled, send, tmp_path):
    make_backup(centre, tmp_path / "pusat.kasih", actor="cli")
    for number in range(7):
        filled.complain(f"Sesudah cadangan {number}")
    filled.sync(send)
    restore_backup(tmp_path / "pusat.kasih", tmp_path / "lain")
    other = open_centre(tmp_path / "lain", clock=centre.clock, threads=False)
    try:
        filled.sync(sender(other))
        assert other.read(cases.count_cases) == 27
        assert other.read(ledger.last_n) == len(filled.entries)
    finally:
        other.close()


class TestRestoring:
    """Nothing is replaced before everything was checked."""

    @pytest.fixture
    def backup(self, centre, filled, tmp_path):
        make_backup(centre, tmp_path / "pusat.kasih", actor="cli")
        return tmp_path / "pusat.kasih"

    def test_a_folder_with_something_in_it_is_left_alone(self, backup, tmp_path):
        (tmp_path / "lain").mkdir()
        (tmp_path / "lain" / "surat.txt").write_text("penting")
        with pytest.raises(BackupError, match="--force"):
            restore_backup(backup, tmp_path / "lain")
        assert [path.name for path in (tmp_path / "lain").iterdir()] == ["surat.txt"]

    def test_with_force_the_old_folder_is_moved_aside_not_deleted(self, backup, tmp_path):
        (tmp_path / "lain").mkdir()
        (tmp_path / "lain" / "surat.txt").write_text("penting")
        moved = restore_backup(backup, tmp_path / "lain", force=True).moved_to
        assert moved is not None
        assert (Path(moved) / "surat.txt").read_text() == "penting"
        assert (tmp_path / "lain" / DATABASE).exists()

    def test_an_empty_folder_is_filled(self, backup, tmp_path):
        (tmp_path / "lain").mkdir()
        assert restore_backup(backup, tmp_path / "lain").entries == 21

    def test_an_empty_folder_is_filled_where_nobody_may_write_beside_it(self, backup, nobodys):
        shutil.copyfile(backup, nobodys / "pusat.kasih")
        with as_nobody(nobodys / "centre", nobodys / "pusat.kasih"):
            restored = restore_backup(nobodys / "pusat.kasih", nobodys / "centre")
            open_centre(nobodys / "centre", threads=False).close()
            with pytest.raises(BackupError, match=r"tidak diizinkan; atau buat dulu folder .*lain yang kosong"):
                restore_backup(nobodys / "pusat.kasih", nobodys / "lain")
        assert (restored.entries, restored.moved_to) == (21, None)
        assert {path.name for path in (nobodys / "centre").iterdir()} == {"lock", "centre.keys", DATABASE}

    def test_a_folder_that_nobody_may_look_into_is_told(self, backup, nobodys):
        shutil.copyfile(backup, nobodys / "pusat.kasih")
        (nobodys / "centre").chmod(0)
        with as_nobody(), pytest.raises(BackupError, match="centre tidak dapat dibaca: tidak diizinkan"):
            restore_backup(nobodys / "pusat.kasih", nobodys / "centre")

    def test_a_disk_of_its_own_is_filled_although_a_new_one_is_never_quite_empty(self, backup, tmp_path):
        (tmp_path / "lain" / "lost+found").mkdir(parents=True)
        assert restore_backup(backup, tmp_path / "lain").entries == 21

    @pytest.mark.parametrize("renamed", range(3))
    def test_what_a_power_cut_left_half_filled_is_no_centre_and_is_filled_again(
        self, backup, tmp_path, monkeypatch, renamed
    ):
        left, rename = [renamed], Path.rename

        def cut(path: Path, to: Path) -> Path:
            if not left[0]:
                raise KeyboardInterrupt
            left[0] -= 1
            return rename(path, to)

        (tmp_path / "lain").mkdir()
        with monkeypatch.context() as patch:
            patch.setattr(Path, "rename", cut)
            with pytest.raises(KeyboardInterrupt):
                restore_backup(backup, tmp_path / "lain")
        with pytest.raises(NotACentreError):
            open_centre(tmp_path / "lain", threads=False)
        restore_backup(backup, tmp_path / "lain")
        open_centre(tmp_path / "lain", threads=False).close()
        assert {path.name for path in (tmp_path / "lain").iterdir()} == {"lock", "centre.keys", DATABASE}

    def test_the_old_folder_goes_back_where_the_new_one_finds_no_way_in(self, backup, tmp_path, monkeypatch):
        (tmp_path / "lain").mkdir()
        (tmp_path / "lain" / "surat.txt").write_text("penting")
        rename, refused = Path.rename, [DATABASE]

        def refuse(path: Path, to: Path) -> Path:
            if path.suffix == ".kasih-pulih" or path.name.startswith(refused[0]):
                raise OSError(errno.EIO, "Input/output error")
            return rename(path, to)

        monkeypatch.setattr(Path, "rename", refuse)
        with pytest.raises(BackupError, match="disk gagal dibaca"):
            restore_backup(backup, tmp_path / "lain", force=True)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["centre", "lain", "pusat.kasih"]
        assert (tmp_path / "lain" / "surat.txt").read_text() == "penting"
        refused[0] = "lain.lama-"
        with pytest.raises(BackupError, match=f"folder lama, yang utuh, tetap di {tmp_path}/lain.lama-"):
            restore_backup(backup, tmp_path / "lain", force=True)

    def test_a_list_that_is_too_deep_is_a_damaged_backup(self, tmp_path):
        content = b"[" * 200_000
        with tarfile.open(tmp_path / "dalam.kasih", "w") as tar:
            info = tarfile.TarInfo("manifest.json")
            info.size = len(content)
            tar.addfile(info, BytesIO(content))
        with pytest.raises(BackupError, match="bukan cadangan Kasih yang utuh"):
            restore_backup(tmp_path / "dalam.kasih", tmp_path / "lain")

    def test_a_running_centre_is_not_pulled_away(self, backup, centre):
        with pytest.raises(FolderInUseError):
            restore_backup(backup, centre.data, force=True)
        assert centre.read(cases.count_cases) == 20

    def test_a_damaged_backup_changes_nothing(self, backup, tmp_path):
        whole = backup.read_bytes()
        target = tmp_path / "lain"
        target.mkdir()
        (target / "surat.txt").write_text("penting")
        size = len(whole)
        # Of a tar's padding and of its own headers' dates nothing hangs; everywhere else one bit is enough.
        for at in (600, 3000, size // 3, size // 2, 2 * size // 3):
            backup.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
            with pytest.raises(BackupError):
                restore_backup(backup, target, force=True)
        for end in (0, 100, 512, size // 2, size - 11_000):
            backup.write_bytes(whole[:end])
            with pytest.raises(BackupError):
                restore_backup(backup, target, force=True)
        assert [path.name for path in target.iterdir()] == ["surat.txt"]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["centre", "lain", "pusat.kasih"]

    def test_a_hostile_tar_writes_nowhere_else(self, backup, tmp_path):
        names = ["../jahat", "/tmp/jahat-kasih", DATABASE]
        for name in names:
            with tarfile.open(tmp_path / "jahat.kasih", "w") as tar:
                tar.add(os.devnull, arcname=name)
            with pytest.raises(BackupError):
                restore_backup(tmp_path / "jahat.kasih", tmp_path / "lain")
        assert not (tmp_path / "lain").exists()
        assert not (tmp_path.parent / "jahat").exists()
        assert not Path("/tmp/jahat-kasih").exists()

    def test_a_link_in_place_of_a_file_is_refused(self, backup, tmp_path):
        taken = tmp_path / "isi"
        taken.mkdir()
        with tarfile.open(backup) as tar:
            tar.extractall(taken, filter="data")
        with tarfile.open(tmp_path / "jahat.kasih", "w") as tar:
            tar.add(taken / "manifest.json", arcname="manifest.json")
            link = tarfile.TarInfo(DATABASE)
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(link)
            tar.add(taken / "centre.keys", arcname="centre.keys")
        shutil.rmtree(taken)
        with pytest.raises(BackupError):
            restore_backup(tmp_path / "jahat.kasih", tmp_path / "lain")


def test_a_full_disk_for_the_backup_is_told_of_that_disk(centre, filled, tmp_path, monkeypatch):
    def copy(connection, target):
        with closing(sqlite3.connect(target)) as full:
            full.execute("pragma max_page_count = 1")
            full.execute("create table entry (n)")

    monkeypatch.setattr(archive, "copy_database", copy)
    with pytest.raises(BackupError, match=f"di {tmp_path}: disk penuh"):
        make_backup(centre, tmp_path / "pusat.kasih", actor="cli")
    assert [file.name for file in tmp_path.iterdir()] == ["centre"]
