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
from server.store import archive, backups
from server.store.beside import work_folder
from server.store.centre import LOCK, Clock, open_database, take_lock, wall_clock
from server.store.events import append_event
from server.store.keys import sync_folder
from server.store.writer import Writer

_WORK: Final = ".kasih-pulih"
_UNIMPORTANT: Final = frozenset({LOCK})


class Restored(Struct, frozen=True):
    """What now lies in the data folder."""

    made_at: int
    entries: int
    devices: int
    moved_to: str | None
    """Where the folder that was there before lies now."""


def restore_backup(file: Path, data: Path, *, force: bool = False, clock: Clock = wall_clock) -> Restored:
    """Restore into an absent or empty folder; with `force`, move what is there aside first.

    Raises:
        BackupError: the backup is damaged, or the folder is taken: nothing was changed, unless the disk refused
            the last step, when the old folder already lies whole beside its place.
        FolderInUseError: a server is up in the folder.
    """
    data = data.absolute()
    if _is_taken(data) and not force:
        raise BackupError(f"{data} tidak kosong; dengan --force isinya dipindah ke samping, tidak dihapus")
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        fresh = work_folder(data, _WORK)
    except OSError as error:
        raise BackupError(f"tidak dapat menulis di {data.parent}: {why(error)}") from None
    try:
        manifest = archive.unpack(file, fresh)
        _note(fresh, manifest, clock())
        aside = _make_room(data, clock())
        fresh.rename(data)
        sync_folder(data.parent)
    except OSError as error:
        raise BackupError(f"tidak dapat dipulihkan: {why(error)}") from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Restored(manifest.made_at, manifest.upto, len(manifest.devices), str(aside) if aside else None)


def _is_taken(data: Path) -> bool:
    return data.exists() and (not data.is_dir() or any(path.name not in _UNIMPORTANT for path in data.iterdir()))


def _note(fresh: Path, manifest: archive.Manifest, now: int) -> None:
    """Say in the history that it was restored; what lay in a verified backup is safe."""

    def note(connection: sqlite3.Connection) -> None:
        backups.mark_safe(connection, manifest.devices)
        facts = {"made_at": manifest.made_at, "upto": manifest.upto}
        append_event(connection, at=now, type="restored", actor="cli", data=facts)

    writer = Writer(open_database(fresh))
    try:
        writer.write(note)
    finally:
        writer.close()


def _make_room(data: Path, now: int) -> Path | None:
    """Move the folder that is there aside, if nobody works in it."""
    if not data.exists():
        return None
    if data.is_dir():
        lock = take_lock(data, 0)
        try:
            aside = data.with_name(f"{data.name}.lama-{wita(now):%Y%m%d-%H%M%S}")
            data.rename(aside)
        finally:
            os.close(lock)
    else:
        aside = data.with_name(f"{data.name}.lama-{wita(now):%Y%m%d-%H%M%S}")
        data.rename(aside)
    return aside
