"""What a kiosk is told of how a case stands."""

from server.store import cases
from sync_protocol.kinds import Kind


def test_a_kiosk_that_is_let_in_later_is_told_when_an_open_case_is_due(centre, enrol, send):
    peer = enrol()
    entry = peer.complain()
    peer.sync(send)
    due = centre.read(lambda c: cases.get_case(c, entry.id))["due_at"]
    assert due
    second = enrol()
    second.sync(send)
    (status,) = second.received(Kind.STATUS)
    assert (status.case, status.due) == (entry.id.hex(), due)
