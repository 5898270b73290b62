"""What both ends share: budgets, and how wanted entries are gathered."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.bundle import LENGTH_SIZE
from sync_protocol.exchange import MAX_ANCESTORS, Held, Parcel, add_wanted


def held(seq: int, size: int = 100, *, rotted: bool = False) -> Held:
    name = sha256(str(seq).encode()).digest()
    return Held(
        seq, name, sha256(str(seq - 1).encode()).digest(), None if rotted else name * (size // 32) + bytes(size % 32)
    )


@given(st.integers(0, 3_000), st.lists(st.tuples(st.integers(1, 30), st.integers(32, 900)), max_size=30))
def test_a_parcel_keeps_to_its_budget_but_for_one_entry_that_alone_exceeds_it(
    budget: int, sizes: list[tuple[int, int]]
) -> None:
    parcel = Parcel(budget)
    parcel.add_all(held(seq, size) for seq, size in sizes)
    total = sum(LENGTH_SIZE + len(raw) for raw in parcel.entries)
    assert total <= budget or (len(parcel.entries) == 1 and budget > 0)
    assert len({raw[:32] for raw in parcel.entries}) == len(parcel.entries)
    if not parcel.cut:
        assert len(parcel.entries) == len({seq for seq, _ in sizes})


def test_a_budget_of_zero_takes_nothing() -> None:
    parcel = Parcel(0)
    parcel.add_all([held(1)])
    assert parcel.entries == []
    assert parcel.cut


def test_after_the_first_that_does_not_fit_none_is_taken() -> None:
    parcel = Parcel(250)
    parcel.add_all([held(1, 100), held(2, 200), held(3, 32)])
    assert len(parcel.entries) == 1
    assert not parcel.add(held(4, 32))


def test_the_first_entry_goes_along_however_small_the_budget() -> None:
    parcel = Parcel(1)
    parcel.add_all([held(1, 5_000), held(2)])
    assert len(parcel.entries) == 1


def test_a_rotted_entry_costs_nothing_and_is_named() -> None:
    parcel = Parcel(110)
    parcel.add_all([held(1, rotted=True), held(1, rotted=True), held(2)])
    assert [one.seq for one in parcel.rotted] == [1]
    assert len(parcel.entries) == 1


def chain(length: int, rotted: int = 0) -> dict[bytes, Held]:
    return {one.id: one for one in (held(seq, rotted=seq == rotted) for seq in range(1, length + 1))}


def seqs(parcel: Parcel, log: dict[bytes, Held]) -> list[int]:
    return [log[raw[:32]].seq for raw in parcel.entries]


def test_a_wanted_entry_goes_first_and_its_ancestors_after_it_down_to_the_root() -> None:
    log, parcel = chain(10), Parcel(10**6)
    add_wanted(parcel, [held(8).id], log.get, held(4).id)
    assert seqs(parcel, log) == [8, 7, 6, 5]


def test_at_most_200_ancestors_go_along() -> None:
    log, parcel = chain(300), Parcel(10**6)
    add_wanted(parcel, [held(300).id], log.get, None)
    assert seqs(parcel, log) == list(range(300, 300 - MAX_ANCESTORS - 1, -1))


def test_without_a_root_the_walk_ends_at_the_first_entry() -> None:
    log, parcel = chain(5), Parcel(10**6)
    add_wanted(parcel, [held(5).id], log.get, None)
    assert seqs(parcel, log) == [5, 4, 3, 2, 1]


def test_a_rotted_entry_ends_its_walk_and_no_other() -> None:
    log, parcel = chain(9, rotted=6), Parcel(10**6)
    add_wanted(parcel, [held(8).id, held(3).id], log.get, held(1).id)
    assert seqs(parcel, log) == [8, 7, 3, 2]
    assert [one.seq for one in parcel.rotted] == [6]


def test_what_is_not_held_is_passed_over() -> None:
    log, parcel = chain(3), Parcel(10**6)
    add_wanted(parcel, [bytes(32), held(2).id], log.get, None)
    assert seqs(parcel, log) == [2, 1]


def test_walks_that_meet_send_no_entry_twice() -> None:
    log, parcel = chain(6), Parcel(10**6)
    add_wanted(parcel, [held(4).id, held(6).id], log.get, None)
    assert seqs(parcel, log) == [4, 3, 2, 1, 6, 5]


def test_a_walk_that_does_not_fit_ends_the_parcel() -> None:
    log, parcel = chain(6), Parcel(250)
    add_wanted(parcel, [held(6).id, held(2).id], log.get, None)
    assert seqs(parcel, log) == [6, 5]
    assert parcel.cut
