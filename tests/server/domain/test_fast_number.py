"""Numbers from tables are the protocol's numbers."""

from hashlib import sha256

from server.domain.fast_number import number_of
from sync_protocol import number


def test_the_example_of_the_protocol():
    assert number_of(bytes(range(32))) == "000G4-0R40Y"


def test_every_number_is_the_one_that_the_protocol_gives():
    ids = [sha256(seed.to_bytes(4)).digest() for seed in range(2_000)] + [bytes(32), b"\xff" * 32]
    assert [number_of(entry_id) for entry_id in ids] == [number.number_of(entry_id) for entry_id in ids]
