"""Gammu, which has read SMS for twenty years, reads ours as we meant them."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.pdu import Address, AddressKind, Alphabet, Concat, Deliver, Submit, dcs_for, encode_pdu, gsm7
from firmware_bridge.pdu.alphabets import single_table

gammu = pytest.importorskip("gammu", reason="python-gammu is not installed: no wheel for this system")

# A tilde begins a notation of Gammu's own.
SIGNS = sorted(set(gsm7.septets_by_character()) - set("\f\r\n~"))
EXTENSIONS = set(single_table(0).values())
SENDER = st.one_of(
    st.text("0123456789", min_size=3, max_size=15).map(lambda digits: Address("+" + digits, AddressKind.INTERNATIONAL)),
    st.text("0123456789", min_size=3, max_size=15).map(Address),
    st.text("ABCdef 123&", min_size=1, max_size=10).map(lambda name: Address("A" + name, AddressKind.ALPHANUMERIC, 0)),
)
TIME = st.builds(
    lambda at, quarters: at.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarters))),
    st.datetimes(datetime(2001, 1, 1), datetime(2060, 1, 1)),  # noqa: DTZ001
    st.integers(-48, 56),
)
CONCAT = st.none() | st.builds(Concat, st.integers(0, 255), st.just(9), st.integers(1, 9))
TEXT = st.one_of(
    st.tuples(st.just(Alphabet.GSM7), st.lists(st.sampled_from(SIGNS), max_size=76).map("".join)),
    st.tuples(
        st.just(Alphabet.UCS2),
        st.text(
            st.characters(min_codepoint=32, max_codepoint=0x1FFFF, exclude_categories=["Cs"], exclude_characters="~"),
            max_size=33,
        ),
    ),
)


def said(read: dict[str, Any], text: str) -> str:
    """Gammu counts an extension as two characters, and ends its text with whatever lay in its memory."""
    return str(read["Text"])[: len(text)] if set(text) & EXTENSIONS else str(read["Text"])


@given(SENDER, TIME, CONCAT, TEXT)
def test_gammu_reads_what_we_deliver(
    sender: Address, at: datetime, concat: Concat | None, content: tuple[Alphabet, str]
) -> None:
    alphabet, text = content
    udh = () if concat is None else (concat.element(),)
    deliver = Deliver(sender=sender, timestamp=at, text=text, dcs=dcs_for(alphabet), udh=udh)
    read = gammu.DecodePDU(encode_pdu(deliver), True)
    assert (read["Type"], read["Number"], said(read, text)) == ("Deliver", str(sender), text)
    assert read["DateTime"] == at
    assert read["DateTime"].utcoffset() == at.utcoffset()
    if concat is not None:
        found = read["UDH"]
        assert (found["ID8bit"], found["AllParts"], found["PartNumber"]) == (concat.ref, concat.total, concat.part)


@given(TEXT, st.integers(0, 255))
def test_gammu_reads_what_we_submit(content: tuple[Alphabet, str], reference: int) -> None:
    alphabet, text = content
    submit = Submit(
        recipient=Address.parse("+6281234567890"),
        text=text,
        dcs=dcs_for(alphabet),
        reference=reference,
        validity=timedelta(days=1),
        report=True,
    )
    read = gammu.DecodePDU(encode_pdu(submit), True)
    assert (read["Type"], read["Number"], said(read, text)) == ("Submit", "+6281234567890", text)
