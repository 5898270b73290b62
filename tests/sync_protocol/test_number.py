"""Numbers and PINs, and the base32 with its check symbol."""

import hmac
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import base32
from sync_protocol.errors import NumberError, ProtocolError
from sync_protocol.number import id_range, number_of, parse_number, pin_of

some_id = st.binary(min_size=32, max_size=32)
some_symbols = st.lists(st.integers(0, 31), min_size=9, max_size=9)


def test_the_examples_of_the_protocol() -> None:
    assert number_of(bytes(range(32))) == "000G4-0R40Y"
    assert parse_number("7kqm9 xd4tf") == "7KQM9-XD4TF"


@given(some_id)
def test_a_number_names_the_first_45_bits_of_the_id(entry_id: bytes) -> None:
    number = number_of(entry_id)
    assert parse_number(number) == number
    low, high = id_range(number)
    assert low <= entry_id <= high
    assert number_of(low) == number_of(high) == number


@given(some_id, some_id)
def test_ids_in_the_range_of_a_number_are_those_with_that_number(one: bytes, other: bytes) -> None:
    low, high = id_range(number_of(one))
    assert (low <= other <= high) == (number_of(other) == number_of(one))


@given(some_symbols)
def test_every_single_wrong_symbol_and_every_swap_is_caught(symbols: list[int]) -> None:
    number = [*symbols, base32.check_symbol(symbols)]
    assert parse_number(base32.text(number)) == base32.text(number)
    for at in range(10):
        for value in set(range(32)) - {number[at]}:
            with pytest.raises(NumberError):
                parse_number(base32.text([*number[:at], value, *number[at + 1 :]]))
        for other in range(at):
            if number[at] != number[other]:
                swapped = list(number)
                swapped[at], swapped[other] = swapped[other], swapped[at]
                with pytest.raises(NumberError):
                    parse_number(base32.text(swapped))


@given(st.text(max_size=20) | st.text(alphabet="0123456789ABCDEFGHJKMNPQRSTVWXYZ-", min_size=10, max_size=11))
def test_any_text_is_a_number_or_raises_our_error(text: str) -> None:
    try:
        assert len(parse_number(text)) == 11
    except ProtocolError:
        pass


@given(some_symbols, st.sampled_from([" ", "-", ".", "\u2013", "\n"]))
def test_case_hyphens_and_look_alikes_do_not_matter(symbols: list[int], between: str) -> None:
    number = base32.text([*symbols, base32.check_symbol(symbols)])
    sloppy = between.join(number.replace("-", "")).lower().replace("0", "o").replace("1", "l")
    assert parse_number(sloppy) == number


@given(st.integers(0, 2**60 - 1))
def test_symbols_and_integers_are_two_ways_of_writing_the_same(value: int) -> None:
    assert base32.integer(base32.encode(value, 12)) == value


def test_the_check_is_only_as_long_as_its_powers_differ() -> None:
    base32.check_symbol([1] * 30)
    with pytest.raises(ValueError, match="at most 30"):
        base32.check_symbol([1] * 31)


def test_the_powers_of_a_run_through_all_of_the_field() -> None:
    powers = {base32.check_symbol([0] * at + [1]) for at in range(30)}
    assert len(powers | {1}) == 31  # a^1 to a^30, and a^31 = 1 for the check symbol itself


@given(st.binary(min_size=16, max_size=16))
def test_a_pin_is_the_end_of_the_hmac_of_the_ref(ref: bytes) -> None:
    value = int(hmac.digest(ref, b"pin", sha256).hex(), 16)
    assert pin_of(ref) == f"{value % 10**6:06}"
    assert pin_of(ref, 16) == f"{value % 10**16:016}"
    assert pin_of(ref, 16).endswith(pin_of(ref))
