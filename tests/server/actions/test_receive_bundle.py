"""What the centre does with a bundle (protocol, section 5)."""

from server.store import cases
from sync_protocol.kinds import Kind


def test_a_complaint_becomes_a_case_and_its_receipt_names_it(centre, enrol, send):
    peer = enrol()
    entry = peer.complain("Lampu jalan mati.")
    stated = peer.sync(send)
    assert stated.body.have == entry.id.hex()
    assert stated.body.root == entry.id.hex()
    case = centre.read(lambda connection: cases.get_case(connection, entry.id))
    assert (case["category"], case["unit"]) == ("AIR", "KEL-53.71.01.1001")
    print([(k, len(peer.received(k))) for k in Kind])
