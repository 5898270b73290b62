"""Changing one's own password; the only page that a one-time password opens."""

from functools import partial

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.response import Redirect

from server.actions.change_password import change_password
from server.errors import BusyError, UserError
from server.store.passwords import MIN_LENGTH
from server.web.access import PASSWORD_PATH, signed_in
from server.web.forms import MAX_FORM_BYTES
from server.web.login import with_session
from server.web.page import AnyRequest, Pages, go_to, show


@get(PASSWORD_PATH, opt=signed_in(before_change=True), sync_to_thread=True)
def show_password(request: AnyRequest, pages: NamedDependency[Pages]) -> Response[str]:
    """The form."""
    return _form(request, pages)


@post(PASSWORD_PATH, opt=signed_in(before_change=True), request_max_body_size=MAX_FORM_BYTES)
async def submit_password(request: AnyRequest, pages: NamedDependency[Pages]) -> Response[str] | Redirect:
    """Set the new password, end all other sessions, and go on under a new token."""
    try:
        return await pages.passwords.run(partial(_change, request, pages), is_signed_in=True)
    except BusyError as error:
        return await sync_to_thread(_form, request, pages, status=503, problem=str(error))


def _change(request: AnyRequest, pages: Pages) -> Response[str] | Redirect:
    form = request.state["form"]
    new = form.get("baru", "")
    if new != form.get("ulang", ""):
        return _form(request, pages, status=422, problem="Kata sandi baru dan ulangannya tidak sama.")
    try:
        token = change_password(pages.centre, request.user, form.get("lama", ""), new)
    except UserError as error:
        return _form(request, pages, status=422, problem=str(error))
    return with_session(go_to("/"), request, token)


def _form(request: AnyRequest, pages: Pages, *, status: int = 200, problem: str = "") -> Response[str]:
    forced = request.auth.must_change
    frame = pages.centre.read(lambda connection: pages.frame(connection, request))
    return show(
        "password.html", status=status, frame=frame, forced=forced, problem=problem, min_length=MIN_LENGTH, here="sandi"
    )
