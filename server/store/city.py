"""The city's master data as lookups: names for codes, deadlines, and which unit stands above which."""

import sqlite3
import threading
from datetime import date
from typing import Final

from msgspec import Struct

from server.domain.deadlines import WorkCalendar
from server.domain.lifecycle import Status, days_allowed
from server.domain.sms_texts import short_name
from server.store.master import Rows, get_table, short_names, sms_templates

_VERIFY_DAYS: Final = 3
_ACT_DAYS: Final = 5


class Unit(Struct, frozen=True):
    """An office that files, handles or is complained about."""

    code: str
    name: str
    parent: str
    kind: str


class City(Struct, frozen=True):
    """A snapshot of the master data. An unknown code is its own name: nothing is hidden because a table is behind."""

    units: dict[str, Unit]
    categories: dict[str, str]
    kelurahan: dict[str, str]
    statuses: dict[str, str]
    calendar: WorkCalendar
    days: dict[str, tuple[int, int]]
    """By category: working days to verify, and to act."""
    usual_unit: dict[str, str]
    """By category: the unit that mostly handles it."""
    templates: dict[str, str]
    """Texts of SMS by id."""
    short_names: dict[str, str]
    """By the code of a unit or a status: what it is called in an SMS."""

    def unit(self, code: str) -> str:
        return self.units[code].name if code in self.units else code

    def category(self, code: str) -> str:
        return self.categories.get(code, code)

    def kelurahan_name(self, code: str) -> str:
        return self.kelurahan.get(code, code)

    def status(self, code: str) -> str:
        return self.statuses.get(code, code)

    def short(self, code: str) -> str:
        """What a unit or a status is called in an SMS."""
        return short_name(self.short_names, code, self.units[code].name if code in self.units else self.status(code))

    def due_at(self, status: str, category: str, since: int) -> int | None:
        """When what is due now is due by the centre's clock, counted from `since`; None where no clock runs."""
        verify, act = self.days.get(category, (_VERIFY_DAYS, _ACT_DAYS))
        days = days_allowed(Status(status), verify_days=verify, act_days=act)
        return None if days is None else self.calendar.due_at(since, days)


def load_city(connection: sqlite3.Connection) -> City:
    """Read the master data: some milliseconds, so who asks often keeps a `CityCache`."""
    categories = get_table(connection, "kategori")
    return City(
        units={row["code"]: Unit(row["code"], row["name"], row["parent"], row["kind"]) for row in _rows(connection)},
        categories={row["kode"]: row["nama"] for row in categories},
        kelurahan={row["kode_kemendagri"]: row["kelurahan"] for row in get_table(connection, "kelurahan")},
        statuses={row["kode"]: row["label_pelapor"] for row in get_table(connection, "status")},
        calendar=WorkCalendar(date.fromisoformat(row["tanggal"]) for row in get_table(connection, "kalender")),
        days={row["kode"]: (int(row["sla_verifikasi_hk"]), int(row["sla_tindak_lanjut_hk"])) for row in categories},
        usual_unit={row["kode"]: row["opd_bawaan"] for row in categories},
        templates=sms_templates(connection),
        short_names=short_names(connection),
    )


class CityCache:
    """The newest snapshot, read again only when a table changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: list[tuple[str, int, int]] = []
        self._city: City | None = None

    def get(self, connection: sqlite3.Connection) -> City:
        seen = [
            tuple(row) for row in connection.execute("select name, changed_at, length(rows) from master order by name")
        ]
        with self._lock:
            if self._city is None or seen != self._seen:
                self._city, self._seen = load_city(connection), seen
            return self._city


def _rows(connection: sqlite3.Connection) -> Rows:
    return get_table(connection, "unit")
