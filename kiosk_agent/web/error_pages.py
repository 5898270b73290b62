"""What people see when a page cannot be shown: one sentence that says what to do, and no detail of the request."""

import logging
from typing import Any, Final

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Template
from litestar.types import ExceptionHandlersMap

from kiosk_agent.web.texts import Texts

SAID: Final = frozenset({400, 403, 404, 413})
log = logging.getLogger(__name__)


def show_error(_: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The page of an error. A wrong request is no fault of ours, anything else is logged with its place alone."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status >= 500:
        # No exc_info: a traceback's last line may quote what a resident wrote.
        log.error("a page failed: %s at %s", type(error).__name__, _place(error))
    said = status if status in SAID else 500 if status >= 500 else 400
    texts = Texts({})
    return Template("error.html", context={"t": texts, "message": texts(f"galat.{said}")}, status_code=status)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "?" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"


ERROR_PAGES: ExceptionHandlersMap = {HTTPException: show_error, Exception: show_error}
