"""Single fields: addresses, data coding schemes, times, validity periods."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import PduError
from firmware_bridge.pdu import Address, AddressKind, Alphabet, Coding, EnhancedValidity, Waiting, WaitingIndication
from firmware_bridge.pdu.address import address_octets, read_address, read_service_centre, service_centre_octets
from firmware_bridge.pdu.coding import coding_of, dcs_for
from firmware_bridge.pdu.octets import Octets
from firmware_bridge.pdu.times import read_timestamp, relative_octet, relative_period, timestamp_octets

ADDRESSES = [
    ("0B916407281553F8", "+46708251358", AddressKind.INTERNATIONAL),
    ("0C91261832547698", "+628123456789", AddressKind.INTERNATIONAL),
    ("0BA18021436587F9", "08123456789", AddressKind.NATIONAL),
    ("0A817080523185", "0708251358", AddressKind.UNKNOWN),
    ("04817180", "1708", AddressKind.UNKNOWN),
    ("05812143F5", "12345", AddressKind.UNKNOWN),
    ("06E1214365", "123456", AddressKind.SHORT),
    ("0581BADCFE", "*#abc", AddressKind.UNKNOWN),
    ("0BD0C7F7FBCC2E03", "Google", AddressKind.ALPHANUMERIC),
    ("0081", "", AddressKind.UNKNOWN),
]


def test_the_alphanumeric_name_of_a_bank_counts_semi_octets() -> None:
    bank = Address.parse("BANK NTT")
    assert bank.kind is AddressKind.ALPHANUMERIC
    octets = address_octets(bank, "TP-OA")
    assert octets[:2] == bytes([14, 0xD0])
    assert read_address(Octets(octets), "TP-OA") == bank


@pytest.mark.parametrize(("octets", "number", "kind"), ADDRESSES)
def test_an_address_is_read_and_written(octets: str, number: str, kind: AddressKind) -> None:
    address = read_address(Octets(bytes.fromhex(octets)), "TP-OA")
    assert (str(address), address.kind) == (number, kind)
    assert address_octets(address, "TP-OA").hex().upper() == octets


def test_a_filler_that_comes_too_early_ends_the_number() -> None:
    assert str(read_address(Octets(bytes.fromhex("068121F365")), "TP-OA")) == "123"


@given(
    st.one_of(
        st.text("0123456789*#abc", max_size=20).map(Address),
        st.text("0123456789*#abc", max_size=20).map(lambda digits: Address("+" + digits, AddressKind.INTERNATIONAL)),
        st.text("ABCxyz 12-&@", max_size=11).map(lambda name: Address(name, AddressKind.ALPHANUMERIC, 0)),
    )
)
def test_any_address_survives(address: Address) -> None:
    assert read_address(Octets(address_octets(address, "TP-OA")), "TP-OA") == address
    assert read_service_centre(Octets(service_centre_octets(address))) in {address, _padded(address)}


def _padded(address: Address) -> Address:
    """An alphanumeric service centre counts whole octets, which may hold one septet of zeros more."""
    return Address(address.number + "@", address.kind, address.plan)


@pytest.mark.parametrize("number", ["+62812345678901234567890", "a much too long name", "0812-345", "08123é"])
def test_what_fits_no_address_is_refused(number: str) -> None:
    with pytest.raises(PduError, match=r"^TP-DA: "):
        address_octets(
            Address(number, AddressKind.UNKNOWN if number[0] == "0" else Address.parse(number).kind), "TP-DA"
        )


# TS 23.038 section 4.
CODINGS = [
    (0x00, Coding(Alphabet.GSM7)),
    (0x04, Coding(Alphabet.EIGHT_BIT)),
    (0x08, Coding(Alphabet.UCS2)),
    (0x0C, Coding(Alphabet.GSM7)),
    (0x10, Coding(Alphabet.GSM7, message_class=0)),
    (0x19, Coding(Alphabet.UCS2, message_class=1)),
    (0x20, Coding(Alphabet.GSM7, compressed=True)),
    (0x48, Coding(Alphabet.UCS2)),
    (0x80, Coding(Alphabet.GSM7)),
    (0xB8, Coding(Alphabet.GSM7)),
    (0xC0, Coding(Alphabet.GSM7, waiting=WaitingIndication(Waiting.VOICEMAIL, active=False, store=False))),
    (0xC9, Coding(Alphabet.GSM7, waiting=WaitingIndication(Waiting.FAX, active=True, store=False))),
    (0xD8, Coding(Alphabet.GSM7, waiting=WaitingIndication(Waiting.VOICEMAIL, active=True, store=True))),
    (0xEB, Coding(Alphabet.UCS2, waiting=WaitingIndication(Waiting.OTHER, active=True, store=True))),
    (0xF0, Coding(Alphabet.GSM7, message_class=0)),
    (0xF6, Coding(Alphabet.EIGHT_BIT, message_class=2)),
]


@pytest.mark.parametrize(("dcs", "coding"), CODINGS, ids=lambda value: hex(value) if isinstance(value, int) else "")
def test_a_data_coding_scheme_says_what_section_4_says(dcs: int, coding: Coding) -> None:
    assert coding_of(dcs) == coding


@pytest.mark.parametrize("alphabet", Alphabet)
@pytest.mark.parametrize("message_class", [None, 0, 1, 2, 3])
def test_a_scheme_that_we_choose_reads_as_what_we_meant(alphabet: Alphabet, message_class: int | None) -> None:
    assert coding_of(dcs_for(alphabet, message_class)) == Coding(alphabet, message_class)


def test_a_time_stamp_with_a_negative_zone() -> None:
    at = read_timestamp(bytes.fromhex("8080919075106A"))
    assert at is not None
    assert at.utcoffset() == timedelta(hours=-6, minutes=-30)
    assert at.isoformat() == "2008-08-19T09:57:01-06:30"
    assert timestamp_octets(at, "TP-SCTS").hex().upper() == "8080919075106A"


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2089, 12, 31, 23, 59, 59)),  # noqa: DTZ001
    st.integers(-79, 79),
)
def test_any_time_survives(at: datetime, quarters: int) -> None:
    at = at.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarters)))
    read = read_timestamp(timestamp_octets(at, "TP-SCTS"))
    assert read == at
    assert read.utcoffset() == at.utcoffset()


@given(st.binary(min_size=7, max_size=7))
def test_seven_octets_are_a_time_or_none(octets: bytes) -> None:
    read = read_timestamp(octets)
    assert read is None or read_timestamp(timestamp_octets(read, "TP-SCTS")) == read


@pytest.mark.parametrize(
    "octets",
    ["00000000000000", "FFFFFFFFFFFFFF", "62310022334400", "6220A300000000", "99309251A19580", "993092516195FA"],
)
def test_a_time_that_does_not_exist_is_none(octets: str) -> None:
    assert read_timestamp(bytes.fromhex(octets)) is None


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 22),  # noqa: DTZ001
        datetime(1989, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, tzinfo=timezone(timedelta(minutes=7))),
        datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=20))),
    ],
)
def test_a_time_that_no_time_stamp_can_name_is_refused(at: datetime) -> None:
    with pytest.raises(PduError, match=r"^TP-SCTS: "):
        timestamp_octets(at, "TP-SCTS")


# TS 23.040 section 9.2.3.12.1.
PERIODS = [
    (0, timedelta(minutes=5)),
    (143, timedelta(hours=12)),
    (144, timedelta(hours=12, minutes=30)),
    (167, timedelta(hours=24)),
    (168, timedelta(days=2)),
    (170, timedelta(days=4)),
    (196, timedelta(days=30)),
    (197, timedelta(weeks=5)),
    (255, timedelta(weeks=63)),
]


@pytest.mark.parametrize(("octet", "period"), PERIODS)
def test_a_relative_validity_period(octet: int, period: timedelta) -> None:
    assert relative_period(octet) == period


def test_every_relative_period_survives_and_others_are_rounded_up() -> None:
    assert [relative_octet(relative_period(octet)) for octet in range(256)] == list(range(256))
    assert relative_period(relative_octet(timedelta(minutes=6))) == timedelta(minutes=10)
    assert relative_period(relative_octet(timedelta(hours=25))) == timedelta(days=2)
    for period in (timedelta(0), timedelta(-1), timedelta(weeks=64)):
        with pytest.raises(PduError, match=r"^TP-VP: "):
            relative_octet(period)


# TS 23.040 section 9.2.3.12.3.
ENHANCED = [
    ("00000000000000", None),
    ("01A70000000000", timedelta(days=1)),
    ("42120000000000", timedelta(seconds=18)),
    ("03214354000000", timedelta(hours=12, minutes=34, seconds=45)),
    ("07000000000000", None),
    ("81A70000000000", None),
]


@pytest.mark.parametrize(("octets", "period"), ENHANCED)
def test_an_enhanced_validity_period(octets: str, period: timedelta | None) -> None:
    assert EnhancedValidity(bytes.fromhex(octets)).period == period
