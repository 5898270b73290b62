"""Tell the kiosks of the unit where a case was filed how it stands (protocol, section 3)."""

import sqlite3

from server.store import cases, devices
from server.store.centre import Centre
from server.store.down import append_down
from sync_protocol.bodies import Status
from sync_protocol.kinds import Kind


def announce(
    connection: sqlite3.Connection,
    centre: Centre,
    case_id: bytes,
    *,
    now: int,
    due: int | None = None,
    box: bytes = b"",
) -> int:
    """Add a STATUS for every active device of the filing unit, in the caller's transaction; give their number.

    Args:
        due: when the next step is due, Unix milliseconds, 0 where nothing is; None for what the case says.
        box: the answer, readable with the PIN alone.
    """
    case = cases.get_case(connection, case_id)
    if case is None:
        return 0
    receivers = devices.active_in_unit(connection, case["unit"])
    for device in receivers:
        append_down(connection, centre, device, Kind.STATUS, status_of(case, due=due, box=box), now)
    return len(receivers)


def status_of(case: sqlite3.Row, *, due: int | None = None, box: bytes = b"") -> Status:
    """How a case stands, as a kiosk is told."""
    return Status(
        case=case["id"].hex(),
        status=case["status"],
        unit=case["handler"],
        at=case["changed_at"],
        due=(case["due_at"] or 0) if due is None else due,
        box=box,
    )
