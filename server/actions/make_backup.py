"""Back the centre up while it runs, and only then tell the kiosks that their entries are safe."""

import shutil
import sqlite3
import threading
from pathlib import Path
from typing import Final

from msgspec import Struct

from server.errors import BackupError
from server.reasons import why
from server.settings import FILE_NAME as SETTINGS
from server.store import archive, backups
from server.store.beside import check_new, check_outside, work_folder
from server.store.centre import DATABASE, Centre
from server.store.events import append_event
from server.store.keys import FILE_NAME as KEYS
from server.store.keys import sync_folder

_WORK: Final = ".kasih-sementara"
_ONE_AT_A_TIME = threading.Lock()


class Backup(Struct, frozen=True):
    """What was written."""

    file: str
    sha256: str
    size: int
    entries: int
    devices: int


def make_backup(centre: Centre, file: Path, *, actor: str, replace: bool = False) -> Backup:
    """Write a backup: copy, check, pack, read back, check again, rename; then set the *safe* marks.

    A device's mark is its newest entry with a complete chain inside the file, so everything up to it is inside.

    Args:
        replace: take the place of a file that is there, once the new one is whole.

    Raises:
        FileError: the file is there already, or would lie in the data folder.
        BackupError: it cannot be written, or what was read back is not what was written; no mark was set.
    """
    with _ONE_AT_A_TIME:
        check_outside(file, centre.data)
        check_new(file, replace=replace)
        try:
            folder = work_folder(file, _WORK)
        except OSError as error:
            raise BackupError(f"tidak dapat menulis di {file.parent}: {why(error)}") from None
        try:
            return _write(centre, file, folder, actor)
        except OSError as error:
            raise BackupError(f"cadangan tidak dapat ditulis: {why(error)}") from None
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _write(centre: Centre, file: Path, folder: Path, actor: str) -> Backup:
    now = centre.clock()
    source, check, packed = folder / "source", folder / "check", folder / "packed"
    source.mkdir(mode=0o700)
    check.mkdir(mode=0o700)
    centre.read(lambda connection: _copy(connection, source / DATABASE, file.parent))
    for name in (KEYS, SETTINGS):
        if (centre.data / name).exists():
            shutil.copyfile(centre.data / name, source / name)
    archive.pack(source, archive.describe(source, now), packed)
    manifest = archive.unpack(packed, check)
    sha256, size = archive.digest(packed), packed.stat().st_size
    packed.replace(file)
    sync_folder(file.parent)
    centre.write(lambda connection: _mark(connection, manifest, sha256, now, actor))
    return Backup(str(file), sha256, size, manifest.upto, len(manifest.devices))


def _copy(connection: sqlite3.Connection, target: Path, folder: Path) -> None:
    """Copy the database; what the disk of the backup refuses is told of that disk, not of the centre's own."""
    try:
        archive.copy_database(connection, target)
    except sqlite3.Error as error:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            raise
        reason = "disk penuh" if code == sqlite3.SQLITE_FULL else str(error)
        raise BackupError(f"cadangan tidak dapat ditulis di {folder}: {reason}") from None


def _mark(connection: sqlite3.Connection, manifest: archive.Manifest, sha256: str, now: int, actor: str) -> None:
    backups.mark_safe(connection, manifest.devices)
    backups.add_backup(connection, now=now, upto=manifest.upto, sha256=sha256)
    append_event(connection, at=now, type="backup-made", actor=actor, data={"upto": manifest.upto, "sha256": sha256})
