"""What a device says of another device's entries changes nothing for that one."""

import pytest

from server.actions.receive_bundle import receive_bundle
from server.actions.revoke_device import revoke_device
from server.audit import audit
from server.audit.state import Audit
from server.store import holes
from sync_protocol.bodies import Clock, Lost
from sync_protocol.bundle import write_bundle
from sync_protocol.entry import parse_entry
from sync_protocol.kinds import Kind
from sync_protocol.packing import pack


def wanted(centre, peer):
    return centre.read(lambda connection: holes.wanted(connection, peer.log, 32, 0))


def bring(centre, *entries):
    """As a courier does."""
    return receive_bundle(centre, write_bundle(entry.raw for entry in entries), via="usb")


def findings(centre):
    return [str(finding) for finding in centre.read(lambda connection: list(audit(Audit(connection, centre.keys))))]


@pytest.fixture
def peers(enrol):
    """An honest device with three complaints that nobody has brought yet, and one that means harm."""
    honest, hostile = enrol(), enrol()
    for number in range(3):
        honest.complain(f"laporan {number}")
    return honest, hostile


def claim_as_parent(centre, hostile, entry):
    bring(centre, hostile.write(Kind.CLOCK, Clock(reason="boot").encode(), seq=entry.seq + 1, prev=entry.id))


def claim_as_lost(centre, hostile, entry):
    body = Lost(seq=entry.seq, id=entry.id.hex(), prev=entry.prev.hex()).encode()
    bring(centre, hostile.write(Kind.LOST, body, seq=2, prev=hostile.entries[0].id))


@pytest.mark.parametrize("claim", [claim_as_parent, claim_as_lost])
def test_a_hole_is_asked_for_whoever_else_speaks_of_the_entry(centre, peers, send, claim):
    honest, hostile = peers
    first, hole, last = honest.entries[-3:]
    claim(centre, hostile, hole)
    bring(centre, first, last)
    assert wanted(centre, honest) == [hole.id]
    assert findings(centre) == []
    bring(centre, hole)
    assert wanted(centre, honest) == []
    assert honest.sync(send).body.root == last.id.hex()
    assert findings(centre) == []


@pytest.mark.parametrize("claim", [claim_as_parent, claim_as_lost])
def test_an_entry_that_has_rotted_can_be_reported_whoever_else_speaks_of_it(centre, peers, send, claim):
    honest, hostile = peers
    rotten = honest.entries[-2]
    claim(centre, hostile, rotten)
    honest.rot(rotten)
    stated = honest.sync(send)
    assert stated.body.root == honest.entries[-1].id.hex()
    assert stated.body.want == [rotten.id.hex()]
    assert findings(centre) == []


@pytest.mark.parametrize("claim", [claim_as_parent, claim_as_lost])
def test_what_is_held_of_one_device_is_no_part_of_another_s_chain(centre, peers, send, claim):
    honest, hostile = peers
    honest.sync(send)
    claim(centre, hostile, honest.entries[-1])
    assert wanted(centre, honest) == []
    assert findings(centre) == []


def test_what_is_marked_as_sealed_reports_nothing_lost(centre, peers):
    honest, hostile = peers
    body = Lost(seq=3, id=honest.entries[-1].id.hex(), prev=bytes(32).hex()).encode()
    hostile.intake = centre.keys.intake_public
    bring(centre, hostile.write(Kind.NOTE, body, seq=2, prev=hostile.entries[0].id))
    marked = pack(body)
    header = bytes([1, Kind.LOST]) + bytes(6) + (3).to_bytes(4) + b"\1\2\3\4" + hostile.log + hostile.entries[0].id
    message = parse_entry(header + marked + bytes(64)).message
    assert bring(centre, parse_entry(header + marked + hostile.signer.sign(message))).stored == 1
    assert not centre.read(lambda connection: holes.has_tombstones(connection, hostile.log))
    assert findings(centre) == []


def test_what_a_device_in_quarantine_reports_lost_is_no_false_alarm(centre, enrol, send):
    peer = enrol()
    entries = [peer.complain(str(number)) for number in range(3)]
    revoke_device(centre, peer.log, actor="test")
    peer.rot(entries[1])
    peer.sync(send)
    assert centre.read(lambda connection: holes.has_tombstones(connection, peer.log))
    assert findings(centre) == []
