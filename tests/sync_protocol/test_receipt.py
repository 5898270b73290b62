"""Receipts: what a resident takes home proves the entry, and says nothing of it."""

import pytest
from cryptography.exceptions import InvalidSignature
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.errors import ProtocolError
from sync_protocol.number import number_of
from sync_protocol.receipt import PREFIX, read_receipt, write_receipt
from tests.sync_protocol import samples

ENTRY = samples.log(2)[1]
TEXT = write_receipt(ENTRY)


def test_a_receipt_names_its_entry_and_is_signed_by_its_device() -> None:
    receipt = read_receipt(TEXT)
    assert (receipt.number, receipt.id, receipt.log) == (number_of(ENTRY.id), ENTRY.id, ENTRY.log)
    assert (receipt.seq, receipt.time_ms, receipt.kind) == (ENTRY.seq, ENTRY.time_ms, ENTRY.kind)
    samples.DEVICE.public_key().verify(receipt.signature, receipt.message)


def test_a_receipt_fits_a_qr_code_of_letters_and_digits() -> None:
    assert len(TEXT) == 264
    assert set(TEXT) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:")


def test_any_other_letter_in_it_breaks_it() -> None:
    for at in range(len(TEXT)):
        other = "A" if TEXT[at] != "A" else "B"
        try:
            receipt = read_receipt(TEXT[:at] + other + TEXT[at + 1 :])
        except ProtocolError:
            continue
        with pytest.raises(InvalidSignature):
            samples.DEVICE.public_key().verify(receipt.signature, receipt.message)


@given(st.text(max_size=300), st.booleans())
def test_any_text_is_a_receipt_or_raises_our_error(text: str, prefixed: bool) -> None:
    with pytest.raises(ProtocolError):
        read_receipt(PREFIX + text if prefixed else text)


@given(st.integers(0, 263), st.characters())
def test_any_character_in_its_place_raises_no_other_error(at: int, letter: str) -> None:
    try:
        read_receipt(TEXT[:at] + letter + TEXT[at + 1 :])
    except ProtocolError:
        pass
