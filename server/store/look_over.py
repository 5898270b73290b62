"""Whether the database can be read: what is cheap enough to ask at each start, and of each look at its health."""

import sqlite3
from typing import Final

from server.store.data_folder import tables

_SMALL: Final = 64 * 2**20
"""Up to this size a database is checked whole at the start, which takes less than a second."""


def look_at_edges(connection: sqlite3.Connection) -> None:
    """Read the schema, and the first and the last row of each table.

    Raises:
        sqlite3.DatabaseError: something of it cannot be read.
    """
    for table in tables(connection):
        connection.execute(f'select * from "{table}" order by rowid limit 1').fetchall()  # noqa: S608  Its own names.
        connection.execute(f'select * from "{table}" order by rowid desc limit 1').fetchall()  # noqa: S608


def look_over(connection: sqlite3.Connection) -> None:
    """As at each start: the edges, and all pages of a database that is small.

    Raises:
        sqlite3.DatabaseError: something of it cannot be read.
    """
    look_at_edges(connection)
    pages, size = (connection.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "page_size"))
    if pages * size > _SMALL:
        return
    said = connection.execute("pragma quick_check(1)").fetchone()[0]
    if said != "ok":
        raise sqlite3.DatabaseError(f"database disk image is malformed: {said}")
