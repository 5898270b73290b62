"""Signing in and out."""

import re
from functools import partial
from typing import Final

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.response import Redirect

from server.actions.sign_in import sign_in, sign_out
from server.errors import BusyError, LoginRefusedError
from server.web.access import LOGIN_PATH, cookie_name, open_to_all, signed_in
from server.web.forms import MAX_FORM_BYTES
from server.web.page import AnyRequest, Pages, go_to, show

_SAFE_PATH: Final = re.compile(r"/[A-Za-z0-9._~/-]*(?:\?[A-Za-z0-9._~=&%+-]*)?")
_MAX_PATH: Final = 1_000


@get(LOGIN_PATH, opt=open_to_all(), sync_to_thread=True)
def show_login(request: AnyRequest, pages: NamedDependency[Pages]) -> Response[str] | Redirect:
    """The form to sign in."""
    if request.auth is not None:
        return go_to("/")
    return _form(pages, onward=request.query_params.get("lanjut", ""))


@post(LOGIN_PATH, opt=open_to_all(), request_max_body_size=MAX_FORM_BYTES)
async def submit_login(request: AnyRequest, pages: NamedDependency[Pages]) -> Response[str] | Redirect:
    """Begin a session, always under a new token."""
    form = request.state["form"]
    name, onward = form.get("nama", ""), form.get("lanjut", "")
    cookie = cookie_name(request.scope["scheme"])
    begin = partial(sign_in, pages.centre, name, form.get("sandi", ""), replaced=request.cookies.get(cookie, ""))
    try:
        token = await pages.passwords.run(begin, is_signed_in=False)
    except LoginRefusedError as error:
        return _form(pages, status=403, name=name, onward=onward, problem=str(error))
    except BusyError as error:
        return _form(pages, status=503, name=name, onward=onward, problem=str(error))
    return with_session(go_to(safe_path(onward)), request, token)


@post("/keluar", opt=signed_in(before_change=True), sync_to_thread=True, request_max_body_size=MAX_FORM_BYTES)
def submit_logout(request: AnyRequest, pages: NamedDependency[Pages]) -> Redirect:
    """End the session."""
    sign_out(pages.centre, request.auth.token_hash)
    return without_session(go_to(LOGIN_PATH), request)


def with_session(answer: Redirect, request: AnyRequest, token: str) -> Redirect:
    """Give the browser its token; it forgets it when it is closed."""
    answer.set_cookie(_cookie(request, token))
    return answer


def without_session(answer: Redirect, request: AnyRequest) -> Redirect:
    """Take the token back from the browser."""
    answer.set_cookie(_cookie(request, "", max_age=0))
    return answer


def safe_path(onward: str) -> str:
    """Where to go after login: an address of ours, else the front page."""
    is_ours = len(onward) <= _MAX_PATH and _SAFE_PATH.fullmatch(onward) and "//" not in onward
    return onward if is_ours else "/"


def _cookie(request: AnyRequest, token: str, max_age: int | None = None) -> Cookie:
    scheme = request.scope["scheme"]
    return Cookie(
        key=cookie_name(scheme),
        value=token,
        path="/",
        secure=scheme == "https",
        httponly=True,
        samesite="strict",
        max_age=max_age,
    )


def _form(pages: Pages, *, status: int = 200, name: str = "", onward: str = "", problem: str = "") -> Response[str]:
    return show(
        "login.html",
        status=status,
        city_name=pages.centre.settings.city,
        name=name[:40],
        onward=safe_path(onward),
        problem=problem,
    )
