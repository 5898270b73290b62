"""What people did at the centre, as a hash chain: a row that was changed, left out or slipped in shows."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Any, Final, TypeVar

from server.domain.case_story import CaseEvent
from server.store.keys import CentreKeys
from server.store.troubles import get_meta, set_meta

DOMAIN: Final = b"kasih event v1\n"
FIRST: Final = bytes(32)
_CHUNK: Final = 400  # SQLite before 3.32 takes 999 parameters.
EVENT_HEAD: Final = "event_head"
"""In `meta`: the hash of the newest event, so that missing rows at the end show too."""
HEAD_SEAL: Final = "event_head_seal"
"""In `meta`: its seal (`CentreKeys.seal_head`), so that who has the database alone cannot compute the chain anew."""
T = TypeVar("T")


def append_event(
    connection: sqlite3.Connection,
    *,
    at: int,
    type: str,  # noqa: A002  The column's name.
    actor: str,
    case_id: bytes | None = None,
    data: dict[str, Any] | None = None,
) -> int:
    """Add an event at the end of the chain; give its place.

    Args:
        at: the centre's clock, Unix milliseconds.
        actor: the user's name, or `cli` for the administrator on the machine.
        data: what else there is to say; never the words or the name of a resident.
    """
    last = connection.execute("select n, hash from event order by n desc limit 1").fetchone()
    text = json.dumps(data or {}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    number = (last["n"] if last else 0) + 1
    chained = event_hash(last["hash"] if last else FIRST, number, at, case_id, type, actor, text)
    connection.execute(
        "insert into event (n, at, case_id, type, actor, data, hash)"
        " values (:n, :at, :case_id, :type, :actor, :data, :hash)",
        {"n": number, "at": at, "case_id": case_id, "type": type, "actor": actor, "data": text, "hash": chained},
    )
    set_meta(connection, EVENT_HEAD, chained.hex())
    return int(number)


def event_hash(before: bytes, n: int, at: int, case_id: bytes | None, type_: str, actor: str, data: str) -> bytes:
    """The hash of an event: SHA-256 over the hash before it and its own fields."""
    fields = [n, at, case_id.hex() if case_id else None, type_, actor, data]
    return sha256(DOMAIN + before + json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()).digest()


def sealing(connection: sqlite3.Connection, keys: CentreKeys, work: Callable[[sqlite3.Connection], T]) -> T:
    """Run work in its transaction, and seal the end of the chain where it has got longer.

    Only what follows an end that bears our seal is sealed: a chain that somebody has written anew never gets one.
    """
    before, seal = get_meta(connection, EVENT_HEAD), get_meta(connection, HEAD_SEAL)
    result = work(connection)
    if get_meta(connection, EVENT_HEAD) != before and seal == keys.seal_head(before or ""):
        seal_end(connection, keys)
    return result


def seal_end(connection: sqlite3.Connection, keys: CentreKeys) -> None:
    """Seal the chain as it is: a new one, or one that an earlier version has left unsealed."""
    seal = keys.seal_head(get_meta(connection, EVENT_HEAD) or "")
    if seal is not None:
        set_meta(connection, HEAD_SEAL, seal)


def newest_key_event(connection: sqlite3.Connection, user: str) -> sqlite3.Row | None:
    """What was last decided about the key pair of a user; None for one that nobody added.

    In an earlier version a change of a password named its user as the actor alone.
    """
    found: sqlite3.Row | None = connection.execute(
        "select * from event where type in ('user-added', 'password-reset', 'password-changed')"
        " and coalesce(json_extract(data, '$.user'), actor) = :user order by n desc limit 1",
        {"user": user},
    ).fetchone()
    return found


def all_events(connection: sqlite3.Connection) -> Iterator[sqlite3.Row]:
    """All events in their order."""
    yield from connection.execute("select * from event order by n")


def events_of_case(connection: sqlite3.Connection, case_id: bytes) -> list[sqlite3.Row]:
    """What was done with a case, in order."""
    return connection.execute("select * from event where case_id = :id order by n", {"id": case_id}).fetchall()


def events_of_cases(connection: sqlite3.Connection, ids: Sequence[bytes]) -> dict[bytes, list[CaseEvent]]:
    """What was done with any of these cases, in order; of one that nothing was done with there is no list."""
    found: dict[bytes, list[CaseEvent]] = {}
    for at in range(0, len(ids), _CHUNK):
        chunk = ids[at : at + _CHUNK]
        marks = ",".join("?" * len(chunk))
        for row in connection.execute(f"select * from event where case_id in ({marks}) order by n", chunk):  # noqa: S608
            found.setdefault(row["case_id"], []).append(case_event(row))
    return found


def case_event(row: sqlite3.Row) -> CaseEvent:
    """An event as the story of its case is told by it."""
    return CaseEvent(row["n"], row["type"], row["at"], read_data(row["data"]))


def read_data(text: str) -> dict[str, Any]:
    """What an event says besides its type; nothing where it cannot be read: then the chain names its row."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
