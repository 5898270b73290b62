"""What lies in a data folder: a centre, nothing yet, or a part of a centre, which only a backup makes whole again."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from server.errors import NotACentreError

KEYS: Final = "centre.keys"
DATABASE: Final = "centre.sqlite3"
FOUNDING: Final = "founding.sqlite3"
"""The database of a centre that is being founded; it gets its lasting name as the very last step."""
_MIGRATIONS: Final = "_sqlite_migrations"
_JOURNALS: Final = ("-wal", "-journal")


def check_whole(folder: Path) -> None:
    """Refuse a folder without both keys and database, and say what to do about it.

    Raises:
        NotACentreError: no centre was ever founded there, or a part of it is gone.
        OSError: nobody may look.
    """
    has_keys, has_database = (folder / KEYS).exists(), holds_data(folder)
    if has_keys and has_database:
        return
    if has_database:
        raise NotACentreError(
            f"kunci pusat hilang: {folder / KEYS} tidak ada, padahal basis datanya ada. Kembalikan berkas itu, atau"
            f" pulihkan cadangan: kasih-server restore BERKAS --data {folder} --force"
        )
    if has_keys and not (folder / FOUNDING).exists():
        raise NotACentreError(
            f"basis data hilang: {folder / DATABASE} tidak ada atau kosong, padahal kunci pusat ada."
            f" Pulihkan cadangan: kasih-server restore BERKAS --data {folder} --force"
        )
    raise NotACentreError(f"tidak ada pusat di {folder} (mulai dengan: kasih-server init)")


def holds_data(folder: Path) -> bool:
    """Whether a database with anything in it is there; what cannot be read counts, for it may be mended."""
    database = folder / DATABASE
    if not _size(database):
        return any(_size(folder / f"{DATABASE}{end}") for end in _JOURNALS)  # Nobody knows what was in it.
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return has_rows(connection)
    except sqlite3.Error:
        return True


def has_rows(connection: sqlite3.Connection) -> bool:
    """Whether a database was ever written in, beyond making its tables."""
    return any(
        connection.execute(f'select 1 from "{table}" limit 1').fetchone()  # noqa: S608  The database's own names.
        for table in tables(connection)
        if table != _MIGRATIONS
    )


def tables(connection: sqlite3.Connection) -> list[str]:
    """The names of the tables, without SQLite's own."""
    rows = connection.execute("select name from sqlite_master where type = 'table' and name not glob 'sqlite_*'")
    return [row[0] for row in rows]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
