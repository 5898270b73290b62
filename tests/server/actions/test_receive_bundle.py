"""What the centre does with a bundle (protocol, section 5)."""

import pytest

from server.actions.fold_entries import fold
from server.actions.receive_bundle import receive_bundle
from server.store import cases, codes, devices, holes, ledger
from sync_protocol.bundle import MAGIC, write_bundle
from sync_protocol.errors import NotABundleError
from sync_protocol.kinds import Kind
from sync_protocol.reply import read_reply
from tests.peers import Peer, RefusedError


def stored(centre):
    return centre.read(lambda c: [row["id"] for row in ledger.all_entries(c)])


def case_ids(centre):
    return {row["id"] for row in centre.read(lambda c: list(cases.all_cases(c)))}


def device_of(centre, peer):
    return centre.read(lambda c: devices.get_device(c, peer.log))


def receive(centre, peer, entries, *, with_head=True, via="http"):
    head = [peer.session().head(peer.clock())] if with_head else []
    received = receive_bundle(centre, write_bundle([*head, *(entry.raw for entry in entries)]), via=via)
    fold(centre)
    return received


def stated_in(peer, received):
    return read_reply(received.reply, peer.pinned)[0].head


def test_a_complaint_becomes_a_case_and_the_receipt_names_it(centre, enrol, send):
    peer = enrol()
    entry = peer.complain("Lampu jalan mati.")
    stated = peer.sync(send)
    assert stated.body.have == entry.id.hex()
    assert stated.body.root == entry.id.hex()
    assert stated.body.want == []
    case = centre.read(lambda c: cases.get_case(c, entry.id))
    assert (case["category"], case["unit"], case["status"]) == ("AIR", "KEL-53.71.01.1001", "BELUM_VERIFIKASI")


def test_an_exchange_of_new_complaints_is_one_round_trip(enrol, send):
    peer = enrol()
    for number in range(20):
        peer.complain(f"Sampah menumpuk {number}.")
    before = peer.exchanges
    peer.sync(send)
    assert peer.exchanges == before + 1


def test_the_same_bundle_twice_is_stored_once(centre, enrol):
    peer = enrol()
    entry = peer.complain()
    first, second = receive(centre, peer, [entry]), receive(centre, peer, [entry])
    assert (first.stored, first.known) == (1, 0)
    assert (second.stored, second.known) == (0, 1)
    assert stated_in(peer, second).body.have == entry.id.hex()
    assert stored(centre).count(entry.id) == 1


def test_the_same_entry_twice_in_a_bundle_is_stored_once(centre, enrol):
    peer = enrol()
    entry = peer.complain()
    assert receive(centre, peer, [entry, entry]).stored == 1


def test_without_magic_it_is_no_bundle(centre):
    for data in (b"", b"KASIH", b"GET / HTTP/1.1\r\n\r\n", b"\0" * 100):
        with pytest.raises(NotABundleError):
            receive_bundle(centre, data, via="http")


def test_entries_of_an_unknown_log_are_counted_and_not_stored(centre, clock):
    stranger = Peer(centre.keys.sign_public, intake=centre.keys.intake_public, clock=clock)
    entry = stranger.complain()
    received = receive_bundle(centre, write_bundle([entry.raw]), via="http")
    assert (received.known_log, received.foreign, received.stored, received.reply) == (False, 1, 0, None)
    assert stored(centre) == []


def test_a_courier_without_head_is_stored_and_not_answered(centre, enrol):
    one, two = enrol(), enrol()
    entries = [one.complain(), two.complain()]
    received = receive_bundle(centre, write_bundle(entry.raw for entry in entries), via="http")
    assert (received.known_log, received.stored, received.reply) == (True, 2, None)


def test_a_courier_may_carry_known_entries_again_without_a_write(centre, enrol, monkeypatch):
    peer = enrol()
    entry = peer.complain()
    receive(centre, peer, [entry])
    monkeypatch.setattr(centre, "write", lambda work: pytest.fail("wrote"))
    received = receive_bundle(centre, write_bundle([entry.raw]), via="http")
    assert (received.known_log, received.known) == (True, 1)


def test_a_bad_signature_is_counted_and_costs_its_neighbours_nothing(centre, enrol):
    peer = enrol()
    entries = [peer.complain(), peer.complain(), peer.complain()]
    forged = entries[1].raw[:-1] + bytes([entries[1].raw[-1] ^ 1])
    head = peer.session().head(peer.clock())
    received = receive_bundle(centre, write_bundle([head, entries[0].raw, forged, entries[2].raw]), via="http")
    assert (received.stored, received.unsigned) == (2, 1)
    assert device_of(centre, peer)["skipped"] == 1
    assert stated_in(peer, received).body.want == [entries[1].id.hex()]


def test_an_entry_that_another_device_signed_is_not_stored_under_this_log(centre, enrol):
    peer, other = enrol(), enrol()
    other.log = peer.log
    received = receive_bundle(centre, write_bundle([other.complain().raw]), via="http")
    assert (received.stored, received.unsigned) == (0, 1)


def test_a_bundle_cut_anywhere_gives_its_whole_entries(centre, enrol):
    peer = enrol()
    entries = [peer.complain("A" * 10), peer.complain("B" * 10)]
    data = write_bundle(entry.raw for entry in entries)
    whole = [len(MAGIC) + 2 + len(entries[0].raw), len(data)]
    for cut in range(len(MAGIC), len(data) + 1):
        received = receive_bundle(centre, data[:cut], via="http")
        assert received.stored + received.known == sum(cut >= end for end in whole)
    assert set(stored(centre)) >= {entry.id for entry in entries}


def test_a_hole_is_wanted_and_everything_is_rooted_once_it_is_filled(centre, enrol, send):
    peer = enrol()
    entries = [peer.complain(str(number)) for number in range(6)]
    received = receive(centre, peer, [*entries[:2], *entries[4:]])
    stated = stated_in(peer, received)
    assert stated.body.have == entries[5].id.hex()
    assert stated.body.root == entries[1].id.hex()
    assert stated.body.want == [entries[3].id.hex()]
    received = receive(centre, peer, [entries[3]])
    assert stated_in(peer, received).body.want == [entries[2].id.hex()]
    received = receive(centre, peer, [entries[2]])
    stated = stated_in(peer, received)
    assert (stated.body.want, stated.body.root) == ([], entries[5].id.hex())
    assert not centre.read(lambda c: holes.has_missing(c, peer.log))
    assert all(row["rooted"] for row in centre.read(lambda c: list(ledger.all_entries(c))))


@pytest.mark.parametrize("order", ["forward", "backward", "one by one backward"])
def test_the_order_of_arrival_does_not_matter(centre, enrol, order):
    peer = enrol()
    entries = [peer.complain(str(number)) for number in range(12)]
    groups = {"forward": [entries], "backward": [entries[::-1]], "one by one backward": [[e] for e in entries[::-1]]}
    for group in groups[order]:
        receive(centre, peer, group, with_head=False)
    device = device_of(centre, peer)
    assert (device["rooted_id"], device["forked"]) == (entries[-1].id, 0)
    assert len(case_ids(centre)) == 12


def test_a_clone_forks_the_log_and_both_branches_become_cases(centre, enrol, send):
    peer = enrol()
    peer.complain("bersama")
    clone = peer.clone()
    ours, theirs = peer.complain("asli"), clone.complain("salinan")
    peer.sync(send)
    assert device_of(centre, peer)["forked"] == 0
    clone.sync(send)
    assert device_of(centre, peer)["forked"] == 1
    assert {ours.id, theirs.id} <= case_ids(centre)
    assert stated_after(peer, send).body.have == ours.id.hex()
    assert stated_after(clone, send).body.have == theirs.id.hex()


def stated_after(peer, send):
    return peer.sync(send)


def test_a_restored_kiosk_forks_too_and_loses_nothing(centre, enrol, send):
    peer = enrol()
    image = peer.clone()
    forgotten = [peer.complain("sebelum rusak"), peer.complain("sebelum rusak 2")]
    peer.sync(send)
    later = [image.complain("sesudah dipulihkan"), image.complain("sesudah 2"), image.complain("sesudah 3")]
    image.sync(send)
    assert {entry.id for entry in [*forgotten, *later]} <= case_ids(centre)
    assert device_of(centre, peer)["forked"] == 1


def test_a_rotted_entry_is_reported_lost_and_the_rest_is_rooted(centre, enrol, send):
    peer = enrol()
    entries = [peer.complain(str(number)) for number in range(4)]
    peer.rot(entries[1])
    stated = peer.sync(send)
    assert stated.body.root == peer.entries[-1].id.hex()
    assert stated.body.want == [entries[1].id.hex()]
    assert case_ids(centre) == {entries[0].id, entries[2].id, entries[3].id}


def test_what_one_clone_lost_another_still_brings(centre, enrol, send):
    peer = enrol()
    entries = [peer.complain(str(number)) for number in range(4)]
    clone = peer.clone()
    peer.rot(entries[1])
    peer.sync(send)
    clone.sync(send)
    assert entries[1].id in case_ids(centre)
    assert not centre.read(lambda c: holes.has_tombstones(c, peer.log))
    assert peer.sync(send).body.want == []


def test_a_rotted_head_is_rooted_through_its_tombstone(centre, enrol, send):
    peer = enrol()
    peer.complain("ada")
    peer.rot(peer.complain("rusak"))
    stated = peer.sync(send)
    assert stated.body.root == peer.entries[-1].id.hex()
    assert device_of(centre, peer)["rooted_seq"] == peer.entries[-1].seq


def test_before_a_tombstone_more_is_wanted(centre, enrol, send):
    peer = enrol()
    entries = [peer.complain(str(number)) for number in range(3)]
    clone = peer.clone()
    for entry in entries[:2]:
        clone.rot(entry)
    lost = [clone.own(entry.id) for entry in entries[:2]]
    clone.report_lost(lost[1])
    receive(centre, clone, [entries[2], clone.entries[-1]])
    wanted = centre.read(lambda c: set(holes.wanted(c, peer.log, 32, 0)))
    assert wanted == {entries[0].id, entries[1].id}


def test_a_lost_for_what_is_held_changes_nothing(centre, enrol, send):
    peer = enrol()
    entry = peer.complain()
    peer.sync(send)
    peer.report_lost(peer.own(entry.id))
    assert peer.sync(send).body.want == []


def test_no_hole_hides_another_for_ever(centre, enrol, clock):
    peer = enrol()
    entries = [peer.complain(str(number)) for number in range(140)]
    receive(centre, peer, entries[1::2])
    seen = set()
    for turn in range(60):
        clock.pass_(1000 + turn)
        wanted = stated_in(peer, receive(centre, peer, [])).body.want
        assert len(wanted) == 32
        seen.update(wanted)
    assert seen == {entry.id.hex() for entry in entries[0::2]}


def test_a_head_tells_of_contact_place_and_clock(centre, enrol, clock, send):
    peer = enrol()
    peer.clock = lambda: clock() - 7_200_000
    entry = peer.complain()
    clock.pass_(5_000)
    peer.sync(send)
    device = device_of(centre, peer)
    assert device["last_contact_at"] == clock()
    assert (device["stated_seq"], device["stated_id"]) == (entry.seq, entry.id)
    assert device["clock_offset_ms"] == 7_200_000


def test_a_head_from_a_stick_says_nothing_of_the_clock_and_an_old_one_nothing_at_all(centre, enrol, clock, send):
    peer = enrol()
    old = peer.stick()
    peer.complain()
    peer.sync(send)
    before = device_of(centre, peer)
    clock.pass_(86_400_000)
    receive_bundle(centre, old, via="usb")
    after = device_of(centre, peer)
    assert after["stated_seq"] == before["stated_seq"]
    assert after["last_contact_at"] == before["last_contact_at"]
    assert after["clock_offset_ms"] == before["clock_offset_ms"]


def test_a_head_that_is_repeated_on_the_way_changes_nothing(centre, enrol, clock, send):
    peer = enrol()
    peer.complain()
    clock.pass_(600_000)
    repeated = write_bundle([peer.session().head(clock())])
    peer.sync(send)
    clock.pass_(600_000)
    peer.sync(send)
    before = tuple(device_of(centre, peer))
    offline = {}
    for _ in range(3):
        clock.pass_(3_600_000)
        offline[peer.complain().id] = clock()
    clock.pass_(3_600_000)
    for bundle in (repeated, repeated):
        assert stated_in(peer, receive_bundle(centre, bundle, via="http")).body.root
    assert tuple(device_of(centre, peer)) == before
    clock.pass_(60_000)
    peer.sync(send)
    assert {key: centre.read(lambda c, key=key: cases.get_case(c, key))["filed_at"] for key in offline} == offline
    device = device_of(centre, peer)
    assert (device["last_contact_at"], device["clock_offset_ms"]) == (clock(), 0)


def test_a_device_whose_clock_was_set_back_is_heard_and_its_old_heads_are_not(centre, enrol, clock, send):
    peer = enrol()
    clock.pass_(600_000)
    peer.clock = lambda: clock() + 86_400_000
    ahead = write_bundle([peer.session().head(peer.clock())])
    peer.sync(send)
    peer.clock = clock
    peer.clock_news("jump", jump_ms=-86_400_000)
    for _ in range(2):
        clock.pass_(600_000)
        peer.sync(send)
        device = device_of(centre, peer)
        assert (device["last_contact_at"], device["clock_offset_ms"]) == (clock(), 0)
        receive_bundle(centre, ahead, via="http")
        assert tuple(device_of(centre, peer)) == tuple(device)


def test_a_device_whose_clock_was_set_back_is_heard_though_a_stick_brought_the_news_without_a_head(
    centre, enrol, clock, send
):
    peer = enrol()
    clock.pass_(600_000)
    peer.clock = lambda: clock() + 20 * 365 * 86_400_000
    ahead = write_bundle([peer.session().head(peer.clock())])
    peer.sync(send)
    peer.clock = clock
    receive_bundle(centre, write_bundle([peer.clock_news("jump").raw]), via="usb")
    for _ in range(2):
        clock.pass_(600_000)
        peer.sync(send)
        device = device_of(centre, peer)
        assert (device["last_contact_at"], device["clock_offset_ms"]) == (clock(), 0)
        receive_bundle(centre, ahead, via="http")
        assert tuple(device_of(centre, peer)) == tuple(device)


@pytest.mark.parametrize("is_sent", [True, False], ids=["whole", "without the entry"])
def test_a_head_of_before_the_disk_was_set_back_is_none_whatever_came_of_the_new_log(
    centre, enrol, clock, send, is_sent
):
    peer = enrol()
    image = peer.clone()
    for _ in range(3):
        peer.complain()
    clock.pass_(600_000)
    newest = write_bundle([peer.session().head(clock())])
    peer.sync(send)
    entry = image.clock_news("boot")
    clock.pass_(600_000)
    head = image.session().head(clock())
    receive_bundle(centre, write_bundle([head, entry.raw] if is_sent else [head]), via="http")
    device = device_of(centre, peer)
    assert (device["stated_id"], device["last_contact_at"]) == (entry.id, clock())
    clock.pass_(600_000)
    receive_bundle(centre, newest, via="http")
    assert tuple(device_of(centre, peer)) == tuple(device)


def test_nor_is_one_from_beyond_a_hole(centre, enrol, clock, send):
    peer = enrol()
    image = peer.clone()
    peer.complain()
    entry = peer.complain()
    clock.pass_(600_000)
    newest = write_bundle([peer.session().head(clock()), entry.raw])
    receive_bundle(centre, newest, via="http")
    clock.pass_(600_000)
    image.sync(send)
    device = device_of(centre, peer)
    assert device["last_contact_at"] == clock()
    clock.pass_(600_000)
    receive_bundle(centre, newest, via="http")
    assert tuple(device_of(centre, peer)) == tuple(device)


def test_a_device_whose_disk_was_set_back_is_heard_and_its_old_heads_are_not(centre, enrol, clock, send):
    peer = enrol()
    image = peer.clone()
    peer.complain()
    peer.complain()
    clock.pass_(600_000)
    newest = write_bundle([peer.session().head(clock())])
    peer.sync(send)
    image.clock_news("boot")
    for _ in range(2):
        clock.pass_(600_000)
        image.sync(send)
        device = device_of(centre, peer)
        assert device["last_contact_at"] == clock()
        receive_bundle(centre, newest, via="http")
        assert tuple(device_of(centre, peer)) == tuple(device)


def test_a_centre_set_back_is_noticed_and_sends_from_the_beginning(centre, enrol, send):
    peer = enrol()
    with_more = peer.clone()
    centre.write(lambda c: c.execute("delete from down where seq > 3"))
    assert device_of(centre, peer)["regressed"] == 0
    with_more.sync(send)
    assert device_of(centre, peer)["regressed"] == 1


def test_the_reply_stays_within_what_the_device_wants(centre, enrol, clock):
    peer = enrol()
    peer.down_log.clear()
    peer.stated = None
    peer._last_reply = None
    data = peer.session(600).request(clock())
    reply = receive_bundle(centre, data, via="http").reply
    assert reply is not None
    assert len(reply) < 600 + 400


def test_a_query_in_a_bundle_is_not_stored(centre, enrol):
    peer = enrol()
    before = len(stored(centre))
    query = peer.write(Kind.QUERY, b"{}", seq=0, prev=bytes(32))
    receive(centre, peer, [query])
    assert len(stored(centre)) == before


def test_an_entry_with_any_seq_of_an_enrolled_device_is_stored(centre, enrol):
    peer = enrol()
    odd = peer.write(Kind.NOTE, b'{"number": "1", "type": "rated"}', seq=2**32 - 1, prev=b"\x01" * 32)
    received = receive(centre, peer, [odd])
    assert received.stored == 1
    assert stated_in(peer, received).body.want == [("01" * 32)]
    entry = peer.complain()
    assert receive(centre, peer, [entry]).stored == 1
    assert device_of(centre, peer)["rooted_id"] == entry.id


def test_a_stranger_without_a_code_only_knocks(centre, clock, send):
    stranger = Peer(centre.keys.sign_public, intake=centre.keys.intake_public, clock=clock, name="Siapa ini")
    stranger.complain()
    for _ in range(2):
        with pytest.raises(RefusedError) as refused:
            stranger.sync(send)
        assert refused.value.status == 403
    knocks = centre.read(codes.list_knocks)
    assert [(row["log"], row["name"]) for row in knocks] == [(stranger.log, "Siapa ini")]
    assert stored(centre) == []
