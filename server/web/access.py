"""The door of the pages: who is it, may they enter, and does the form come from our own page.

Each route says in its `opt` who may use it (`open_to_all`, `signed_in`, `needs`); one that says nothing is an error of
ours and answers 500, and a test over the route table fails. Nothing here decides about single cases: that is in
`server/domain/roles.py`.
"""

from typing import Any, Final
from urllib.parse import quote

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.enums import ScopeType
from litestar.exceptions import MethodNotAllowedException, PermissionDeniedException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import Struct

from server.domain.roles import Permission
from server.store.centre import Centre
from server.store.passwords import same_secret
from server.store.sessions import Session, find_session, touch_session
from server.web.forms import CSRF_FIELD, check_origin, read_form

OPT: Final = "access"
LOGIN_PATH: Final = "/masuk"
PASSWORD_PATH: Final = "/sandi"
_SAFE_METHODS = frozenset({"GET", "HEAD"})


class Access(Struct, frozen=True):
    """Who may use a route."""

    anonymous: bool = False
    permission: Permission | None = None
    before_change: bool = False
    """Also while the one-time password has not been changed."""
    by_itself: bool = False
    """Asked by a page that lies open, not by a person: it does not keep the session alive."""


class WrongRoleError(PermissionDeniedException):
    """The page is for other roles."""


class SignInError(Exception):
    """Nobody is signed in; the page asks to do so and then goes on to `wanted`."""

    def __init__(self, wanted: str = "") -> None:
        super().__init__("nobody is signed in")
        self.wanted = wanted


class ChangePasswordError(Exception):
    """The one-time password has to be changed before anything else."""


def open_to_all() -> dict[str, Any]:
    """The route's `opt`: also for people who are not signed in."""
    return {OPT: Access(anonymous=True, before_change=True)}


def signed_in(*, before_change: bool = False) -> dict[str, Any]:
    """The route's `opt`: for everybody who is signed in."""
    return {OPT: Access(before_change=before_change)}


def needs(permission: Permission, *, by_itself: bool = False) -> dict[str, Any]:
    """The route's `opt`: for roles with this permission."""
    return {OPT: Access(permission=permission, by_itself=by_itself)}


def cookie_name(scheme: str) -> str:
    """The session's cookie. Under TLS its name makes the browser insist on Secure, Path=/ and no Domain.

    Plain HTTP (loopback, the demo) cannot have that: a browser would drop the cookie.
    """
    return "__Host-kasih" if scheme == "https" else "kasih"


def session_of(centre: Centre, request: Request[Any, Any, Any]) -> Session | None:
    """The session of a request, if there is one that has not ended."""
    token = request.cookies.get(cookie_name(request.scope["scheme"]), "")
    return centre.read(lambda connection: find_session(connection, token, centre.clock())) if token else None


class Doorkeeper(ASGIMiddleware):
    """Finds the session, and lets through what the route allows and our own page asked for."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    def __deepcopy__(self, _: dict[int, Any]) -> "Doorkeeper":
        """Litestar copies a router that is registered; an opened centre cannot be copied."""
        return self

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Check one request; what it learns goes along as `auth` (the session) and `state.form`."""
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        if request.method == "OPTIONS":
            raise MethodNotAllowedException  # Litestar adds these routes; no page of ours asks for them.
        access: Access = scope["route_handler"].opt[OPT]
        session = await sync_to_thread(self._find, request, access)
        scope["auth"] = session
        scope["user"] = session.viewer if session else None
        changes = request.method not in _SAFE_METHODS
        if changes:
            check_origin(scope["scheme"], request.headers)
        if not access.anonymous:
            _check(session, access, request)
        if changes:
            form = await read_form(request, within_s=self._centre.settings.body_idle_s)
            if session is not None and not same_secret(form.get(CSRF_FIELD, ""), session.csrf):
                raise PermissionDeniedException("the form is not of this session")
            request.state["form"] = form
        await next_app(scope, receive, send)

    def _find(self, request: Request[Any, Any, Any], access: Access) -> Session | None:
        now = self._centre.clock()
        session = session_of(self._centre, request)
        if session is not None and session.is_due(now) and not access.by_itself:
            used = session.token_hash
            self._centre.write(lambda connection: touch_session(connection, used, now))
        return session


def _check(session: Session | None, access: Access, request: Request[Any, Any, Any]) -> None:
    if session is None:
        raise SignInError(_wanted(request))
    if session.must_change and not access.before_change:
        raise ChangePasswordError
    if access.permission is not None and not session.viewer.may(access.permission):
        raise WrongRoleError


def _wanted(request: Request[Any, Any, Any]) -> str:
    """Where somebody wanted to go who must sign in first."""
    if request.method not in _SAFE_METHODS or request.url.path == "/":
        return ""
    query = f"?{request.url.query}" if request.url.query else ""
    return quote(request.url.path + query, safe="")
