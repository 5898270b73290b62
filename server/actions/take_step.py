"""What happens to a case: it is written down and moves the case, in one transaction, or is followed once more later.

Cases that are made again from the ledger follow the same events by the same rule, so they stand where they stood.
"""

import sqlite3
from collections.abc import Iterable
from typing import Any

from msgspec.structs import asdict, replace

from server.domain.case_story import NEW_PIN, CaseEvent, Stand, take
from server.domain.fold import decode_private
from server.errors import StepNotAllowedError
from server.store import cases
from server.store.cases import Case
from server.store.centre import Centre
from server.store.city import City
from server.store.events import append_event
from server.store.keys import CentreKeys


def take_step(
    connection: sqlite3.Connection,
    centre: Centre,
    case_id: bytes,
    event: str,
    *,
    actor: str,
    now: int,
    data: dict[str, Any] | None = None,
) -> sqlite3.Row | None:
    """Let something happen to a case, in the caller's transaction; gives the case as it stands then, None without one.

    Args:
        event: its type: a `Step`, or `NEW_PIN`.
        data: of the event (`append_event`).

    Raises:
        StepNotAllowedError: it cannot happen to a case that stands there.
    """
    case = cases.read_case(connection, case_id)
    if case is None:
        return None
    happened = CaseEvent(0, event, now, data or {})
    cases.update_case(connection, follow_event(centre.keys, centre.cities.get(connection), case, happened))
    append_event(connection, at=now, type=event, actor=actor, case_id=case_id, data=data)
    return cases.get_case(connection, case_id)


def follow_events(keys: CentreKeys, city: City, case: Case, happened: Iterable[CaseEvent]) -> tuple[Case, list[int]]:
    """A new case as its events have left it, and the places of those that cannot have happened to it."""
    impossible = []
    for event in happened:
        try:
            case = follow_event(keys, city, case, event)
        except (StepNotAllowedError, ValueError):
            impossible.append(event.n)
    return case, impossible


def follow_event(keys: CentreKeys, city: City, case: Case, event: CaseEvent) -> Case:
    """A case as one event leaves it.

    Raises:
        StepNotAllowedError: it cannot happen to a case that stands there.
        ValueError: what the event or the case has encrypted was altered.
    """
    if event.type == NEW_PIN:
        pin = keys.decrypt_field(case.id, bytes.fromhex(str(event.data.get("pin")))).decode()
        private = replace(decode_private(keys.decrypt_field(case.id, case.private)), pin=pin)
        return replace(case, private=keys.encrypt_field(case.id, private.encode()))
    stand = Stand(**{name: getattr(case, name) for name in Stand.__struct_fields__})
    return replace(case, **asdict(take(stand, event, city.due_at)))
