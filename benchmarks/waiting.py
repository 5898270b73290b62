"""Waiting for what a page would show."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from server.store.centre import DATABASE

_PATIENCE_S: Final = 300
_POLL_S: Final = 0.01


def wait_for_cases(data: Path, count: int) -> None:
    """Look at a centre's database until this many cases can be seen; every entry must have been of use."""
    with closing(sqlite3.connect(f"{(data / DATABASE).as_uri()}?mode=ro", uri=True)) as connection:
        deadline = time.monotonic() + _PATIENCE_S
        while (seen := _count(connection, "cases")) < count:
            assert time.monotonic() < deadline, f"{seen} of {count} cases after {_PATIENCE_S} s"
            time.sleep(_POLL_S)
        assert seen == count, f"{seen} cases of {count} complaints"
        assert _count(connection, "trouble") == 0, "complaints that the centre could not read"


def _count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchone()[0])  # noqa: S608  Names of our own.
