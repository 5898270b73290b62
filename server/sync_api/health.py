"""`GET /health`: can the centre keep a promise right now?"""

import sqlite3

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from server.errors import StorageError
from server.store import ledger, troubles
from server.store.centre import Centre
from server.store.look_over import look_at_edges

_KEY = "health_at"


def health_handler(centre: Centre) -> HTTPRouteHandler:
    """The route; it needs no login and tells nothing about cases."""

    @get("/health", sync_to_thread=True, opt={"access": None})
    def health() -> Response[dict[str, object]]:
        """200 when a small write was committed durably and the ledger can be read, else 503."""
        now = centre.clock()

        def probe(connection: sqlite3.Connection) -> int:
            troubles.set_meta(connection, _KEY, str(now))
            return ledger.last_n(connection) - troubles.folded_upto(connection)

        try:
            unfolded = centre.write(probe)
            centre.read(look_at_edges)
        except StorageError:
            return _refusal()
        if centre.is_damaged:
            return _refusal()
        return Response({"ok": True, "sqlite": sqlite3.sqlite_version, "unfolded": max(unfolded, 0)}, status_code=200)

    return health


def _refusal() -> Response[dict[str, object]]:
    return Response({"ok": False, "sqlite": sqlite3.sqlite_version}, status_code=503)
