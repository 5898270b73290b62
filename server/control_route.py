"""`POST /_control/<name>`: commands on this machine reach the writer through the server that holds it."""

import hmac
import logging
from ipaddress import ip_address
from typing import Any, Final

from litestar import Request, Response, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from server.commands import OPERATIONS
from server.control import PREFIX, TOKEN_HEADER
from server.errors import CentreError, PersonError
from server.store.centre import Centre
from sync_protocol.errors import JsonError
from sync_protocol.strict_json import parse

_MAX_BODY: Final = 4_194_304
_LOG = logging.getLogger(__name__)
_Answer = Response[dict[str, Any]]


def control_handler(centre: Centre, token: str) -> HTTPRouteHandler:
    """The route, for whoever can read the token in the data folder."""

    @post(PREFIX + "{name:str}", request_max_body_size=_MAX_BODY, opt={"access": None}, status_code=200)
    async def control(request: Request[Any, Any, Any], name: FromPath[str]) -> _Answer:
        """Carry out one operation."""
        if not _is_ours(request, token):
            return _refusal(404, "not-found", "tidak ada")
        operation = OPERATIONS.get(name)
        if operation is None:
            return _refusal(404, "unknown-operation", f"perintah {name} tidak dikenal server ini")
        try:
            args = parse(await request.body())
            if not isinstance(args, dict):
                return _refusal(400, "json", "bukan objek JSON")
            return Response(await sync_to_thread(operation, centre, args))
        except JsonError as error:
            return _refusal(400, error.code, str(error))
        except PersonError as error:
            return _refusal(409, error.code, str(error))
        except CentreError as error:
            _LOG.error("operation %s failed: %s", name, error)
            return _refusal(503, error.code, str(error))
        except (KeyError, TypeError, ValueError) as error:
            _LOG.exception("operation %s was asked for with other arguments than it takes", name)
            return _refusal(400, "arguments", f"{type(error).__name__}: {error}")

    return control


def _is_ours(request: Request[Any, Any, Any], token: str) -> bool:
    """Whether it comes from this machine and with the token; what a proxy names instead of an address is not here."""
    given, client = request.headers.get(TOKEN_HEADER, ""), request.client
    if client is None or not hmac.compare_digest(given.encode(), token.encode()):
        return False
    try:
        return ip_address(client.host).is_loopback
    except ValueError:
        return False


def _refusal(status: int, code: str, message: str) -> _Answer:
    return Response({"code": code, "message": message}, status_code=status)
