"""Cases: the fold of the ledger and of what people did, ready to be listed."""

import sqlite3
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import asdict, astuple

from server.domain.case_story import Stand
from server.domain.fold import Private, decode_private
from server.domain.lifecycle import OPEN
from server.store.keys import CentreKeys


class Case(Struct, frozen=True, gc=False):
    """A new case, in the order of the table's columns."""

    id: bytes
    number: str
    log: bytes
    unit: str
    channel: str
    category: str
    kelurahan: str
    identity: str
    accused: str
    status: str
    handler: str
    claimed_at: int
    filed_at: int
    arrived_at: int
    changed_at: int
    private: bytes
    """Encrypted JSON: text, place, name, phone, pin."""
    due_at: int | None = None
    """When its verification is due by the centre's clock."""
    flags: str = ""
    """As `server/domain/flags.py` writes them."""


_COLUMNS = Case.__struct_fields__
_INSERT = f"insert or ignore into cases ({', '.join(_COLUMNS)}) values ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
_MOVED = (*Stand.__struct_fields__, "private")
_UPDATE = f"update cases set {', '.join(f'{column} = :{column}' for column in _MOVED)} where id = :id"  # noqa: S608


def insert_cases(connection: sqlite3.Connection, cases: Iterable[Case]) -> None:
    """Enter new cases; those that are there already stay as they are."""
    connection.executemany(_INSERT, map(astuple, cases))


def read_private(keys: CentreKeys, case: sqlite3.Row) -> Private:
    """What a case holds of the words and the name of its resident.

    Raises:
        DamagedError: it was altered.
    """
    return decode_private(keys.decrypt_field(case["id"], case["private"]))


def get_case(connection: sqlite3.Connection, case_id: bytes) -> sqlite3.Row | None:
    """A case by the id of its complaint."""
    row: sqlite3.Row | None = connection.execute("select * from cases where id = :id", {"id": case_id}).fetchone()
    return row


def read_case(connection: sqlite3.Connection, case_id: bytes) -> Case | None:
    """A case by the id of its complaint, to be moved on."""
    row = get_case(connection, case_id)
    return None if row is None else Case(**{name: row[name] for name in _COLUMNS})


def update_case(connection: sqlite3.Connection, case: Case) -> None:
    """Keep a case as an event has left it."""
    connection.execute(_UPDATE, asdict(case))


def cases_by_number(connection: sqlite3.Connection, number: str) -> list[sqlite3.Row]:
    """The case with this number in its written form; two only if somebody made 2^45 tries."""
    return connection.execute("select * from cases where number = :number", {"number": number}).fetchall()


def cases_with_status(connection: sqlite3.Connection, status: str) -> list[sqlite3.Row]:
    """The cases that stand there, the oldest first."""
    return connection.execute(
        "select * from cases where status = :status order by arrived_at, id", {"status": status}
    ).fetchall()


def open_cases_of(connection: sqlite3.Connection, unit: str) -> list[sqlite3.Row]:
    """The cases filed at a unit that still need somebody, the oldest first."""
    marks = ", ".join(f"'{status}'" for status in OPEN)
    return connection.execute(
        f"select * from cases where unit = :unit and status in ({marks}) order by arrived_at, id",  # noqa: S608
        {"unit": unit},
    ).fetchall()


def all_cases(connection: sqlite3.Connection) -> Iterator[sqlite3.Row]:
    """All cases in order of their arrival."""
    yield from connection.execute("select * from cases order by arrived_at, id")


def count_cases(connection: sqlite3.Connection) -> int:
    """How many cases there are."""
    return int(connection.execute("select count(*) from cases").fetchone()[0])
