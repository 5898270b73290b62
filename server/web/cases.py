"""The list of cases, with filters and pages."""

import sqlite3
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct, structs

from server.domain.lifecycle import Status
from server.domain.roles import Permission, Role
from server.store import inbox
from server.store.inbox import Filters
from server.web.access import needs
from server.web.case_row import case_row
from server.web.formats import CHANNELS, FLAGS
from server.web.page import AnyRequest, Frame, Pages, show
from sync_protocol.base32 import ALPHABET

PATH: Final = "/pengaduan"
FROM: Final = "dari"
"""In a case's address: the list that it was opened from, as the query of that list's address."""
_MAX_FROM: Final = 500
# The names of the fields in the address, by the filter that they set.
_FIELDS: Final = {
    "status": "status",
    "unit": "unit",
    "kelurahan": "kelurahan",
    "category": "kategori",
    "channel": "kanal",
    "flag": "tanda",
    "number": "nomor",
    "order": "urut",
}
_MAX_PAGE = 10_000
_READ_AS: Final = str.maketrans("OIL", "011", " -.")


@get(PATH, opt=needs(Permission.SEE_CASES), sync_to_thread=True)
def show_cases(request: AnyRequest, pages: NamedDependency[Pages]) -> Response[str]:
    """One page of the cases that exist for who looks."""
    filters, page = read_filters(dict(request.query_params)), _page(request.query_params.get("hal", ""))
    return show(
        "cases.html", here="pengaduan", **pages.centre.read(lambda c: _contents(c, request, pages, filters, page))
    )


@get(PATH + "/baru", opt=needs(Permission.SEE_CASES, by_itself=True), sync_to_thread=True)
def count_new(request: AnyRequest, pages: NamedDependency[Pages]) -> dict[str, int]:
    """How many cases have arrived since a page was made; the page says so, and changes only when it is asked to."""
    typed = request.query_params.get("sejak", "")
    since = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0
    return {"baru": pages.centre.read(lambda c: inbox.count_since(c, request.user.scope, since))}


def read_filters(query: dict[str, str]) -> Filters:
    """The filters in an address. Looking for a number looks among all statuses, unless one is asked for."""
    values = {field: query[name][:80] for field, name in _FIELDS.items() if query.get(name)}
    if "number" in values:
        values["number"] = written(values["number"])
        values.setdefault("status", inbox.ALL)
    return msgspec.convert(values, Filters)


def written(typed: str) -> str:
    """The beginning of a number as it is written: any case, O as 0, I and L as 1, the hyphen after five."""
    symbols = "".join(sign for sign in typed.upper().translate(_READ_AS) if sign in ALPHABET)[:10]
    return f"{symbols[:5]}-{symbols[5:]}" if len(symbols) > 5 else symbols


class Listed(Struct, frozen=True):
    """One page of a list, as its address says it."""

    filters: Filters
    page: int = 1

    @property
    def query(self) -> str:
        """What its address asks for."""
        given = structs.asdict(self.filters)
        query = {name: given[field] for field, name in _FIELDS.items() if given[field]}
        return urlencode(query | ({"hal": self.page} if self.page > 1 else {}))

    @property
    def address(self) -> str:
        return f"{PATH}?{self.query}"

    @property
    def carried(self) -> str:
        """The query of a case's address, so that it leads back here."""
        return f"?{urlencode({FROM: self.query})}"


def came_from(request: AnyRequest) -> Listed | None:
    """The list that a case was opened from. It is read as a list's address is, so it can be no other page."""
    said = dict(parse_qsl(request.query_params.get(FROM, "")[:_MAX_FROM]))
    return Listed(read_filters(said), _page(said.get("hal", ""))) if said else None


def _page(typed: str) -> int:
    return min(max(int(typed), 1), _MAX_PAGE) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1


def _contents(
    connection: sqlite3.Connection, request: AnyRequest, pages: Pages, filters: Filters, page: int
) -> dict[str, Any]:
    frame = pages.frame(connection, request)
    scope, now = frame.viewer.scope, frame.now
    total = inbox.count_cases(connection, scope, filters, now=now)
    last = max(1, -(-total // inbox.PAGE_SIZE))
    page = min(page, last)
    choices = _choices(frame)
    rows = inbox.list_cases(connection, scope, filters, now=now, page=page)
    return {
        "frame": frame,
        "filters": filters,
        "rows": [case_row(row, centre=pages.centre, viewer=frame.viewer, city=frame.city, now=now) for row in rows],
        "total": total,
        "first": (page - 1) * inbox.PAGE_SIZE + 1,
        "page": page,
        "last": last,
        "carried": Listed(filters, page).carried,
        "earlier": Listed(filters, page - 1).address if page > 1 else "",
        "later": Listed(filters, page + 1).address if page < last else "",
        "narrowed": filters != Filters(status=filters.status, order=filters.order),
        "choices": choices,
        "unknown_status": filters.status not in dict(choices["status"]),
        "by_due": Listed(structs.replace(filters, order="tenggat")).address,
        "by_arrival": Listed(structs.replace(filters, order="baru")).address,
    }


def _choices(frame: Frame) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in each filter: (code, name)."""
    city = frame.city
    units = [] if frame.viewer.role is Role.OPD else [(unit.code, unit.name) for unit in city.units.values()]
    return {
        "status": [
            (inbox.OPEN, "Yang terbuka"),
            (inbox.LATE, "Lewat tenggat"),
            (inbox.ALL, "Semua"),
            *((status.value, city.status(status)) for status in Status if status is not Status.BARU),
        ],
        "unit": units,
        "kelurahan": sorted(city.kelurahan.items(), key=lambda item: item[1]),
        "kategori": list(city.categories.items()),
        "kanal": list(CHANNELS.items()),
        "tanda": [(flag.value, name) for flag, name in FLAGS.items()],
    }
