"""What of the kiosk's own log counts as received, by the centre's last HEAD (docs/protocol.md, section 4)."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from kiosk_agent.control import Control
from kiosk_agent.intake import Form
from sync_protocol.bodies import MAX_WANT
from sync_protocol.reply import Reply

FOREIGN = 0
"""In place of a seq: an id that this kiosk does not hold, such as a clone's."""


@pytest.mark.parametrize(
    ("have", "root", "want", "received"),
    [
        (7, 7, [], 7),
        (7, 3, [5], 3),
        (7, 2, [4, 6], 2),
        (6, 5, [], 6),
        (3, 6, [], 6),
        (5, 5, [7], 5),
        (FOREIGN, 4, [], 4),
        (FOREIGN, FOREIGN, [], 0),
        (7, FOREIGN, [], 7),
        (7, FOREIGN, [4], 0),
        (7, FOREIGN, [FOREIGN] * (MAX_WANT - 1), 7),
        (7, FOREIGN, [FOREIGN] * MAX_WANT, 0),
        (7, 3, [FOREIGN] * MAX_WANT, 3),
        (7, 7, [FOREIGN] * MAX_WANT, 7),
        (7, 7, [4], 3),
        (7, 7, [1], 0),
    ],
)
def test_what_the_centre_wants_and_what_it_may_want_unseen_is_not_received(
    control: Control, form: Callable[..., Form], have: int, root: int, want: list[int], received: int
) -> None:
    for _ in range(6):
        control.kiosk.intake.file(form())
    state(control, have, root, want)
    assert control.kiosk.store.received_seq() == received
    assert control.status().queue == 7 - max(1, received)


@pytest.mark.parametrize(("root", "received"), [(4, 4), (FOREIGN, 4)])
def test_what_the_centre_knows_to_be_lost_is_not_waited_for(
    control: Control, form: Callable[..., Form], root: int, received: int
) -> None:
    store = control.kiosk.store
    for _ in range(2):
        control.kiosk.intake.file(form())
    gone = store.own_at(2)
    assert gone is not None
    state(control, 3, FOREIGN, [2])
    store.report_lost(gone)
    assert store.received_seq() == 0, "the LOST has not arrived"
    state(control, 4, root, [2])
    assert store.received_seq() == received


def state(control: Control, have: int, root: int, want: list[int]) -> None:
    """Take a HEAD of the centre that says so much of the kiosk's log."""
    store = control.kiosk.store
    stated, pinned = store.last_stated(), store.pinned
    assert stated is not None
    assert pinned is not None
    ids = {held.seq: held.id.hex() for held in store.own_after(0)} | {FOREIGN: "f0" * 32}
    body = replace(stated.body, have=ids[have], root=ids[root], want=[ids[seq] for seq in want])
    store.take(Reply(head=replace(stated, body=body), entries=[], transient=[], skipped=0), pinned)
