"""Packed bodies: what goes in comes out, and nothing that comes in can hurt."""

import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.errors import InflateError, PackError, ProtocolError
from sync_protocol.packing import MAX_UNPACKED, pack, unpack


@given(st.binary(max_size=2_000) | st.text(alphabet='{}":, abc', max_size=2_000).map(str.encode))
def test_what_was_packed_unpacks_to_the_same(data: bytes) -> None:
    packed = pack(data)
    assert unpack(packed) == data
    assert len(packed) <= len(data) + 1


@given(st.binary(max_size=500))
def test_any_bytes_unpack_or_raise_our_error(data: bytes) -> None:
    try:
        assert len(unpack(data)) <= MAX_UNPACKED
    except ProtocolError:
        pass


@given(st.binary(max_size=300), st.integers(0, 2**32))
def test_a_packed_body_with_one_byte_changed_unpacks_or_raises_our_error(data: bytes, at: int) -> None:
    packed = bytearray(pack(data))
    packed[at % len(packed)] ^= 1 + at % 255
    try:
        assert len(unpack(bytes(packed))) <= MAX_UNPACKED
    except ProtocolError:
        pass


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536])
def test_a_body_of_up_to_65536_bytes_is_packed(size: int) -> None:
    assert unpack(pack(b"x" * size)) == b"x" * size


def test_a_longer_body_is_not_packed() -> None:
    with pytest.raises(PackError):
        pack(b"x" * 65_537)


def test_bytes_that_do_not_shrink_go_as_they_are() -> None:
    data = bytes(range(256))
    assert pack(data) == b"\0" + data


@pytest.mark.parametrize(
    "text", [b'{"reason":"boot"}', b'{"category":"PJU","kelurahan":"53.71.04.1010","pin":"402913"}']
)
def test_usual_bodies_shrink_to_less_than_half(text: bytes) -> None:
    assert len(pack(text)) < len(text) / 2


def test_a_bomb_costs_no_memory() -> None:
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = b"\x01" + stream.compress(bytes(60_000_000)) + stream.flush()
    tracemalloc.start()
    with pytest.raises(InflateError):
        unpack(bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_000_000


def test_one_body_leaves_no_trace_in_the_next() -> None:
    first = pack(b'{"text":"seldom seen words: quokka xylophone"}')
    pack(b'{"text":"something else"}')
    assert pack(b'{"text":"seldom seen words: quokka xylophone"}') == first
    assert unpack(first) == unpack(first)
