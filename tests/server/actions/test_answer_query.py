"""How a case stands, asked at any kiosk with its number and PIN."""

import sqlite3

import pytest

from server.actions.answer_query import receive_query
from server.actions.receive_bundle import receive_bundle
from server.actions.revoke_device import revoke_device
from server.errors import StorageError
from server.store import cases
from server.store.centre import DATABASE
from server.store.pin_guesses import QUESTIONS_KEPT_MS
from sync_protocol.bodies import Answer, Query
from sync_protocol.bundle import read_bundle, write_bundle
from sync_protocol.kinds import Kind
from sync_protocol.number import number_of
from sync_protocol.reply import read_reply

NONCE = "0123456789abcdef" * 2
HOUR_MS = 3_600_000


def query(peer, number, pin, nonce=NONCE):
    return peer.write(Kind.QUERY, Query(number=number, pin=pin, nonce=nonce).encode(), seq=0, prev=bytes(32))


def ask(centre, peer, number, pin):
    """Ask alone, as for a resident who waits."""
    return put(centre, peer, write_bundle([query(peer, number, pin).raw]))


def put(centre, peer, bundle):
    """Put a question to the centre, for the first time or again."""
    data = receive_query(centre, bundle)
    assert data is not None
    (entry,) = read_bundle(data)[0]
    answer = peer.body(entry)
    assert isinstance(answer, Answer)
    assert (entry.kind, answer.nonce) == (Kind.ANSWER, NONCE)
    return answer


@pytest.fixture
def case(centre, enrol, send):
    """A case that was filed at some kiosk."""
    peer = enrol()
    entry = peer.complain(pin="123456")
    peer.sync(send)
    return number_of(entry.id)


def test_the_number_and_the_pin_give_the_state_at_any_kiosk(centre, enrol, case):
    answer = ask(centre, enrol("DINKES"), case, "123456")
    assert (answer.found, answer.status) == (True, "BELUM_VERIFIKASI")
    assert answer.due > centre.clock()


def test_a_case_that_was_altered_is_not_found_and_what_comes_with_the_question_is_stored(centre, enrol, case):
    centre.write(lambda c: c.execute("update cases set private = x'00'"))
    peer = enrol("DINKES")
    question, entry = query(peer, case, "123456"), peer.complain()
    received = receive_bundle(
        centre, write_bundle([peer.session().head(peer.clock()), question.raw, entry.raw]), via="http"
    )
    assert received.stored == 1
    assert received.reply is not None
    answers = [peer.body(found) for found in read_bundle(received.reply)[0] if found.kind == Kind.ANSWER]
    assert [answer.found for answer in answers] == [False]
    assert not ask(centre, peer, case, "123456").found


def test_a_typed_number_may_be_in_small_letters_without_a_hyphen(centre, enrol, case):
    assert ask(centre, enrol(), case.lower().replace("-", ""), "123456").found


@pytest.mark.parametrize(("number", "pin"), [(None, "123457"), (None, ""), ("000G4-0R40Y", "123456"), ("x", "123456")])
def test_every_wrong_question_gets_the_same_answer(centre, enrol, case, number, pin):
    assert ask(centre, enrol(), number or case, pin) == Answer(nonce=NONCE)


def test_five_wrong_pins_lock_the_number_for_an_hour_even_for_the_right_one(centre, enrol, case, clock):
    peers = [enrol() for _ in range(5)]
    for peer in peers:
        assert not ask(centre, peer, case, "000000").found
    assert not ask(centre, enrol(), case, "123456").found
    clock.pass_(HOUR_MS - 1)
    assert not ask(centre, enrol(), case, "123456").found
    clock.pass_(2)
    assert ask(centre, enrol(), case, "123456").found


def test_a_question_that_is_repeated_on_the_way_counts_once(centre, enrol, case, clock):
    peer, passer_by = enrol(), enrol()
    bundle = write_bundle([query(peer, case, "000000").raw])
    for wait in [1_000] * 30 + [HOUR_MS] * 30 + [1_000] * 30:
        assert put(centre, peer, bundle) == Answer(nonce=NONCE)
        clock.pass_(wait)
    for _ in range(4):
        ask(centre, passer_by, case, "000000")
    assert ask(centre, enrol(), case, "123456").found, "one guess more would have locked it"


def test_repeating_a_right_question_forgives_no_wrong_ones(centre, enrol, case):
    peer, guesser = enrol(), enrol()
    bundle = write_bundle([query(peer, case, "123456").raw])
    assert put(centre, peer, bundle).found
    for _ in range(5):
        assert put(centre, peer, bundle).found, "it is answered again: the first answer may not have arrived"
        ask(centre, guesser, case, "000000")
    assert not put(centre, peer, bundle).found
    assert not ask(centre, peer, case, "123456").found


def test_what_was_asked_while_locked_is_no_guess_for_later(centre, enrol, case, clock):
    peer = enrol()
    for _ in range(5):
        ask(centre, peer, case, "000000")
    hoard = [write_bundle([query(peer, case, f"{pin:06}").raw]) for pin in range(123_450, 123_460)]
    for bundle in hoard:
        assert not put(centre, peer, bundle).found
    clock.pass_(HOUR_MS + 1)
    for bundle in hoard:
        assert not put(centre, peer, bundle).found
    assert ask(centre, peer, case, "123456").found


def test_the_right_pin_forgives_earlier_slips(centre, enrol, case):
    peer = enrol()
    for _ in range(3):
        for _ in range(4):
            ask(centre, peer, case, "000000")
        assert ask(centre, peer, case, "123456").found


def test_a_device_that_tries_many_numbers_is_locked(centre, enrol, send):
    peer, other = enrol(), enrol()
    entries = [other.complain(pin="123456") for _ in range(25)]
    other.sync(send)
    for entry in entries[:20]:
        ask(centre, peer, number_of(entry.id), "999999")
    assert not ask(centre, peer, number_of(entries[24].id), "123456").found
    assert ask(centre, other, number_of(entries[24].id), "123456").found


def test_a_question_may_travel_with_an_exchange(centre, enrol, case):
    peer = enrol()
    head = peer.session().head(peer.clock())
    reply = receive_bundle(centre, write_bundle([head, query(peer, case, "123456").raw]), via="http").reply
    assert reply is not None
    (entry,) = read_reply(reply, peer.pinned)[0].transient
    assert peer.body(entry).found


def test_a_question_is_known_again_for_a_year_and_then_forgotten(centre, enrol, case, clock):
    peer = enrol()
    put(centre, peer, write_bundle([query(peer, case, "000000").raw]))
    repeated = write_bundle([query(peer, case, "000001").raw])
    clock.pass_(2 * HOUR_MS)
    put(centre, peer, repeated)
    clock.pass_(QUESTIONS_KEPT_MS - HOUR_MS)
    for _ in range(9):
        assert put(centre, peer, repeated) == Answer(nonce=NONCE)
    assert ask(centre, peer, case, "123456").found, "it was no new guess"
    kept = centre.read(lambda c: [row["opened"] for row in c.execute("select opened from asked order by at")])
    assert kept == [0, 1], "the first is forgotten"


def test_who_only_names_a_log_takes_no_turn_of_the_writer(centre, enrol, case, data):
    forged = query(enrol(), case, "123456").raw
    other = sqlite3.connect(data / DATABASE, isolation_level=None)
    try:
        other.execute("begin immediate")  # Whoever wants to write now is told that the disk refuses.
        assert receive_query(centre, write_bundle([forged[:-1] + bytes([forged[-1] ^ 1])])) is None
    finally:
        other.close()


def test_strangers_and_revoked_devices_are_not_answered(centre, enrol, case):
    peer, other = enrol(), enrol()
    forged = query(peer, case, "123456").raw
    assert receive_query(centre, write_bundle([forged[:-1] + bytes([forged[-1] ^ 1])])) is None
    assert receive_query(centre, write_bundle([])) is None
    revoke_device(centre, other.log, actor="test")
    assert receive_query(centre, write_bundle([query(other, case, "123456").raw])) is None


def test_nobody_guesses_while_guesses_cannot_be_counted(centre, enrol, case):
    peer = enrol()
    centre.write(lambda c: c.execute("pragma query_only = on"))
    with pytest.raises(StorageError):
        receive_query(centre, write_bundle([query(peer, case, "000000").raw]))
    centre._writer._connection.execute("pragma query_only = off")


def test_a_thousand_guesses_within_an_hour_do_not_hit(centre, enrol, case):
    peers = [enrol() for _ in range(3)]
    hits = sum(ask(centre, peers[guess % 3], case, f"{guess + 122_900:06}").found for guess in range(1_000))
    assert hits == 0
    assert centre.read(cases.count_cases) == 1
