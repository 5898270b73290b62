"""Whatever message can be, encoding and then decoding gives the same; whatever bytes come, only PduError is raised."""

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.pdu import (
    Address,
    AddressKind,
    Alphabet,
    Command,
    Concat,
    Deliver,
    Element,
    EnhancedValidity,
    Message,
    PduError,
    Ports,
    StatusReport,
    Submit,
    coding_of,
    decode_pdu,
    encode_pdu,
    gsm7,
)
from firmware_bridge.pdu.times import relative_period
from tests.firmware_bridge.pdu.fuzz import fuzz

OCTET = st.integers(0, 255)
DIGITS = st.text("0123456789*#abc", max_size=20)
PLAIN_KINDS = [kind for kind in AddressKind if kind not in {AddressKind.INTERNATIONAL, AddressKind.ALPHANUMERIC}]
ADDRESS = st.one_of(
    st.builds(Address, DIGITS, st.sampled_from(PLAIN_KINDS), st.integers(0, 15)),
    DIGITS.map(lambda digits: Address("+" + digits, AddressKind.INTERNATIONAL)),
    st.text("ABCdef 123&@", max_size=11).map(lambda name: Address(name, AddressKind.ALPHANUMERIC, 0)),
)
CENTRE = st.none() | DIGITS.map(lambda digits: Address("+" + digits, AddressKind.INTERNATIONAL))
TIME = st.one_of(
    st.none(),
    st.builds(
        lambda at, quarters: at.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarters))),
        st.datetimes(datetime(1990, 1, 1), datetime(2089, 1, 1)),  # noqa: DTZ001
        st.integers(-79, 79),
    ),
)
ELEMENT = st.one_of(
    st.builds(Element, OCTET, st.binary(max_size=8)),
    st.builds(
        lambda ref, total, share: Concat(ref, total, 1 + share % total).element(), OCTET, st.integers(1, 255), OCTET
    ),
    st.builds(lambda a, b: Ports(a, b).element(), st.integers(0, 65_535), st.integers(0, 65_535)),
    st.builds(lambda iei, language: Element(iei, bytes([language])), st.sampled_from([0x24, 0x25]), st.integers(0, 14)),
)
FLAG = st.booleans()


@st.composite
def content(draw: Any, dcs: int | None) -> dict[str, Any]:
    """User data that fits its scheme and its header, at times to the last septet."""
    udh = tuple(draw(st.lists(ELEMENT, max_size=3)))
    probe = Message(dcs=dcs, udh=udh)
    room = 140 - (1 + sum(2 + len(data) for _, data in udh) if udh else 0)
    if probe.alphabet is Alphabet.EIGHT_BIT:
        return {"dcs": dcs, "udh": udh, "data": draw(st.binary(max_size=room))}
    if probe.alphabet is Alphabet.UCS2:
        units = draw(st.binary(max_size=room).map(lambda octets: octets[: len(octets) // 2 * 2]))
        return {"dcs": dcs, "udh": udh, "text": units.decode("utf-16-be", "surrogatepass")}
    characters = st.sampled_from(sorted(gsm7.septets_by_character(probe.languages)))
    text = draw(st.lists(characters, max_size=room * 8 // 7 // 2).map("".join)) + draw(st.sampled_from(["", "\x1b"]))
    return {"dcs": dcs, "udh": udh, "text": text}


SCHEME = OCTET.filter(lambda dcs: not coding_of(dcs).compressed)


@st.composite
def messages(draw: Any) -> Message:
    kind = draw(st.sampled_from([Deliver, Submit, StatusReport, Command]))
    body = {"smsc": draw(CENTRE), **draw(content(draw(SCHEME)))}
    if kind is Deliver:
        return Deliver(
            **body, sender=draw(ADDRESS), timestamp=draw(TIME), pid=draw(OCTET), more_messages=draw(FLAG), report=draw(FLAG),
            loop_prevention=draw(FLAG), reply_path=draw(FLAG),
        )  # fmt: skip
    if kind is Submit:
        validity = draw(
            st.one_of(
                TIME,
                OCTET.map(relative_period),
                st.binary(min_size=7, max_size=7).map(EnhancedValidity),
            )
        )
        return Submit(
            **body, recipient=draw(ADDRESS), reference=draw(OCTET), pid=draw(OCTET), validity=validity, report=draw(FLAG),
            reject_duplicates=draw(FLAG), reply_path=draw(FLAG),
        )  # fmt: skip
    if kind is Command:
        data = draw(content(4))
        return Command(
            smsc=body["smsc"], data=data["data"], udh=data["udh"], dcs=None, recipient=draw(ADDRESS), reference=draw(OCTET),
            pid=draw(OCTET), command=draw(OCTET), message_number=draw(OCTET), report=draw(FLAG),
        )  # fmt: skip
    return StatusReport(
        **body, recipient=draw(ADDRESS), reference=draw(OCTET), timestamp=draw(TIME), discharge_at=draw(TIME),
        status=draw(OCTET), pid=draw(st.none() | OCTET), more_messages=draw(FLAG), loop_prevention=draw(FLAG), of_command=draw(FLAG),
    )  # fmt: skip


@given(messages())
def test_a_message_that_can_be_written_is_read_as_the_same(message: Message) -> None:
    pdu = encode_pdu(message)
    read = decode_pdu(pdu, from_mobile=isinstance(message, Command))
    assert encode_pdu(read) == pdu
    for field in message.__struct_fields__:
        if field != "indicator":  # A report says by itself which of its optional fields are there.
            assert getattr(read, field) == getattr(message, field), field


@given(st.binary(max_size=200), st.booleans(), st.booleans())
def test_any_bytes_are_a_message_or_a_pdu_error(pdu: bytes, has_smsc: bool, from_mobile: bool) -> None:
    try:
        decode_pdu(pdu, has_smsc=has_smsc, from_mobile=from_mobile)
    except PduError as error:
        assert re.match(r"(SMSC|TP-[A-Z]+): ", str(error))  # noqa: PT017


@pytest.mark.parametrize("seed", range(2))
def test_damaged_pdus_break_no_promise(seed: int) -> None:
    """A share of `make assurance ARGS=pdu`."""
    toll, failures = fuzz(4_000, seed)
    assert failures == []
    assert min(toll["refused"], toll["decoded"], toll["truncated"]) > 400
