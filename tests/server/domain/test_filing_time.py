"""When a complaint was filed, whatever the kiosk's clock said (protocol, section 7)."""

import pytest

from server.domain.filing_time import ClockNews, ClockState, Clue, HeadSeen, Link, clues, filed_at

NOW = 1_795_000_000_000
HOUR = 3_600_000
YEAR = 365 * 24 * HOUR
FOUNDED = NOW - YEAR
UNKNOWN = Clue(None, 0)


def chain(*times, news=None):
    """Entries one after another, numbered from 1; `news` by position."""
    return [
        Link(bytes([seq]) * 32, bytes([seq - 1]) * 32, seq, time, (news or {}).get(seq))
        for seq, time in enumerate(times, 1)
    ]


def head(seq, time):
    return HeadSeen(bytes([seq]) * 32, time)


def test_a_claim_that_nothing_speaks_against_is_believed():
    assert filed_at(NOW - HOUR, UNKNOWN, NOW, FOUNDED) == NOW - HOUR


def test_nothing_is_filed_after_it_arrived():
    assert filed_at(NOW + YEAR, UNKNOWN, NOW, FOUNDED) == NOW


def test_nothing_is_filed_before_the_last_contact():
    assert filed_at(NOW - YEAR, Clue(None, NOW - HOUR), NOW, FOUNDED) == NOW - HOUR


def test_a_known_offset_is_added():
    assert filed_at(NOW - 5 * HOUR, Clue(3 * HOUR, 0), NOW, FOUNDED) == NOW - 2 * HOUR


def test_a_small_offset_is_the_network_and_not_the_clock():
    assert filed_at(NOW - HOUR, Clue(20_000, 0), NOW, FOUNDED) == NOW - HOUR


def test_a_clock_that_knows_it_is_wrong_and_one_from_before_the_centre_say_nothing():
    assert filed_at(0, UNKNOWN, NOW, FOUNDED) == NOW
    assert filed_at(1000, UNKNOWN, NOW, FOUNDED) == NOW


def test_the_head_that_brought_an_entry_tells_its_offset():
    links = chain(1_000_000, 2_000_000)
    found, state = clues(links, ClockState(), {}, head(2, 3_000_000), NOW)
    assert [clue.offset_ms for clue in found] == [NOW - 3_000_000] * 2
    assert state == ClockState(NOW - 3_000_000, NOW, links[-1].id)


@pytest.mark.parametrize("sign", [1, -1])
def test_jumps_do_not_add_up_to_more_than_the_database_holds(sign):
    jump = ClockNews("jump", 0, sign * (2**53 - 1))
    links = chain(*[NOW] * 200, news=dict.fromkeys(range(1, 201), jump))
    found, _ = clues(links, ClockState(), {}, head(200, NOW), NOW)
    assert {abs(clue.offset_ms or 0) for clue in found} == {0, 2**53 - 1, 2**53}


def test_before_a_boot_another_clock_ran():
    links = chain(NOW - 9 * HOUR, 1_000_000, 2_000_000, news={2: ClockNews("boot", 0, 0)})
    found, _ = clues(links, ClockState(0), {}, head(3, 3_000_000), NOW)
    assert [clue.offset_ms for clue in found] == [0, NOW - 3_000_000, NOW - 3_000_000]


def test_a_jump_is_undone_on_the_way_back():
    # The clock stood two hours behind until somebody put it right.
    links = chain(NOW - 3 * HOUR, NOW - HOUR, NOW - HOUR, news={2: ClockNews("jump", 0, 2 * HOUR)})
    found, _ = clues(links, ClockState(), {}, head(3, NOW), NOW)
    assert [clue.offset_ms for clue in found] == [2 * HOUR, 0, 0]


def test_an_entry_that_the_head_does_not_follow_keeps_what_was_known_before():
    links = chain(1, 2)
    found, state = clues(links, ClockState(7 * HOUR), {}, head(9, NOW), NOW)
    assert [clue.offset_ms for clue in found] == [7 * HOUR] * 2
    assert state.offset_ms == 0


def test_what_follows_a_stated_head_came_after_that_contact():
    links = chain(1, 2, 3)
    known = ClockState(None, NOW - HOUR, links[0].id)
    found, _ = clues(links[1:], known, {links[0].id: 5}, None, NOW)
    assert [clue.not_before for clue in found] == [NOW - HOUR] * 2


def test_the_bound_is_inherited_from_the_parent_that_is_stored():
    links = chain(1, 2, 3)
    found, _ = clues(links[1:], ClockState(), {links[0].id: NOW - 2 * HOUR}, None, NOW)
    assert [clue.not_before for clue in found] == [NOW - 2 * HOUR] * 2


def test_a_branch_that_the_contact_was_not_on_is_not_bound_by_it():
    links = chain(1, 2)
    known = ClockState(None, NOW - HOUR, b"\xff" * 32)
    found, _ = clues(links, known, {}, None, NOW)
    assert [clue.not_before for clue in found] == [0, 0]


def test_a_clock_entry_that_knew_the_true_time_bounds_what_follows():
    links = chain(1_000_000, 2_000_000, 3_000_000, news={2: ClockNews("server", NOW - 5 * HOUR, 0)})
    found, state = clues(links, ClockState(), {}, None, NOW)
    assert [clue.not_before for clue in found] == [0, NOW - 5 * HOUR + 2_000_000, NOW - 5 * HOUR + 2_000_000]
    assert [clue.offset_ms for clue in found] == [None, None, NOW - 5 * HOUR]
    assert state.offset_ms == NOW - 5 * HOUR


def test_a_clock_entry_from_the_future_bounds_nothing():
    links = chain(NOW + YEAR, NOW + YEAR, news={1: ClockNews("server", 0, 0)})
    found, _ = clues(links, ClockState(), {}, None, NOW)
    assert [clue.not_before for clue in found] == [0, 0]
