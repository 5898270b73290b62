"""Bundles: however they are cut, the same entries come out."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.bundle import MAGIC, BundleReader, read_bundle, write_bundle
from sync_protocol.errors import NotABundleError, ProtocolError
from tests.sync_protocol import samples

ENTRIES = samples.log(3)
BUNDLE = write_bundle([ENTRIES[0].raw, b"too short", ENTRIES[1].raw, b"\x02" + ENTRIES[2].raw[1:], ENTRIES[2].raw])


def state(reader: BundleReader) -> tuple[int, int, bool]:
    return reader.malformed, reader.rest, reader.started


def test_a_bundle_gives_back_the_entries_written() -> None:
    entries, reader = read_bundle(write_bundle([one.raw for one in ENTRIES]))
    assert entries == ENTRIES
    assert state(reader) == (0, 0, True)


def test_the_same_comes_out_wherever_the_bundle_is_cut_in_two() -> None:
    for at in range(len(BUNDLE) + 1):
        reader = BundleReader()
        assert [*reader.feed(BUNDLE[:at]), *reader.feed(BUNDLE[at:])] == ENTRIES
        assert state(reader) == (2, 0, True)


def test_the_same_comes_out_byte_by_byte() -> None:
    reader = BundleReader()
    assert [entry for byte in BUNDLE for entry in reader.feed(bytes([byte]))] == ENTRIES
    assert state(reader) == (2, 0, True)


@given(st.lists(st.integers(0, len(BUNDLE)), max_size=20))
def test_the_same_comes_out_in_any_pieces(cuts: list[int]) -> None:
    reader = BundleReader()
    edges = [0, *sorted(cuts), len(BUNDLE)]
    pieces = [BUNDLE[start:end] for start, end in pairwise(edges)]
    assert [entry for piece in pieces for entry in reader.feed(piece)] == ENTRIES


def test_of_a_bundle_that_ends_early_the_whole_frames_are_kept() -> None:
    ends = [len(write_bundle([one.raw for one in ENTRIES[:count]])) for count in range(4)]
    whole = write_bundle([one.raw for one in ENTRIES])
    for length in range(len(MAGIC), len(whole) + 1):
        entries, reader = read_bundle(whole[:length])
        complete = sum(end <= length for end in ends[1:])
        assert entries == ENTRIES[:complete]
        assert reader.rest == length - ends[complete]


def test_what_is_no_bundle_is_known_by_its_first_wrong_byte() -> None:
    for length in range(1, len(MAGIC) + 1):
        reader = BundleReader()
        try:
            reader.feed(MAGIC[: length - 1] + b"?")
        except NotABundleError:
            continue
        raise AssertionError(length)


@given(st.binary(max_size=600), st.booleans())
def test_any_bytes_give_entries_or_our_error(data: bytes, magic: bool) -> None:
    try:
        read_bundle(MAGIC + data if magic else data)
    except ProtocolError:
        assert not magic


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_every_frame_is_either_an_entry_or_counted(frames: list[bytes]) -> None:
    entries, reader = read_bundle(write_bundle(frames))
    assert len(entries) + reader.malformed == len(frames)
    assert reader.rest == 0


def test_a_reader_keeps_no_more_than_one_unfinished_frame() -> None:
    reader = BundleReader()
    reader.feed(write_bundle([one.raw for one in ENTRIES] * 20) + b"\xff\xff" + bytes(100))
    assert reader.rest == 102
