"""What real phones and networks sent is read as what it says, and written as it was."""

import pytest

from firmware_bridge.pdu import PduError, cmgs_length, decode_pdu, encode_pdu
from tests.firmware_bridge.pdu.samples import SAMPLES, Sample

every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.pdu[:24])

REFUSED = [
    ("", "SMSC"),
    ("00", "TP-MTI"),
    ("0011", "TP-MR"),
    ("0003000B916407281553F80000AA0AE8329BFD4697D9EC37", "TP-MTI"),
    ("00FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "TP-MTI"),
    ("0CD0ABD9CC86CBC16034180C1616000AD0D770BB5D0700F9FF0800740065", "SMSC"),
    ("07912460305002001104816430000070304271325000", "TP-DA"),
    ("07916307996905F0040B916307779872F4003901406041433180353058AC", "TP-DCS"),
    ("0004", "TP-OA"),
    ("0004159112345678901234567890120000", "TP-OA"),
    ("00040B916407281553F8", "TP-PID"),
    ("00040B916407281553F800", "TP-DCS"),
    ("00040B916407281553F80000993092", "TP-SCTS"),
    ("00040B916407281553F8000099309251619580", "TP-UDL"),
    ("00440B916407281553F800009930925161958005FF00", "TP-UDH"),
    ("00440B916407281553F800009930925161958005", "TP-UDH"),
    ("0011000B916407281553F80000", "TP-VP"),
    ("0019000B916407281553F8000099309251", "TP-VP"),
]


@every_sample
def test_a_sample_says_what_its_receiver_saw(sample: Sample) -> None:
    message = decode_pdu(bytes.fromhex(sample.pdu))
    timestamp = getattr(message, "timestamp", None)
    assert str(getattr(message, "sender", None) or getattr(message, "recipient", None)) == sample.peer
    assert message.text == sample.text
    assert (timestamp.isoformat() if timestamp else None) == sample.timestamp


@every_sample
def test_a_sample_is_written_as_it_was_read(sample: Sample) -> None:
    message = decode_pdu(bytes.fromhex(sample.pdu))
    assert (encode_pdu(message).hex().upper() == sample.pdu) is sample.is_canonical
    if not message.truncated:
        assert decode_pdu(encode_pdu(message)) == message


@pytest.mark.parametrize("sample", SAMPLES[:9], ids=lambda sample: sample.pdu[:24])
def test_a_sample_cut_anywhere_is_refused_or_marked(sample: Sample) -> None:
    whole = decode_pdu(bytes.fromhex(sample.pdu))
    for length in range(len(sample.pdu) // 2):
        try:
            message = decode_pdu(bytes.fromhex(sample.pdu)[:length])
        except PduError:
            continue
        assert message.truncated, length
        assert (whole.text or "").startswith(message.text or "")


@pytest.mark.parametrize(("pdu", "field"), REFUSED)
def test_the_error_names_the_field(pdu: str, field: str) -> None:
    with pytest.raises(PduError, match=f"^{field}:"):
        decode_pdu(bytes.fromhex(pdu))


def test_octets_behind_the_user_data_are_ignored() -> None:
    pdu = bytes.fromhex(SAMPLES[0].pdu)
    assert decode_pdu(pdu + b"\x01\x02\x03") == decode_pdu(pdu)


def test_without_the_service_centre_a_pdu_starts_with_its_type() -> None:
    pdu = bytes.fromhex(SAMPLES[0].pdu)
    message = decode_pdu(pdu[8:], has_smsc=False)
    assert message.smsc is None
    assert encode_pdu(message, has_smsc=False) == pdu[8:]
    assert encode_pdu(message) == b"\x00" + pdu[8:]
    assert str(decode_pdu(pdu).smsc) == "+27381000015"


def test_the_length_for_cmgs_leaves_out_the_service_centre() -> None:
    assert cmgs_length(bytes.fromhex(SAMPLES[0].pdu)) == len(SAMPLES[0].pdu) // 2 - 8
    assert cmgs_length(bytes.fromhex(SAMPLES[1].pdu)) == len(SAMPLES[1].pdu) // 2 - 1
    for bad in (b"", b"\x07\x91"):
        with pytest.raises(PduError):
            cmgs_length(bad)
