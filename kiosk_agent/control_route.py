"""`POST /_control/<name>`: how the other commands reach the data while `run` holds it."""

import hmac
import logging
from collections.abc import Callable
from typing import Any, Final

import msgspec
from litestar import MediaType, Request, Response, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from kiosk_agent.access import PREFIX, TOKEN_HEADER, EnrolRequest, FileRequest, Refusal
from kiosk_agent.control import Control
from kiosk_agent.errors import IntakeError, KioskError
from kiosk_agent.sync.usb import MAX_FILE

log = logging.getLogger(__name__)

Operation = Callable[[Control, bytes], Any]


def _file(control: Control, body: bytes) -> Any:
    asked = msgspec.json.decode(body, type=FileRequest)
    return control.file(asked.line, asked.ref)


def _enrol(control: Control, body: bytes) -> Any:
    asked = msgspec.json.decode(body, type=EnrolRequest)
    return control.enrol(asked.server, asked.code)


OPERATIONS: Final[dict[str, Operation]] = {
    "ping": lambda control, body: {},  # noqa: ARG005
    "file": _file,
    "status": lambda control, body: control.status(),  # noqa: ARG005
    "sync": lambda control, body: control.sync(),  # noqa: ARG005
    "enrol": _enrol,
    "export": lambda control, body: control.export(),  # noqa: ARG005
    "import": lambda control, body: control.import_(body),
    "quarantine": lambda control, body: control.quarantine(with_content=body == b"content"),
}


def control_handler(control: Control, token: str) -> HTTPRouteHandler:
    """The route, for who can read the token in the data folder."""

    @post(PREFIX + "{name:str}", status_code=200, request_max_body_size=MAX_FILE)
    async def perform(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
        """Carry out one command."""
        given = request.headers.get(TOKEN_HEADER, "")
        operation = OPERATIONS.get(name)
        if operation is None or not hmac.compare_digest(given.encode(), token.encode()):
            return _answer(404, {})
        body = await request.body()
        try:
            return _answer(200, await sync_to_thread(operation, control, body))
        except KioskError as error:
            field = error.field if isinstance(error, IntakeError) else ""
            return _answer(422, Refusal(code=error.code, error=str(error), field=field))

    return perform


def _answer(status: int, body: Any) -> Response[bytes]:
    return Response(msgspec.json.encode(body), status_code=status, media_type=MediaType.JSON)
