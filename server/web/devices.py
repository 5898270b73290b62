"""The kiosks: who is silent, broken, forked or waiting, and what to do."""

import re
import sqlite3
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from server.actions.confirm_device import confirm_device
from server.actions.revoke_device import revoke_device
from server.domain.roles import Permission
from server.errors import PersonError, UnknownDeviceError
from server.store import codes
from server.store.sms import count_waiting
from server.store.troubles import list_troubles
from server.web.access import needs
from server.web.device_state import device_lines
from server.web.forms import MAX_FORM_BYTES
from server.web.page import AnyRequest, Pages, go_to, show
from sync_protocol.kinds import Kind

PATH: Final = "/kios"
_TROUBLES: Final = 50
_LOG: Final = re.compile(r"[0-9a-f]{32}")
_MAX_KNOCKS: Final = 50
"""Logs that knocked, as far as they are shown: each comes with a list of all units."""


@get(PATH, opt=needs(Permission.SEE_DEVICES), sync_to_thread=True)
def show_devices(request: AnyRequest, pages: NamedDependency[Pages]) -> Response[str]:
    """All kiosks, the faulty ones first."""
    return _answer(request, pages)


@post(
    PATH + "/{log:str}/konfirmasi",
    opt=needs(Permission.MANAGE_DEVICES),
    sync_to_thread=True,
    request_max_body_size=MAX_FORM_BYTES,
)
def submit_confirm(log: FromPath[str], request: AnyRequest, pages: NamedDependency[Pages]) -> Response[str] | Redirect:
    """Let a kiosk in."""
    unit = request.state["form"].get("unit", "") or None
    try:
        confirm_device(pages.centre, _read_log(log), actor=request.user.name, unit=unit)
    except UnknownDeviceError:
        raise NotFoundException from None
    except PersonError as error:
        return _answer(request, pages, status=422, problem=str(error))
    return go_to(PATH)


@post(
    PATH + "/{log:str}/cabut",
    opt=needs(Permission.MANAGE_DEVICES),
    sync_to_thread=True,
    request_max_body_size=MAX_FORM_BYTES,
)
def submit_revoke(log: FromPath[str], request: AnyRequest, pages: NamedDependency[Pages]) -> Response[str] | Redirect:
    """Take a kiosk's trust away."""
    if request.state["form"].get("yakin") != "ya":
        return _answer(request, pages, status=422, problem="Centang dulu bahwa Anda yakin ingin mencabut kios ini.")
    try:
        revoke_device(pages.centre, _read_log(log), actor=request.user.name)
    except UnknownDeviceError:
        raise NotFoundException from None
    except PersonError as error:
        return _answer(request, pages, status=422, problem=str(error))
    return go_to(PATH)


def _read_log(log: str) -> bytes:
    if not _LOG.fullmatch(log):
        raise NotFoundException
    return bytes.fromhex(log)


def _answer(request: AnyRequest, pages: Pages, *, status: int = 200, problem: str = "") -> Response[str]:
    def contents(connection: sqlite3.Connection) -> dict[str, Any]:
        frame = pages.frame(connection, request)
        knocks = codes.list_knocks(connection, _MAX_KNOCKS)
        return {
            "frame": frame,
            "lines": device_lines(connection, frame.now),
            "troubles": list_troubles(connection, _TROUBLES),
            "waiting_sms": count_waiting(connection),
            "kinds": {kind.value: kind.name for kind in Kind},
            "knocks": knocks,
            "more_knocks": codes.count_knocks(connection) - len(knocks),
        }

    context = pages.centre.read(contents)
    return show("devices.html", status=status, here="kios", problem=problem, path=PATH, **context)
