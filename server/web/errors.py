"""What is answered when something goes wrong: a page that says what to do and reveals nothing.

An error of ours is logged under a short id, which the page shows; what was sent is never logged.
"""

import logging
import secrets
import traceback
from typing import Any, Final

from litestar import Response
from litestar.enums import MediaType
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from server.errors import DamagedError, StorageError
from server.store.centre import Centre
from server.web.access import (
    LOGIN_PATH,
    PASSWORD_PATH,
    ChangePasswordError,
    SignInError,
    WrongRoleError,
    session_of,
)
from server.web.formats import ROLES
from server.web.page import AnyRequest, Frame, Pages, go_to, show

_FRAMES: Final = 6
_LOG = logging.getLogger(__name__)
_PAGES: Final = {
    400: ("Permintaan tidak terbaca", "Kembali ke halaman sebelumnya, muat ulang, lalu coba lagi."),
    403: (
        "Tidak terkirim",
        "Halaman ini sudah terlalu lama terbuka. Kembali, muat ulang, lalu kirim lagi.",
    ),
    404: ("Tidak ditemukan", "Alamat ini tidak ada, atau bukan untuk Anda. Periksa nomor laporan."),
    405: ("Cara ini tidak dikenal", "Kembali ke beranda dan mulai dari sana."),
    408: ("Kiriman terputus", "Isian ini tidak sampai utuh: sambungan terlalu lambat. Kirim lagi."),
    413: ("Terlalu besar", "Isian ini terlalu panjang. Perpendek, lalu kirim lagi."),
    415: ("Bentuk kiriman tidak dikenal", "Kirim lewat formulir di halaman ini."),
    500: ("Ada kesalahan pada program", "Bukan salah Anda. Coba lagi; bila terulang, beri tahu admin dengan kode ini:"),
    503: ("Penyimpanan pusat sedang bermasalah", "Belum ada yang tersimpan dari kiriman ini. Coba lagi sebentar."),
}
_WRONG_ROLE: Final = "Halaman ini bukan untuk peran Anda ({role}). Kalau perlu, minta kepada admin pusat."
_DAMAGED: Final = (
    "Isi laporan rusak",
    "Isi yang tersimpan berubah di luar program, jadi langkah ini tidak dilakukan. Minta admin: kasih-server verify",
)
_FOR_PROGRAMS: Final = ("/v1/", "/_control/", "/health")


def on_http_error(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """The framework or a handler refuses a request."""
    status = error.status_code
    if status >= 500:
        return on_bug(request, error)
    if isinstance(error, WrongRoleError):
        return _show(request, status, "Tidak diizinkan", _WRONG_ROLE.format(role=ROLES[request.user.role]))
    return _answer(request, status if status in _PAGES else 400)


def on_bug(request: AnyRequest, error: Exception) -> Response[Any]:
    """Something that we did not think of."""
    code = secrets.token_hex(4)
    where = "".join(traceback.format_tb(error.__traceback__, limit=-_FRAMES))
    _LOG.error("error %s: %s in %s\n%s", code, type(error).__name__, _handler(request), where)
    return _answer(request, 500, code)


def on_storage(request: AnyRequest, error: StorageError) -> Response[Any]:
    """The disk refuses."""
    _LOG.error("storage: %s in %s", error, _handler(request))
    return _answer(request, 503)


def on_damaged(request: AnyRequest, error: DamagedError) -> Response[Any]:
    """What is needed for this step was altered; the other cases are not concerned."""
    _LOG.error("damaged: %s in %s", error, _handler(request))
    return _show(request, 500, *_DAMAGED)


def on_sign_in(_: AnyRequest, error: SignInError) -> Redirect:
    """Nobody is signed in."""
    return go_to(f"{LOGIN_PATH}?lanjut={error.wanted}" if error.wanted else LOGIN_PATH)


def on_change_password(_: AnyRequest, __: ChangePasswordError) -> Redirect:
    """The one-time password comes first."""
    return go_to(PASSWORD_PATH)


def _answer(request: AnyRequest, status: int, code: str = "") -> Response[Any]:
    if request.url.path.startswith(_FOR_PROGRAMS):
        return Response(b"", status_code=status, media_type=MediaType.TEXT)
    return _show(request, status, *_PAGES[status], code)


def _show(request: AnyRequest, status: int, title: str, advice: str, code: str = "") -> Response[Any]:
    frame = _frame(request) if status < 500 else None
    return show("error.html", status=status, frame=frame, here="", title=title, advice=advice, code=code)


def _frame(request: AnyRequest) -> Frame | None:
    """What stands around the page for who is signed in; nothing where that cannot be found out."""
    centre: Centre = request.app.state["centre"]
    try:
        session = request.scope.get("auth") or session_of(centre, request)
        if session is None or session.must_change:
            return None
        request.scope["auth"] = session
        return centre.read(lambda connection: Pages(centre).frame(connection, request))
    except StorageError:
        return None


def _handler(request: AnyRequest) -> str:
    """Which code answered: the handler's name, never the address, in which a number may stand."""
    return str(request.scope.get("route_handler", "the router"))
