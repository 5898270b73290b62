"""Complaints from kiosks whose clock is wrong, through the whole exchange (protocol, section 7)."""

from server.actions.fold_entries import fold
from server.actions.receive_bundle import receive_bundle
from server.store import cases
from sync_protocol.bundle import write_bundle

HOUR = 3_600_000
YEAR = 365 * 24 * HOUR


def times_of(centre, entry):
    row = centre.read(lambda c: cases.get_case(c, entry.id))
    return row["claimed_at"], row["filed_at"], row["arrived_at"]


def test_a_dead_battery_is_made_up_for_by_the_head(centre, enrol, clock, send):
    peer = enrol()
    offset = 20 * YEAR
    peer.clock = lambda: clock() - offset
    clock.pass_(10 * HOUR)
    entry, filed = peer.complain(), clock()
    clock.pass_(3 * HOUR)
    peer.sync(send)
    assert times_of(centre, entry) == (filed - offset, filed, clock())


def test_a_clock_that_jumps_without_end_keeps_nothing_from_being_stored(centre, enrol, send):
    peer, other = enrol(), enrol()
    for _ in range(1_100):
        peer.clock_news("jump", jump_ms=2**53 - 1)
    peer.complain()
    entry = other.complain()
    head = peer.session().head(peer.clock())
    bundle = write_bundle([head, *(written.raw for written in (*peer.entries, entry))])
    assert receive_bundle(centre, bundle, via="http").stored == 1_102
    fold(centre)
    assert times_of(centre, peer.entries[-1])[1] == times_of(centre, entry)[1]


def test_a_slow_line_is_no_wrong_clock(centre, enrol, clock):
    peer = enrol()
    clock.pass_(HOUR)
    entry, began = peer.complain(), clock()
    bundle = write_bundle([peer.session().head(began), entry.raw])
    clock.pass_(HOUR // 6)
    later = peer.complain()
    receive_bundle(centre, bundle, via="http", began_at=began)
    receive_bundle(centre, write_bundle([later.raw]), via="usb")
    fold(centre)
    assert times_of(centre, entry) == (began, began, clock())
    assert times_of(centre, later) == (clock(),) * 3


def test_a_right_clock_is_believed_to_the_millisecond(centre, enrol, clock, send):
    peer = enrol()
    peer.clock = lambda: clock() - 1_500
    clock.pass_(HOUR)
    entry = peer.complain()
    clock.pass_(HOUR)
    peer.sync(send)
    claimed, filed, arrived = times_of(centre, entry)
    assert (claimed, filed) == (arrived - HOUR - 1_500,) * 2


def test_a_clock_from_the_future_decides_nothing(centre, enrol, clock, send):
    peer = enrol()
    peer.clock = lambda: clock() + 10 * YEAR
    wild = peer.complain()
    receive_bundle(centre, write_bundle([wild.raw]), via="http")
    peer.clock = clock
    clock.pass_(HOUR)
    good = peer.complain()
    clock.pass_(HOUR)
    peer.sync(send)
    fold(centre)
    assert times_of(centre, wild)[1] == times_of(centre, wild)[2]
    assert times_of(centre, good)[1] == clock() - HOUR


def test_a_stick_with_a_wrong_clock_is_not_before_the_last_contact(centre, enrol, clock, send):
    peer = enrol()
    clock.pass_(HOUR)
    peer.sync(send)
    contact = clock()
    peer.clock = lambda: clock() - 30 * YEAR
    clock.pass_(5 * HOUR)
    entry = peer.complain()
    clock.pass_(24 * HOUR)
    receive_bundle(centre, peer.stick(), via="usb")
    fold(centre)
    assert times_of(centre, entry)[1:] == (contact, clock())


def test_a_backlog_in_many_bundles_keeps_the_contact_before_it(centre, enrol, clock, send):
    peer = enrol()
    clock.pass_(HOUR)
    peer.sync(send)
    contact = clock()
    peer.clock = lambda: 0
    entries = [peer.complain(str(number)) for number in range(6)]
    clock.pass_(9 * HOUR)
    peer.sync(send, budget=700)
    assert {times_of(centre, entry)[1] for entry in entries} == {clock()}
    bounds = centre.read(lambda c: {row[0] for row in c.execute("select not_before from entry where kind = 2")})
    assert bounds == {contact}
