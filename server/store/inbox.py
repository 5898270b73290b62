"""Lists of cases and their counts, always within what exists for the one who looks (server/domain/roles.py)."""

import sqlite3
from typing import Any, Final

from msgspec import Struct

from server.domain import lifecycle
from server.domain.flags import Flag
from server.domain.roles import Scope

OPEN: Final = "terbuka"
LATE: Final = "lewat"
ALL: Final = "semua"
PAGE_SIZE: Final = 50

_OPEN_CODES = ", ".join(f"'{status}'" for status in lifecycle.OPEN)
_UNVERIFIED_CODES = ", ".join(f"'{status}'" for status in lifecycle.UNVERIFIED)
_EMERGENCY: Final = f"status in ({_UNVERIFIED_CODES}) and flags like '% {Flag.EMERGENCY} %'"
"""It speaks of an emergency, and nobody has looked yet. An index has the same words (server/store/schema.py)."""
_COLUMNS = (
    "id, number, unit, channel, category, kelurahan, identity, accused, status, handler, flags,"
    " filed_at, arrived_at, changed_at, due_at, private"
)
_ORDERS: Final = {
    "tenggat": f"({_EMERGENCY}) desc, due_at is null, due_at, arrived_at, id",
    "baru": "arrived_at desc, id desc",
}


class Filters(Struct, frozen=True):
    """What a list is narrowed to; an empty field does not narrow."""

    status: str = OPEN
    """A status code, or `terbuka`, `lewat` (overdue), `semua`."""
    unit: str = ""
    """Filed at this unit, or in its hands."""
    kelurahan: str = ""
    category: str = ""
    channel: str = ""
    flag: str = ""
    """A mark that it came with (server/domain/flags.py)."""
    number: str = ""
    """The beginning of a number, in its written form."""
    order: str = "tenggat"


class Count(Struct, frozen=True):
    """How much waits for somebody."""

    emergencies: int
    """Of the unverified ones, those that speak of an emergency."""
    unverified: int
    open: int
    late: int
    total: int


def list_cases(
    connection: sqlite3.Connection, scope: Scope, filters: Filters, *, now: int, page: int = 1
) -> list[sqlite3.Row]:
    """One page of cases: what seems an emergency, then the nearest deadline; or the newest first."""
    where, values = _where(scope, filters, now)
    order = _ORDERS.get(filters.order, _ORDERS["tenggat"])
    values |= {"limit": PAGE_SIZE, "offset": (page - 1) * PAGE_SIZE}
    return connection.execute(
        f"select {_COLUMNS} from cases where {where} order by {order} limit :limit offset :offset",  # noqa: S608
        values,
    ).fetchall()


def count_cases(connection: sqlite3.Connection, scope: Scope, filters: Filters, *, now: int) -> int:
    """How many cases a list has on all its pages."""
    where, values = _where(scope, filters, now)
    return int(connection.execute(f"select count(*) from cases where {where}", values).fetchone()[0])  # noqa: S608


def count_work(connection: sqlite3.Connection, scope: Scope, now: int) -> Count:
    """The figures of the navigation."""
    where, values = _where(scope, Filters(status=ALL), now)
    by_status = {
        row["status"]: row["number"]
        for row in connection.execute(
            f"select status, count(*) as number from cases where {where} group by status",  # noqa: S608
            values,
        )
    }
    emergencies = connection.execute(f"select count(*) from cases where {_EMERGENCY} and {where}", values)  # noqa: S608
    return Count(
        emergencies=int(emergencies.fetchone()[0]),
        unverified=sum(by_status.get(status, 0) for status in lifecycle.UNVERIFIED),
        open=sum(number for status, number in by_status.items() if status in lifecycle.OPEN),
        late=count_cases(connection, scope, Filters(status=LATE), now=now),
        total=sum(by_status.values()),
    )


def newest_arrival(connection: sqlite3.Connection, scope: Scope) -> int:
    """When the newest case arrived, Unix milliseconds; 0 where there is none."""
    where, values = _within(scope)
    return int(
        connection.execute(f"select coalesce(max(arrived_at), 0) from cases where {where}", values).fetchone()[0]  # noqa: S608
    )


def count_since(connection: sqlite3.Connection, scope: Scope, since: int) -> int:
    """How many cases have arrived after a moment."""
    where, values = _within(scope)
    values["since"] = since
    return int(
        connection.execute(f"select count(*) from cases where arrived_at > :since and {where}", values).fetchone()[0]  # noqa: S608
    )


def find_case(connection: sqlite3.Connection, scope: Scope, key: str) -> list[sqlite3.Row]:
    """The cases of a written number, or of an id in hex; none where they do not exist for the one who looks."""
    where, values = _within(scope)
    match = "id = :key" if len(key) == 64 else "number = :key"
    values["key"] = bytes.fromhex(key) if len(key) == 64 else key
    return connection.execute(f"select * from cases where {match} and {where}", values).fetchall()  # noqa: S608


def _within(scope: Scope) -> tuple[str, dict[str, Any]]:
    parts, values = ["1 = 1"], {"not_about": scope.not_about, "handler": scope.handler}
    if scope.not_about:
        parts.append("accused <> :not_about")
    if scope.handler is not None:
        parts.append("handler = :handler and handler <> ''")
    return " and ".join(parts), values


def _where(scope: Scope, filters: Filters, now: int) -> tuple[str, dict[str, Any]]:
    where, values = _within(scope)
    parts = [where]
    for name in ("kelurahan", "category", "channel"):
        if value := getattr(filters, name):
            parts.append(f"{name} = :{name}")
            values[name] = value
    if filters.unit:
        parts.append("(unit = :unit or handler = :unit)")
        values["unit"] = filters.unit
    if filters.flag:
        parts.append("flags <> '' and flags like :flag")
        values["flag"] = f"% {filters.flag} %"
    if filters.number:
        parts.append("number >= :number and number < :number_end")
        values |= {"number": filters.number, "number_end": filters.number + "~"}
    if filters.status == OPEN:
        parts.append(f"status in ({_OPEN_CODES})")
    elif filters.status == LATE:
        parts.append("due_at < :now")
        values["now"] = now
    elif filters.status != ALL:
        parts.append("status = :status")
        values["status"] = filters.status
    return " and ".join(parts), values
