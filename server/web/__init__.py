"""The centre's pages: one module, one template and one style sheet a page, in Bahasa Indonesia; no form needs scripts.

`app.py` takes three things from here: `web_routes`, `error_handlers` and `before_send`.
"""

from pathlib import Path
from typing import Any

from litestar import Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler

from server.errors import DamagedError, StorageError
from server.store.centre import Centre
from server.web import case, cases, devices, errors, home, login, password, secret
from server.web.access import ChangePasswordError, Doorkeeper, SignInError
from server.web.headers import add_headers
from server.web.page import Pages

before_send = [add_headers]
"""Hooks for the application: the headers of every response, errors included."""


def web_routes(centre: Centre) -> list[ControllerRouterHandler]:
    """All pages of the centre, behind their door, and the files that they refer to."""
    pages = Pages(centre)
    return [
        Router(
            "/",
            route_handlers=[
                login.show_login,
                login.submit_login,
                login.submit_logout,
                password.show_password,
                password.submit_password,
                home.show_home,
                cases.show_cases,
                cases.count_new,
                case.show_case,
                case.submit_verify,
                case.submit_unmask,
                secret.show_secret,
                secret.submit_secret,
                secret.submit_summary,
                devices.show_devices,
                devices.submit_confirm,
                devices.submit_revoke,
            ],
            dependencies={"pages": Provide(lambda: pages, sync_to_thread=False)},
            middleware=[Doorkeeper(centre)],
            include_in_schema=False,
        ),
        create_static_files_router(path="/static", directories=[Path(__file__).parent / "static"]),
    ]


def error_handlers() -> dict[Any, Any]:
    """What the application answers when something goes wrong."""
    return {
        HTTPException: errors.on_http_error,
        SignInError: errors.on_sign_in,
        ChangePasswordError: errors.on_change_password,
        StorageError: errors.on_storage,
        DamagedError: errors.on_damaged,
        Exception: errors.on_bug,
    }
