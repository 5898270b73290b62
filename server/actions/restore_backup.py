"""Put a backup in the place of a data folder; verified whole before it replaces anything.

What came after the backup comes back by itself: every kiosk keeps its log and sends the difference at its next contact.
"""

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Final

from msgspec import Struct

from server.domain.deadlines import wita
from server.errors import BackupError
from server.reasons import why
from server.settings import FILE_NAME as SETTINGS
from server.store import archive, backups
from server.store.beside import is_leftover, work_folder
from server.store.centre import LOCK, Clock, open_database, take_lock, wall_clock
from server.store.data_folder import DATABASE, FOUNDING, KEYS, holds_data
from server.store.events import append_event, sealing
from server.store.keys import load_keys, sync_folder
from server.store.writer import Writer

_WORK: Final = ".kasih-pulih"
_UNIMPORTANT: Final = frozenset({LOCK, "lost+found"})
"""What lies in a folder that is free: the second is every new file system's own."""
_UNFINISHED: Final = frozenset({FOUNDING, KEYS, SETTINGS})
"""What a power cut leaves of a folder that was being filled."""


class Restored(Struct, frozen=True):
    """What now lies in the data folder."""

    made_at: int
    entries: int
    devices: int
    moved_to: str | None
    """Where the folder that was there before lies now."""


def restore_backup(file: Path, data: Path, *, force: bool = False, clock: Clock = wall_clock) -> Restored:
    """Restore into an absent or empty folder; with `force`, move what is there aside first.

    An empty folder is filled where it is, so it may be a disk of its own, or lie where nobody else may write.

    Raises:
        BackupError: the backup is damaged, or the folder is taken: nothing was changed, unless the disk refused
            the last step; then the message says where the old folder lies.
        FolderInUseError: a server is up in the folder.
    """
    data = data.absolute()
    try:
        is_free = data.is_dir() and not _is_taken(data)
    except OSError as error:
        raise BackupError(f"folder {data} tidak dapat dibaca: {why(error)}") from None
    if data.exists() and not is_free and not force:
        raise BackupError(f"{data} tidak kosong; dengan --force isinya dipindah ke samping, tidak dihapus")
    place = data / DATABASE if is_free else data
    lock = take_lock(data, 0) if is_free else -1
    try:
        return _restore(file, data, place, clock(), into=is_free)
    finally:
        if lock >= 0:
            os.close(lock)


def _restore(file: Path, data: Path, place: Path, now: int, *, into: bool) -> Restored:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = work_folder(place, _WORK)
    except OSError as error:
        hint = "" if into else f"; atau buat dulu folder {data} yang kosong"
        raise BackupError(f"tidak dapat menulis di {place.parent}: {why(error)}{hint}") from None
    try:
        manifest = archive.unpack(file, fresh)
        _note(fresh, manifest, now)
        aside = None
        if into:
            _fill(fresh, data)
        else:
            aside = _take_place(fresh, data, now)
        sync_folder(place.parent)
    except OSError as error:
        raise BackupError(f"tidak dapat dipulihkan: {why(error)}") from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Restored(manifest.made_at, manifest.upto, len(manifest.devices), str(aside) if aside else None)


def _is_taken(data: Path) -> bool:
    """Whether a folder holds more than what an unfinished restoring or founding left in it."""
    is_unfinished = (data / FOUNDING).exists() and not holds_data(data)
    free = _UNIMPORTANT | (_UNFINISHED if is_unfinished else frozenset())
    return any(
        path.name.removesuffix("-wal").removesuffix("-shm") not in free
        and not is_leftover(path, data / DATABASE, _WORK)
        for path in data.iterdir()
    )


def _fill(fresh: Path, data: Path) -> None:
    """Fill a folder that is free; the database gets its name last, as in a founding: until then there is no centre."""
    for unfinished in data.glob(f"{FOUNDING}*"):
        unfinished.unlink()
    (fresh / DATABASE).rename(data / FOUNDING)
    for name in (KEYS, SETTINGS):
        if (fresh / name).exists():
            (fresh / name).rename(data / name)
    sync_folder(data)
    (data / FOUNDING).rename(data / DATABASE)


def _note(fresh: Path, manifest: archive.Manifest, now: int) -> None:
    """Say in the history that it was restored; what lay in a verified backup is safe."""

    def note(connection: sqlite3.Connection) -> None:
        backups.mark_safe(connection, manifest.devices)
        facts = {"made_at": manifest.made_at, "upto": manifest.upto}
        append_event(connection, at=now, type="restored", actor="cli", data=facts)

    keys, writer = load_keys(fresh), Writer(open_database(fresh))
    try:
        writer.write(lambda connection: sealing(connection, keys, note))
    finally:
        writer.close()


def _take_place(fresh: Path, data: Path, now: int) -> Path | None:
    """Move what is there aside, if nobody works in it, and the restored folder into its place; gives where the old is.

    Raises:
        BackupError: the old folder could not be moved aside, or not back when the restored one found no way in.
        FolderInUseError: a server is up in it.
    """
    if not data.exists():
        fresh.rename(data)
        return None
    aside = data.with_name(f"{data.name}.lama-{wita(now):%Y%m%d-%H%M%S}")
    lock = take_lock(data, 0) if data.is_dir() else -1
    try:
        _move(data, aside, "folder lama tidak dapat dipindah ke samping")
        try:
            fresh.rename(data)
        except OSError as error:
            _move(aside, data, f"tidak dapat dipulihkan ({why(error)}), dan folder lama, yang utuh, tetap di {aside}")
            raise
    finally:
        if lock >= 0:
            os.close(lock)
    return aside


def _move(folder: Path, to: Path, otherwise: str) -> None:
    try:
        folder.rename(to)
    except OSError as error:
        raise BackupError(f"{otherwise}: {why(error)}") from None
