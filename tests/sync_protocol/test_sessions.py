"""The two session machines against each other, over a link that the tests hold in their hands."""

import random
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from sync_protocol.bodies import DEFAULT_REPLY, Head, decode_body
from sync_protocol.bundle import MAGIC, read_bundle, write_bundle
from sync_protocol.entry import NO_PREV, Entry, write_entry
from sync_protocol.errors import NoHeadError, NotABundleError, ProtocolError
from sync_protocol.exchange import Position
from sync_protocol.kinds import Kind
from sync_protocol.packing import unpack
from sync_protocol.reply import StatedHead
from sync_protocol.server_session import MAX_REPLY, Answered, DeviceHead, answer, read_device_head
from sync_protocol.states import Sync
from sync_protocol.vocabulary import DeviceState
from tests.sync_protocol import samples
from tests.sync_protocol.peers import BadLink, BrokenLinkError, Centre, Kiosk, foreign_entry, sync


def pair(up: int = 0, down: int = 0) -> tuple[Kiosk, Centre]:
    kiosk = Kiosk()
    centre = Centre(kiosk)
    for _ in range(up):
        kiosk.append()
    for _ in range(down):
        centre.append()
    return kiosk, centre


def same(kiosk: Kiosk, centre: Centre) -> bool:
    """Both hold both logs."""
    return (
        kiosk.up.entries.keys() == centre.up.entries.keys()
        and kiosk.down_log.entries.keys() == centre.down_log.entries.keys()
    )


def parts(bundle: bytes) -> tuple[Head, Entry, list[Entry]]:
    """A bundle's HEAD, decoded and raw, and what follows it."""
    (head, *others), reader = read_bundle(bundle)
    assert reader.malformed == reader.rest == 0
    body = decode_body(Kind.HEAD, unpack(head.body))
    assert isinstance(body, Head)
    return body, head, others


def reply_of(centre: Centre, request: bytes) -> bytes:
    answered = centre.receive(request)
    assert answered is not None
    return answered.bundle


def answer_of(
    centre: Centre, device: DeviceHead, *, unlimited: bool = False, extra: tuple[bytes, ...] = ()
) -> Answered:
    return answer(
        centre,
        device,
        newest_of_bundle=None,
        state=DeviceState.ACTIVE,
        now_ms=0,
        server_log=centre.server_log,
        signer=samples.SERVER,
        unlimited=unlimited,
        extra=extra,
    )


# -- the normal case


def test_one_round_trip_carries_everything_both_ways() -> None:
    kiosk, centre = pair(up=5, down=3)
    assert sync(kiosk, centre) == 1
    assert same(kiosk, centre)
    assert not centre.regressed


def test_nothing_new_costs_one_exchange_of_two_heads_and_less_than_700_bytes() -> None:
    kiosk, centre = pair(up=5, down=3)
    sync(kiosk, centre)
    session = kiosk.session()
    request = session.request(samples.NOW_MS)
    reply = reply_of(centre, request)
    assert parts(request)[2] == parts(reply)[2] == []
    assert len(request) + len(reply) < 700
    assert not session.settle(samples.read(reply), stored=0)
    assert session.state is Sync.IDLE


def test_one_complaint_more_is_all_that_the_next_request_carries() -> None:
    kiosk, centre = pair(up=5)
    sync(kiosk, centre)
    filed = kiosk.append(Kind.COMPLAINT, samples.complaint())
    assert parts(kiosk.session().request(samples.NOW_MS))[2] == [filed]


def test_both_heads_say_where_their_writers_stand() -> None:
    kiosk, centre = pair(up=2, down=3)
    up, up_head, _ = parts(kiosk.session().request(samples.NOW_MS))
    assert (up_head.seq, up_head.prev) == (2, kiosk.head.id if kiosk.head else None)
    assert (up.have, up.root, up.want, up.state, up.max) == (None, None, [], None, DEFAULT_REPLY)
    sync(kiosk, centre)
    request = kiosk.session().request(samples.NOW_MS)
    up, _, _ = parts(request)
    assert kiosk.head is not None
    assert centre.head is not None
    assert up.have == up.root == centre.head.id.hex()
    down, down_head, _ = parts(reply_of(centre, request))
    assert (down_head.seq, down_head.prev) == (3, centre.head.id)
    assert (down.have, down.root, down.want) == (kiosk.head.id.hex(), kiosk.head.id.hex(), [])
    assert (down.state, down.now, down.safe) == (DeviceState.ACTIVE, samples.NOW_MS, None)


def test_empty_logs_are_stated_as_seq_zero_and_zeros() -> None:
    kiosk, centre = pair()
    request = kiosk.session().request(0)
    _, head, _ = parts(request)
    assert (head.seq, head.prev, head.time_ms) == (0, NO_PREV, 0)
    body, down, _ = parts(reply_of(centre, request))
    assert (down.seq, down.prev, body.have, body.root) == (0, NO_PREV, None, None)
    assert sync(kiosk, centre) == 1


def test_entries_from_elsewhere_travel_with_the_request() -> None:
    kiosk, _ = pair(up=1)
    query = samples.entry(0, NO_PREV, b"{}", kind=Kind.QUERY)
    _, _, others = parts(kiosk.session().request(samples.NOW_MS, extra=[query.raw]))
    assert others[0] == query
    assert len(others) == 2


def test_entries_from_elsewhere_travel_with_the_reply_whatever_its_budget() -> None:
    _, centre = pair(down=2)
    reply = samples.entry(0, NO_PREV, b"{}", kind=Kind.ANSWER, signer=samples.SERVER, log=centre.server_log)
    for most, count in ((0, 1), (10_000, 3)):
        device = DeviceHead(log=samples.DEVICE_LOG, stands=Position(0, NO_PREV), body=Head(max=most))
        others = parts(answer_of(centre, device, extra=(reply.raw,)).bundle)[2]
        assert others[0] == reply
        assert len(others) == count


# -- budgets


def test_a_request_keeps_to_the_budget_and_the_rest_follows() -> None:
    kiosk, centre = pair(up=40)
    session = kiosk.session(budget=1_000)
    assert len(session.request(samples.NOW_MS)) < 1_000 + 300
    assert sync(kiosk, centre, session) > 5
    assert same(kiosk, centre)


def test_a_reply_keeps_to_what_the_device_wants_and_the_rest_follows() -> None:
    kiosk, centre = pair(down=40)
    session = kiosk.session(budget=1_000)
    assert len(reply_of(centre, session.request(samples.NOW_MS))) < 1_000 + 300
    assert sync(kiosk, centre, session) > 5
    assert same(kiosk, centre)


def test_a_stick_holds_everything_whatever_the_budget() -> None:
    kiosk, centre = pair(up=40, down=40)
    request = kiosk.session(budget=512).request(samples.NOW_MS, unlimited=True)
    assert len(parts(request)[2]) == 40
    assert parts(request)[0].max == DEFAULT_REPLY
    (head, *_), _ = read_bundle(request)
    centre.receive(request)
    device = read_device_head(head)
    device = replace(device, body=Head(max=512))
    assert len(parts(answer_of(centre, device).bundle)[2]) < 5
    assert len(parts(answer_of(centre, device, unlimited=True).bundle)[2]) == 40


def test_max_zero_asks_for_the_head_alone() -> None:
    _, centre = pair(down=3)
    device = DeviceHead(log=samples.DEVICE_LOG, stands=Position(0, NO_PREV), body=Head(max=0))
    assert parts(answer_of(centre, device).bundle)[2] == []
    assert len(parts(answer_of(centre, replace(device, body=Head(max=1))).bundle)[2]) == 1


def test_a_reply_never_exceeds_a_mebibyte_whatever_is_asked_for() -> None:
    kiosk, centre = pair()
    for turn in range(60):
        noise = random.Random(turn).randbytes(24_000).hex()
        centre.append(Kind.MASTER, b'{"table":"' + noise.encode() + b'"}')
    request = kiosk.session(budget=2**31).request(0)
    assert parts(request)[0].max == 2**31
    assert MAX_REPLY - 30_000 < len(reply_of(centre, request)) < MAX_REPLY + 300


# -- a link that breaks


def test_after_a_cut_comes_a_head_alone_and_half_the_budget() -> None:
    kiosk, centre = pair(up=3, down=3)
    session = kiosk.session()
    session.request(samples.NOW_MS)
    assert session.cut()
    assert session.budget == 131_072
    alone = session.request(samples.NOW_MS)
    body, _, others = parts(alone)
    assert (body.max, others) == (0, [])
    reply = samples.read(reply_of(centre, alone))
    assert reply.entries == []
    assert session.settle(reply, stored=kiosk.commit(reply))
    assert len(parts(session.request(samples.NOW_MS))[2]) == 3


def test_a_head_alone_that_is_cut_too_ends_the_run() -> None:
    session = pair(up=3)[0].session()
    assert session.cut()
    assert not session.cut()
    assert session.state is Sync.BACKOFF


def test_the_budget_halves_down_to_512_and_doubles_back_on_success() -> None:
    kiosk, centre = pair(up=60)
    session = kiosk.session(budget=2_048)

    def exchange() -> bool:
        reply = samples.read(reply_of(centre, session.request(0)))
        return session.settle(reply, stored=kiosk.commit(reply))

    for expected in (1_024, 512, 512):
        assert session.cut()
        assert session.budget == expected
        assert exchange()
        assert session.budget == expected  # A HEAD alone says nothing of what the link can carry.
    for expected in (1_024, 2_048, 2_048):
        assert exchange()
        assert session.budget == expected


def test_a_link_too_bad_for_the_smallest_budget_ends_the_run() -> None:
    kiosk, centre = pair(up=3)
    session, cuts = kiosk.session(budget=512), 1
    while session.cut():  # Every request is cut, and every HEAD alone comes through.
        reply = samples.read(reply_of(centre, session.request(0)))
        assert session.settle(reply, stored=kiosk.commit(reply))
        cuts += 1
    assert cuts == 4
    assert session.state is Sync.BACKOFF


def test_what_came_before_a_cut_is_not_sent_again() -> None:
    kiosk, centre = pair(up=30)
    session = kiosk.session()
    whole = session.request(samples.NOW_MS)
    centre.receive(whole[: len(whole) // 2])
    arrived = len(centre.up.entries)
    assert 10 < arrived < 20
    session.cut()
    reply = samples.read(reply_of(centre, session.request(samples.NOW_MS)))
    assert session.settle(reply, stored=kiosk.commit(reply))
    assert len(parts(session.request(samples.NOW_MS))[2]) == 30 - arrived


def link_that_dies_every(size: int) -> Callable[[bytes], bytes]:
    """A link that carries `size` bytes and then breaks; each attempt gets a new connection."""

    def carry(data: bytes) -> bytes:
        if len(data) <= size:
            return data
        raise BrokenLinkError(data[:size])

    return carry


@pytest.mark.parametrize("size", [700, 1_000, 2_000, 8_000])
def test_progress_on_each_connection_of_a_link_that_dies_every_few_bytes(size: int) -> None:
    kiosk, centre = pair(up=60, down=30)
    carry = link_that_dies_every(size)
    session = kiosk.session()
    for _ in range(600):
        if same(kiosk, centre):
            return
        try:
            try:
                reply = samples.read(carry(reply_of(centre, carry(session.request(samples.NOW_MS)))))
            except BrokenLinkError as cut:
                if read_bundle(cut.arrived)[0][0].log == kiosk.log:
                    centre.receive(cut.arrived)
                raise
        except (ProtocolError, BrokenLinkError):
            if not session.cut():
                session = kiosk.session(session.budget)
            continue
        if not session.settle(reply, stored=kiosk.commit(reply)):
            session = kiosk.session(session.budget)
    raise AssertionError(f"{len(centre.up.entries)} of 60 up, {len(kiosk.down_log.entries)} of 30 down")


@pytest.mark.parametrize("side", ["request", "reply"])
def test_every_byte_at_which_request_or_reply_can_break(side: str) -> None:
    """Bundles are small here, so that every byte can be tried; the long fault tests cut real ones as often."""
    size = at = 0
    while at <= size:
        kiosk, centre = pair(up=2, down=2)
        session = kiosk.session()
        request = session.request(samples.NOW_MS)
        data = request if side == "request" else reply_of(centre, request)
        size = len(data)
        if side == "request":
            if at >= len(MAGIC):
                centre.receive(request[:at])
            assert session.cut()
        else:
            try:
                reply = samples.read(data[:at])
                session.settle(reply, stored=kiosk.commit(reply))
            except ProtocolError:
                session.cut()
        if session.state is Sync.EXCHANGE:
            sync(kiosk, centre, session)
        else:
            sync(kiosk, centre)
        assert same(kiosk, centre), at
        at += 1


# -- what is no receipt


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", NotABundleError),
        (b"<html>login</html>", NotABundleError),
        (MAGIC, NoHeadError),
        (write_bundle([foreign_entry(samples.SERVER).raw]), NoHeadError),
    ],
)
def test_nothing_but_a_head_of_the_pinned_server_is_a_receipt(data: bytes, error: type[ProtocolError]) -> None:
    with pytest.raises(error):
        samples.read(data)


def test_the_request_sent_back_is_no_receipt() -> None:
    session = pair(up=1)[0].session()
    with pytest.raises(NoHeadError):
        samples.read(session.request(samples.NOW_MS))


def test_a_reply_meant_for_another_device_is_no_receipt() -> None:
    other = Kiosk(samples.STRANGER)
    reply = reply_of(Centre(other), other.session().request(0))
    with pytest.raises(NoHeadError):
        samples.read(reply)


def test_an_old_reply_played_back_only_makes_the_kiosk_send_again() -> None:
    kiosk, centre = pair(up=1)
    old = reply_of(centre, kiosk.session().request(0))
    for _ in range(5):
        kiosk.append()
    sync(kiosk, centre)
    session = kiosk.session()
    reply = samples.read(old)
    kiosk.commit(reply)
    assert session.settle(reply, stored=0)
    assert len(parts(session.request(0))[2]) == 5
    assert sync(kiosk, centre, session) == 1


# -- restored, cloned, rotted


def test_a_restored_centre_gets_again_what_it_lost() -> None:
    kiosk, centre = pair(up=10, down=10)
    sync(kiosk, centre)
    centre.restore(up=4, down=10)
    assert sync(kiosk, centre) == 2
    assert same(kiosk, centre)


def test_a_restored_centre_is_noticed_and_sends_its_log_from_the_start() -> None:
    kiosk, centre = pair(up=2, down=10)
    sync(kiosk, centre)
    centre.restore(up=2, down=4)
    new = centre.append(Kind.CONFIG, b'{"unit":"KEL-BELLO"}')
    assert sync(kiosk, centre) == 1
    assert centre.regressed
    assert new.id in kiosk.down_log.entries
    sync(kiosk, centre)
    assert not centre.regressed  # From now on the kiosk follows the branch of the last reply.


def test_a_restored_kiosk_and_its_old_self_make_a_fork_and_both_branches_are_kept() -> None:
    kiosk, centre = pair(up=5)
    twin = kiosk.clone()
    for one in (kiosk, twin):
        for count in range(4):
            one.append(Kind.COMPLAINT, samples.complaint(f"{id(one)} {count}"))
    for _ in range(3):
        sync(kiosk, centre)
        sync(twin, centre)
    assert centre.up.entries.keys() == kiosk.up.entries.keys() | twin.up.entries.keys()
    assert len(centre.up.entries) == 5 + 4 + 4


def test_a_hole_is_asked_for_and_filled_with_the_wanted_entry_first() -> None:
    kiosk, centre = pair(up=10)
    entries = list(kiosk.up.entries.values())
    for entry in (*entries[:3], *entries[7:]):
        centre.up.add(entry)
    session = kiosk.session()
    reply = samples.read(reply_of(centre, write_bundle([session.head(0)])))
    assert reply.head.body.want == [entries[6].id.hex()]
    assert session.settle(reply, stored=kiosk.commit(reply))
    assert [entry.seq for entry in parts(session.request(0))[2]] == [7, 6, 5, 4]
    assert sync(kiosk, centre, session) == 1
    assert same(kiosk, centre)


def test_a_rotted_entry_is_reported_lost_once_and_what_lies_around_it_arrives() -> None:
    kiosk, centre = pair(up=8)
    rotted = list(kiosk.up.entries)[3]
    kiosk.up.rotted.add(rotted)
    for _ in range(4):
        sync(kiosk, centre)
    assert kiosk.lost == [rotted]
    assert centre.up.entries.keys() == kiosk.up.entries.keys() - {rotted}
    assert parts(kiosk.session().request(0))[2] == []


def test_the_lost_goes_along_at_once_and_a_request_made_again_appends_no_second_one() -> None:
    kiosk, _ = pair(up=8)
    rotted = list(kiosk.up.entries)[3]
    kiosk.up.rotted.add(rotted)
    session = kiosk.session()
    for _ in range(3):
        sent = parts(session.request(0))[2]
        assert [entry.kind == Kind.LOST for entry in sent] == [False] * 7 + [True]
        assert kiosk.lost == [rotted]


def test_what_was_reported_lost_stays_wanted_and_causes_no_exchange() -> None:
    kiosk, centre = pair(up=8)
    rotted = list(kiosk.up.entries)[3]
    kiosk.up.rotted.add(rotted)
    sync(kiosk, centre)
    assert sync(kiosk, centre) == 1
    assert kiosk.stated is not None
    assert kiosk.stated.body.want == [rotted.hex()]
    twin = kiosk.clone()  # Its disk has what this one lost.
    twin.up.rotted.clear()
    sync(twin, centre)
    assert rotted in centre.up.entries


def test_a_rotted_head_is_reported_too() -> None:
    kiosk, centre = pair(up=3)
    assert kiosk.head is not None
    rotted = kiosk.head.id
    kiosk.up.rotted.add(rotted)
    for _ in range(3):
        sync(kiosk, centre)
    assert kiosk.lost == [rotted]
    assert centre.up.entries.keys() == kiosk.up.entries.keys() - {rotted}


def test_an_entry_of_the_server_that_is_missing_here_is_wanted_and_comes() -> None:
    kiosk, centre = pair(down=6)
    entries = list(centre.down_log.entries.values())
    for entry in (*entries[:2], *entries[4:]):
        kiosk.down_log.add(entry)
    session = kiosk.session()
    request = session.request(0)
    assert parts(request)[0].want == [entries[3].id.hex()]
    assert [entry.seq for entry in parts(reply_of(centre, request))[2]] == [4, 3, 5, 6]
    sync(kiosk, centre, session)
    assert same(kiosk, centre)


def test_a_wanted_entry_that_never_arrives_is_sent_three_times_in_a_run() -> None:
    kiosk, centre = pair(up=4)
    sync(kiosk, centre)
    wanted = list(kiosk.up.entries)[1]
    session, sent = kiosk.session(), []
    while session.state is Sync.EXCHANGE:
        sent.append(wanted in {entry.id for entry in parts(session.request(0))[2]})
        del centre.up.entries[wanted]  # The disk of the centre loses it each time.
        reply = samples.read(reply_of(centre, write_bundle([session.head(0)])))
        centre.up.add(kiosk.up.entries[wanted])
        session.settle(reply, stored=kiosk.commit(reply))
    assert sent == [False, True, True, True]
    assert session.state is Sync.IDLE


def test_a_server_that_never_gets_further_ends_the_run_in_a_backoff() -> None:
    kiosk, centre = pair(up=3)
    session = kiosk.session()
    exchanges = 0
    while True:
        session.request(0)
        exchanges += 1
        centre.up.entries.clear()
        reply = samples.read(reply_of(centre, write_bundle([session.head(0)])))
        if not session.settle(reply, stored=kiosk.commit(reply)):
            break
    assert exchanges == 4
    assert session.state is Sync.BACKOFF


def test_exchanges_without_progress_are_counted_anew_after_each_step_forward() -> None:
    kiosk, centre = pair(up=12)
    session = kiosk.session()
    entries = list(kiosk.up.entries.values())
    for step in range(4):
        centre.up.add(entries[step])
        for _ in range(4):  # One exchange that moves the cursor, three that move nothing.
            session.request(0)
            reply = samples.read(reply_of(centre, write_bundle([session.head(0)])))
            assert session.settle(reply, stored=kiosk.commit(reply))


# -- standing


def test_a_revoked_device_gets_the_head_alone_and_asks_for_no_more() -> None:
    kiosk, centre = pair(up=2, down=5)
    centre.state = DeviceState.REVOKED
    assert sync(kiosk, centre) == 1
    assert kiosk.down_log.entries == {}
    assert kiosk.stated is not None
    assert kiosk.stated.body.state is DeviceState.REVOKED
    assert centre.up.entries.keys() == kiosk.up.entries.keys()


def test_a_server_that_does_not_know_the_log_gets_it_from_the_start_once() -> None:
    kiosk, centre = pair(up=5)
    sync(kiosk, centre)
    kiosk.append()
    session = kiosk.session()
    assert len(parts(session.request(0))[2]) == 1
    assert session.unknown()
    assert len(parts(session.request(0))[2]) == 6
    assert not session.unknown()
    assert session.state is Sync.BACKOFF


def test_a_failure_backs_off_and_a_new_run_starts_anew() -> None:
    kiosk, centre = pair(up=1)
    session = kiosk.session()
    session.failed()
    assert session.state is Sync.BACKOFF
    assert sync(kiosk, centre) == 1


def test_a_bundle_without_a_head_is_stored_and_not_answered() -> None:
    kiosk, centre = pair(up=2)
    carried = write_bundle([entry.raw for entry in kiosk.up.entries.values()])
    assert centre.receive(carried) is None
    assert centre.up.entries.keys() == kiosk.up.entries.keys()


# -- `have`


def test_the_kiosk_states_the_servers_head_if_rooted_else_the_last_reply_else_the_newest_rooted() -> None:
    kiosk, centre = pair(up=1, down=4)
    entries = list(centre.down_log.entries.values())
    for entry in entries[:2]:
        kiosk.down_log.add(entry)
    assert parts(kiosk.session().request(0))[0].have == entries[1].id.hex()
    kiosk.last_reply = entries[0].id
    assert parts(kiosk.session().request(0))[0].have == entries[0].id.hex()
    sync(kiosk, centre)
    kiosk.last_reply = entries[0].id
    assert parts(kiosk.session().request(0))[0].have == entries[3].id.hex()
    del kiosk.down_log.entries[entries[2].id]
    body = parts(kiosk.session().request(0))[0]
    assert (body.have, body.root) == (entries[0].id.hex(), entries[1].id.hex())


def test_the_kiosk_sends_what_lies_after_the_servers_have_or_its_root_or_everything() -> None:
    kiosk, _ = pair(up=6)
    ids = [entry_id.hex() for entry_id in kiosk.up.entries]
    unknown = "ab" * 32
    for have, root, first in (
        (ids[3], ids[1], 5),
        (unknown, ids[1], 3),
        (None, ids[1], 3),
        (unknown, unknown, 1),
        (None, None, 1),
    ):
        kiosk.stated = StatedHead(raw=b"", stands=Position(0, NO_PREV), body=Head(have=have, root=root))
        assert [entry.seq for entry in parts(kiosk.session().request(0))[2]] == list(range(first, 7))


def test_the_server_states_the_devices_head_if_stored_else_the_newest_of_the_bundle_else_the_newest_rooted() -> None:
    kiosk, centre = pair(up=6)
    entries = list(kiosk.up.entries.values())
    head = kiosk.session().head(0)

    def have(*sent: Entry) -> str | None:
        return parts(reply_of(centre, write_bundle([head, *(entry.raw for entry in sent)])))[0].have

    assert have() is None
    assert have(*entries[:2]) == entries[1].id.hex()
    assert have() == entries[1].id.hex()
    assert have(entries[3], entries[4]) == entries[4].id.hex()
    assert have() == entries[1].id.hex()
    assert have(entries[5]) == entries[5].id.hex()
    assert have() == entries[5].id.hex()


def test_the_order_of_wants_turns_with_the_servers_clock() -> None:
    kiosk, centre = pair(up=1)
    reply_of(centre, kiosk.session().request(0))
    assert centre.turns == [samples.NOW_MS]


def test_a_head_whose_body_is_none_is_refused_on_both_sides() -> None:
    for body in (b"[]", b"{", b'{"max":-1}'):
        head = write_entry(
            kind=0, time_ms=0, seq=0, log=samples.DEVICE_LOG, prev=NO_PREV, body=body, signer=samples.DEVICE
        )
        with pytest.raises(ProtocolError):
            read_device_head(head)


# -- chance


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_lost_damaged_or_late_both_ends_agree_in_the_end(seed: int) -> None:
    rng = random.Random(seed)
    kiosk, centre = pair()
    link = BadLink(rng)
    for _ in range(25):
        for _ in range(rng.randrange(4)):
            kiosk.append()
        for _ in range(rng.randrange(3)):
            centre.append()
        if rng.randrange(8) == 0:
            centre.restore(rng.randrange(len(centre.up.entries) + 1), len(centre.down_log.entries))
        if rng.randrange(2):
            link.deliver_late(centre)
        sync(kiosk, centre, kiosk.session(rng.choice((600, 5_000, 262_144))), link.carry)
    for _ in range(6):
        sync(kiosk, centre)
    assert same(kiosk, centre)
