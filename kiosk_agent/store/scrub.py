"""Looking for what has rotted on the disk: SQLite itself does not notice a flipped bit in a record."""

import logging
from typing import Final

from kiosk_agent.store import facts, own_log, server_log
from kiosk_agent.store.store import Store

log = logging.getLogger(__name__)

_PAGE: Final = 64


def scrub(store: Store) -> int:
    """Read every record; returns how many of the own log cannot be read any more.

    Those are told to the centre by HEALTH, and by a LOST where it still wants them. Of the server's log, rotten entries
    are forgotten, so that the next exchange fetches them again. A broken index is built anew.

    Raises:
        DiskError: the disk is at fault.
    """
    rotted: set[int] = set()
    for held in store.own_after(0):
        if held.raw is None:
            rotted.add(held.seq)
            log.error("the record at seq %d has rotted", held.seq)
        elif store.own(held.id) is None:
            log.error("the index of the log has rotted; it is built anew")
            with store.disk.writing() as connection:
                own_log.mend(connection, store.is_mine)
    dropped = _find_rotten(store)
    with store.disk.writing() as connection:
        if dropped:
            server_log.drop(connection, dropped)
        facts.put(connection, facts.ROTTED, facts.write_seqs(rotted))
    if dropped:
        log.error("%d entries of the server had rotted; they are fetched again", len(dropped))
        store.forget()
    return len(rotted)


def _find_rotten(store: Store) -> list[int]:
    """Look through the server's log page by page, so that nobody's KIRIM has to wait."""
    found: list[int] = []
    n: int | None = 0
    while n is not None:
        with store.disk.reading() as connection:
            page, n = server_log.rotten(connection, n, _PAGE)
        found += page
    return found
