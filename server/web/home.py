"""The front page: what waits for whom, what came in last, and whether the centre itself is well."""

import sqlite3
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency

from server.domain.deadlines import wita
from server.domain.roles import Permission, Role
from server.store import duty, inbox
from server.store.backups import last_backup_at
from server.store.inbox import Filters
from server.web.access import signed_in
from server.web.case_row import case_row
from server.web.device_state import Level, device_lines
from server.web.page import AnyRequest, Frame, Pages, show

_FEW: Final = 5
_BACKUP_MS: Final = 24 * 3_600_000
_NEXT_YEAR_FROM_MONTH: Final = 10


@get("/", opt=signed_in(), sync_to_thread=True)
def show_home(request: AnyRequest, pages: NamedDependency[Pages]) -> Response[str]:
    """What to begin the day with."""
    return show("home.html", here="beranda", **pages.centre.read(lambda c: _contents(c, request, pages)))


def _contents(connection: sqlite3.Connection, request: AnyRequest, pages: Pages) -> dict[str, Any]:
    frame = pages.frame(connection, request)
    viewer, now = frame.viewer, frame.now

    def few(filters: Filters) -> list[Any]:
        rows = inbox.list_cases(connection, viewer.scope, filters, now=now)[:_FEW]
        return [case_row(row, centre=pages.centre, viewer=viewer, city=frame.city, now=now) for row in rows]

    sees_devices = viewer.may(Permission.SEE_DEVICES)
    return {
        "frame": frame,
        "urgent": few(Filters()),
        "newest": few(Filters(status=inbox.ALL, order="baru")),
        "devices": [line for line in device_lines(connection, now) if line.level > Level.FINE][:_FEW]
        if sees_devices
        else [],
        "warnings": _warnings(connection, frame) if viewer.role is Role.ADMIN else [],
    }


def _warnings(connection: sqlite3.Connection, frame: Frame) -> list[str]:
    """What an admin should know of the centre itself."""
    warnings = []
    last = last_backup_at(connection)
    if last is None:
        warnings.append("Belum ada cadangan. Jalankan: kasih-server backup BERKAS --data FOLDER.")
    elif frame.now - last > _BACKUP_MS:
        warnings.append(f"Cadangan terakhir sudah {(frame.now - last) // 86_400_000} hari lalu.")
    today = wita(frame.now)
    wanted = today.year + (today.month >= _NEXT_YEAR_FROM_MONTH)
    if frame.city.calendar.last_year < wanted:
        warnings.append(f"Kalender libur dan cuti bersama {wanted} belum diisi: tenggat dapat salah.")
    if not duty.holders(connection):
        warnings.append(
            "Tidak ada yang memegang kunci tugas: laporan RAHASIA tidak dapat dibuka. Beri petugas dengan kunci"
            " pemulihan dari kertas: kasih-server user grant NAMA --data FOLDER --recovery."
        )
    return warnings
