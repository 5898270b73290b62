"""Entries: every bit is bound by the signature, and the id by all but the signature."""

from hashlib import sha256, shake_256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.entry import MAX_ENTRY_SIZE, parse_entry, read_header, verify_entry, write_entry
from sync_protocol.errors import (
    BadSignatureError,
    EntryError,
    MalformedEntryError,
    PackError,
    ProtocolError,
    UnknownVersionError,
)
from sync_protocol.packing import unpack
from sync_protocol.seal import NOT_SEALED, key_tag, open_body
from tests.sync_protocol import samples

KEY = samples.DEVICE.public_key()


@given(
    kind=st.integers(0, 255),
    time_ms=st.integers(0, 2**48 - 1),
    seq=st.integers(0, 2**32 - 1),
    log=st.binary(min_size=16, max_size=16),
    prev=st.binary(min_size=32, max_size=32),
    body=st.binary(max_size=400),
    sealed=st.booleans(),
)
def test_what_was_written_is_read_again(
    kind: int, time_ms: int, seq: int, log: bytes, prev: bytes, body: bytes, sealed: bool
) -> None:
    written = write_entry(
        kind=kind,
        time_ms=time_ms,
        seq=seq,
        log=log,
        prev=prev,
        body=body,
        signer=samples.DEVICE,
        recipient=samples.INTAKE_KEY if sealed else None,
        seal=samples.seal,
    )
    entry = parse_entry(written.raw)
    verify_entry(entry, KEY)
    assert (entry.kind, entry.time_ms, entry.seq, entry.log, entry.prev) == (kind, time_ms, seq, log, prev)
    assert entry.to == (key_tag(samples.INTAKE_KEY) if sealed else NOT_SEALED)
    assert unpack(open_body(entry.to, entry.header, entry.body, samples.OPEN_KEYS)) == body


def test_every_bit_of_an_entry_is_bound() -> None:
    raw = samples.log(2)[1].raw
    for bit in range(8 * len(raw)):
        altered = bytearray(raw)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(EntryError):
            verify_entry(parse_entry(bytes(altered)), KEY)


def test_the_id_is_the_same_whatever_the_signature() -> None:
    entry = samples.entry()
    other = parse_entry(entry.raw[:-64] + bytes(64))
    assert other.id == entry.id
    with pytest.raises(BadSignatureError):
        verify_entry(other, KEY)


def test_the_id_is_another_for_another_header_or_body() -> None:
    entry = samples.entry()
    ids = {
        parse_entry(entry.raw[:at] + bytes([entry.raw[at] ^ 1]) + entry.raw[at + 1 :]).id
        for at in range(1, len(entry.raw) - 64)
    }
    assert len(ids | {entry.id}) == len(entry.raw) - 64


@given(st.binary(max_size=300) | st.binary(min_size=128, max_size=300).map(lambda data: b"\x01" + data[1:]))
def test_any_bytes_are_an_envelope_or_raise_our_error(data: bytes) -> None:
    try:
        entry = parse_entry(data)
    except ProtocolError:
        return
    assert entry.header + entry.body + entry.signature == data
    with pytest.raises(BadSignatureError):
        verify_entry(entry, KEY)


def test_an_entry_has_at_most_65535_bytes() -> None:
    longest = b"\x01" + bytes(MAX_ENTRY_SIZE - 1)
    assert len(parse_entry(longest).body) == 65_407
    with pytest.raises(MalformedEntryError):
        parse_entry(longest + b"\0")


def test_an_entry_that_would_not_fit_into_a_frame_is_not_written() -> None:
    noise = shake_256(b"noise").digest(65_450)
    for body, error in ((noise, MalformedEntryError), (b"x" * 65_537, PackError)):
        with pytest.raises(error):
            samples.entry(body=body, recipient=samples.INTAKE_KEY)


def test_another_version_is_refused_before_its_fields_are_read() -> None:
    for version in (0, 2, 255):
        with pytest.raises(UnknownVersionError):
            parse_entry(bytes([version]) + samples.entry().raw[1:])


@pytest.mark.parametrize(("given_ms", "written_ms"), [(-5, 0), (0, 0), (2**48, 2**48 - 1), (2**70, 2**48 - 1)])
def test_a_clock_beyond_48_bits_is_written_as_the_nearest_time(given_ms: int, written_ms: int) -> None:
    entry = write_entry(
        kind=6, time_ms=given_ms, seq=1, log=bytes(16), prev=bytes(32), body=b"{}", signer=samples.DEVICE
    )
    assert entry.time_ms == written_ms


def test_an_entry_without_its_body_still_proves_itself() -> None:
    entry = samples.log(2)[1]
    entry_id, message = read_header(entry.header, sha256(entry.body).digest(), entry.signature)
    assert (entry_id, message) == (entry.id, entry.message)
    with pytest.raises(MalformedEntryError):
        read_header(entry.header[:-1], bytes(32), entry.signature)


def test_another_device_cannot_write_into_a_log() -> None:
    with pytest.raises(BadSignatureError):
        verify_entry(samples.entry(signer=samples.STRANGER), KEY)
