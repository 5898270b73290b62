"""`GET /health`: can the centre keep a promise right now?"""

import sqlite3

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from server.errors import StorageError
from server.store import ledger, troubles
from server.store.centre import Centre

_KEY = "health_at"


def health_handler(centre: Centre) -> HTTPRouteHandler:
    """The route; it needs no login and tells nothing about cases."""

    @get("/health", sync_to_thread=True, opt={"access": None})
    def health() -> Response[dict[str, object]]:
        """200 when a small write was committed durably, else 503."""
        now = centre.clock()

        def probe(connection: sqlite3.Connection) -> int:
            troubles.set_meta(connection, _KEY, str(now))
            return ledger.last_n(connection) - troubles.folded_upto(connection)

        try:
            unfolded = centre.write(probe)
        except StorageError:
            return Response({"ok": False, "sqlite": sqlite3.sqlite_version}, status_code=503)
        return Response({"ok": True, "sqlite": sqlite3.sqlite_version, "unfolded": max(unfolded, 0)}, status_code=200)

    return health
