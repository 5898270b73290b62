"""Whole messages, both ways: every kind, every alphabet, headers, optional fields, the strange ones."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from msgspec.structs import replace

from firmware_bridge.pdu import (
    Address,
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
    Waiting,
    dcs_for,
    decode_pdu,
    encode_pdu,
    message_key,
)

SENDER = Address.parse("+6281234567890")
AT = datetime(2026, 11, 22, 9, 55, tzinfo=timezone(timedelta(hours=8)))
UCS2 = dcs_for(Alphabet.UCS2)
DATA = dcs_for(Alphabet.EIGHT_BIT)


def deliver(**fields: Any) -> Deliver:
    defaults: dict[str, Any] = {"sender": SENDER, "timestamp": AT, "text": "Lampu jalan mati"}
    return Deliver(**defaults | fields)


def again(message: Message, *, from_mobile: bool = False) -> Message:
    return decode_pdu(encode_pdu(message), from_mobile=from_mobile)


MESSAGES: list[Message] = [
    deliver(),
    deliver(smsc=Address.parse("+62811000000")),
    deliver(text="Jalan rusak [RT 3] €5", more_messages=True, report=True, reply_path=True, loop_prevention=True),
    deliver(text="Terima kasih 🙏", dcs=UCS2),
    deliver(text="ಕನ್ನಡ", udh=(Element(0x25, b"\x07"),)),
    deliver(text="áçÍ", udh=(Element(0x24, b"\x02"),)),
    deliver(text=None, data=b"\x00\xff\x1b", dcs=DATA, udh=(Ports(2948, 9200).element(),)),
    deliver(text="", timestamp=None),
    deliver(sender=Address.parse("TELKOMSEL"), text="", pid=0x40),
    Submit(recipient=SENDER, text="Laporan diterima", report=True, validity=timedelta(days=2)),
    Submit(recipient=SENDER, text="x", validity=AT, reject_duplicates=True, reply_path=True, reference=255, pid=0x7F),
    Submit(recipient=SENDER, text="x", validity=EnhancedValidity(bytes.fromhex("42120000000000"))),
    StatusReport(recipient=SENDER, reference=7, timestamp=AT, discharge_at=AT, status=0),
    StatusReport(recipient=SENDER, reference=7, status=0x41, indicator=0),
    StatusReport(recipient=SENDER, reference=7, status=0x30, indicator=7, pid=0, dcs=0, text="Tidak terkirim"),
    StatusReport(
        recipient=SENDER, reference=0, status=0, indicator=6, dcs=DATA, data=b"ok", udh=(Element(0x70, b"\x01"),)
    ),
    StatusReport(recipient=SENDER, reference=1, status=0, more_messages=True, loop_prevention=True, of_command=True),
]


@pytest.mark.parametrize("message", MESSAGES, ids=repr)
def test_a_message_is_read_as_what_was_written(message: Message) -> None:
    assert again(message) == message


def test_a_command_is_what_a_phone_sends_where_a_network_sends_a_report() -> None:
    command = Command(recipient=SENDER, reference=3, pid=1, command=2, message_number=9, data=b"why", report=True)
    assert again(command, from_mobile=True) == command
    with_header = Command(recipient=SENDER, data=b"", udh=(Element(0x70, b"\x01\x02"),))
    assert again(with_header, from_mobile=True) == with_header


@pytest.mark.parametrize(("bits", "ref"), [(8, 0), (8, 255), (16, 256), (16, 65_535)])
def test_a_part_says_which_one_it_is(bits: Any, ref: int) -> None:
    concat = Concat(ref, 3, 2, bits)
    part = again(deliver(udh=(concat.element(),)))
    assert part.concat == concat
    assert part.text == "Lampu jalan mati"


@pytest.mark.parametrize("total_and_part", [(0, 0), (0, 1), (2, 0), (2, 3)])
@pytest.mark.parametrize("iei", [0, 8])
def test_a_part_that_cannot_be_is_no_part_and_its_element_is_kept(iei: int, total_and_part: tuple[int, int]) -> None:
    element = Element(iei, bytes([1] * (2 if iei else 1)) + bytes(total_and_part))
    message = again(deliver(udh=(element,)))
    assert message.concat is None
    assert message.udh == (element,)
    assert message.text == "Lampu jalan mati"


def test_of_two_elements_the_last_that_makes_sense_counts() -> None:
    elements = (
        Concat(1, 2, 1).element(),
        Concat(700, 3, 2, 16).element(),
        Element(0, b"\x05\x00\x00"),
        Element(0, b"\x01"),
    )
    assert again(deliver(udh=elements)).concat == Concat(700, 3, 2, 16)
    ports = (Ports(1, 2, 8).element(), Ports(300, 400).element())
    assert again(deliver(udh=ports)).ports == Ports(300, 400, 16)
    assert again(deliver(udh=ports[:1])).ports == Ports(1, 2, 8)


def test_elements_that_nobody_knows_are_kept_in_their_order() -> None:
    udh = (Element(0xC0, b"\x01\x02\x03"), Concat(9, 2, 2).element(), Element(0x0A, b""), Element(0xC0, b""))
    message = again(deliver(udh=udh))
    assert message.udh == udh
    assert message.concat == Concat(9, 2, 2)


@pytest.mark.parametrize("header", ["03000301", "0400030102", "0200FF", "0100"])
def test_a_header_whose_last_element_does_not_fit_is_ignored_and_the_text_read(header: str) -> None:
    """Section 9.2.3.24."""
    body = bytes.fromhex(header) + "Halo".encode("utf-16-be")
    pdu = bytes.fromhex("00400C91261832547698000862112290550023") + bytes([len(body)]) + body
    message = decode_pdu(pdu)
    assert (message.text, message.udh, message.concat) == ("Halo", (), None)


def test_a_flash_message_a_silent_one_and_one_about_voice_mail() -> None:
    assert again(deliver(dcs=0x10)).message_class == 0
    silent = again(deliver(pid=0x40))
    assert isinstance(silent, Deliver)
    assert silent.is_silent
    waiting = again(deliver(dcs=0xD8)).mwi
    assert waiting is not None
    assert (waiting.kind, waiting.active, waiting.store) == (Waiting.VOICEMAIL, True, True)
    assert again(deliver(dcs=0xE8, text="Kotak suara: 2")).text == "Kotak suara: 2"


@pytest.mark.parametrize("status", range(256))
def test_a_report_says_whether_the_centre_is_still_trying(status: int) -> None:
    """Section 9.2.3.15."""
    report = StatusReport(recipient=SENDER, reference=0, status=status)
    assert report.is_pending == (0x20 <= status <= 0x3F)


@pytest.mark.parametrize("tail", ["07", "01", "02", "81", "FF00", "80808080", "0720"])
def test_a_report_is_believed_though_what_stands_behind_its_status_does_not_read(tail: str) -> None:
    report = StatusReport(recipient=SENDER, reference=7, timestamp=AT, discharge_at=AT, status=0)
    read = decode_pdu(encode_pdu(report) + bytes.fromhex(tail))
    assert read == replace(report, truncated=True)


def test_half_a_unit_of_utf_16_at_the_end_counts_as_cut() -> None:
    pdu = bytearray(encode_pdu(deliver(text="Halo", dcs=UCS2)))
    pdu[-9] = 7
    message = decode_pdu(bytes(pdu[:-1]))
    assert (message.text, message.truncated) == ("Hal", True)


BAD: list[tuple[Message, str]] = [
    (deliver(text="ç"), "TP-UD"),
    (deliver(text="a" * 161), "TP-UD"),
    (deliver(text="€" * 81), "TP-UD"),
    (deliver(text="a" * 154, udh=(Concat(1, 2, 1).element(),)), "TP-UD"),
    (deliver(text="a" * 71, dcs=UCS2), "TP-UD"),
    (deliver(text=None, data=bytes(141), dcs=DATA), "TP-UD"),
    (deliver(dcs=DATA), "TP-DCS"),
    (deliver(text=None, data=b"x"), "TP-DCS"),
    (deliver(dcs=0x20), "TP-DCS"),
    (deliver(dcs=256), "TP-DCS"),
    (deliver(pid=-1), "TP-PID"),
    (deliver(udh=(Element(0, bytes(138)),)), "UDH"),
    (deliver(udh=(Element(1, bytes(70)), Element(1, bytes(70)))), "UDH"),
    (deliver(udh=(Element(256, b""),)), "UDH"),
    (deliver(timestamp=datetime(2100, 1, 1, tzinfo=UTC)), "TP-SCTS"),
    (Submit(recipient=SENDER, reference=256), "TP-MR"),
    (Submit(recipient=SENDER, validity=timedelta(weeks=64)), "TP-VP"),
    (Submit(recipient=SENDER, validity=EnhancedValidity(b"")), "TP-VP"),
    (StatusReport(recipient=Address("1" * 21), reference=0, status=0), "TP-RA"),
    (Message(), "TP-MTI"),
]


@pytest.mark.parametrize(("message", "field"), BAD, ids=[field for _, field in BAD])
def test_what_no_pdu_can_carry_is_refused_by_its_field(message: Message, field: str) -> None:
    with pytest.raises(PduError, match=f"^{field}:"):
        encode_pdu(message)


@pytest.mark.parametrize("concat", [Concat(256, 2, 1), Concat(1, 2, 3), Concat(1, 256, 1), Concat(65_536, 2, 1, 16)])
def test_a_part_that_cannot_be_is_not_written(concat: Concat) -> None:
    with pytest.raises(PduError, match=r"^UDH:"):
        concat.element()
    with pytest.raises(PduError, match=r"^UDH:"):
        Ports(256, 1, 8).element()


def test_exactly_as_much_as_fits_is_written() -> None:
    for message in (
        deliver(text="a" * 160),
        deliver(text="€" * 80),
        deliver(text="a" * 153, udh=(Concat(1, 2, 1).element(),)),
        deliver(text="a" * 152, udh=(Concat(1, 2, 1, 16).element(),)),
        deliver(text="a" * 70, dcs=UCS2),
        deliver(text=None, data=bytes(140), dcs=DATA),
    ):
        assert again(message) == message


def test_the_key_of_a_message_is_the_same_when_it_is_delivered_again() -> None:
    imsi = "510100000000001"
    first = encode_pdu(deliver(smsc=Address.parse("+62811000000")))
    for other in (deliver(), deliver(more_messages=True), deliver(smsc=Address.parse("+62811999999"))):
        assert message_key(imsi, encode_pdu(other)) == message_key(imsi, first)
    assert message_key(imsi, encode_pdu(deliver(), has_smsc=False), has_smsc=False) == message_key(imsi, first)
    for other in (deliver(text="Lampu jalan mati."), deliver(timestamp=AT + timedelta(seconds=1))):
        assert message_key(imsi, encode_pdu(other)) != message_key(imsi, first)
    assert message_key("510100000000002", first) != message_key(imsi, first)


def test_bytes_that_are_no_pdu_have_a_key_too() -> None:
    pdus = (b"", b"\x00", b"\x04", b"\x00\x04", b"\xff", b"\x02\x91\x26", b"\x07\x91\x26", b"\xff" * 40)
    assert len({message_key("5101", pdu) for pdu in pdus}) == len(pdus)
    assert len({message_key("5101", pdu, has_smsc=False) for pdu in (b"", b"\xff")}) == 2


def test_a_submit_keeps_the_bit_that_means_something_else_there() -> None:
    submit = Submit(recipient=SENDER, text="x")
    rejecting = Submit(recipient=SENDER, text="x", reject_duplicates=True)
    assert message_key("5101", encode_pdu(submit)) != message_key("5101", encode_pdu(rejecting))
