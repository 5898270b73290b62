"""From a message to the octets of its PDU (3GPP TS 23.040 section 9.2.2)."""

from datetime import datetime, timedelta
from functools import singledispatch

from firmware_bridge.errors import PduError
from firmware_bridge.pdu.address import address_octets, service_centre_octets
from firmware_bridge.pdu.decode import PI_DCS, PI_PID, PI_UDL
from firmware_bridge.pdu.messages import Command, Deliver, Message, StatusReport, Submit
from firmware_bridge.pdu.times import EnhancedValidity, Validity, relative_octet, timestamp_octets
from firmware_bridge.pdu.user_data import user_data_octets


def encode_pdu(message: Message, *, has_smsc: bool = True) -> bytes:
    """The PDU of a message, as +CMGW and +CMGS take it.

    Raises:
        PduError: A field that no PDU can carry.
    """
    return (service_centre_octets(message.smsc) if has_smsc else b"") + _tpdu(message)


def cmgs_length(pdu: bytes) -> int:
    """The number that +CMGS and +CMGW want: octets without the SMSC field (3GPP TS 27.005 section 4.3).

    Raises:
        PduError: The SMSC field is longer than the PDU.
    """
    if not pdu or pdu[0] + 1 > len(pdu):
        raise PduError("SMSC: PDU terpotong")
    return len(pdu) - 1 - pdu[0]


@singledispatch
def _tpdu(message: Message) -> bytes:
    raise PduError(f"TP-MTI: {type(message).__name__} bukan jenis pesan")


@_tpdu.register
def _deliver(message: Deliver) -> bytes:
    first = _flags(
        (not message.more_messages, 2),
        (message.loop_prevention, 3),
        (message.report, 5),
        (bool(message.udh), 6),
        (message.reply_path, 7),
    )
    return b"".join(
        [
            bytes([first]),
            address_octets(message.sender, "TP-OA"),
            _octet(message.pid, "TP-PID"),
            _octet(message.dcs or 0, "TP-DCS"),
            timestamp_octets(message.timestamp, "TP-SCTS"),
            _user_data(message),
        ]
    )


@_tpdu.register
def _submit(message: Submit) -> bytes:
    form, validity = _validity(message.validity)
    first = 1 | form << 3
    first |= _flags(
        (message.reject_duplicates, 2), (message.report, 5), (bool(message.udh), 6), (message.reply_path, 7)
    )
    return b"".join(
        [
            bytes([first]),
            _octet(message.reference, "TP-MR"),
            address_octets(message.recipient, "TP-DA"),
            _octet(message.pid, "TP-PID"),
            _octet(message.dcs or 0, "TP-DCS"),
            validity,
            _user_data(message),
        ]
    )


@_tpdu.register
def _status_report(message: StatusReport) -> bytes:
    first = 2 | _flags(
        (not message.more_messages, 2),
        (message.loop_prevention, 3),
        (message.of_command, 5),
        (bool(message.udh), 6),
    )
    has_user_data = bool(message.udh) or message.text is not None or message.data is not None
    present = _flags((message.pid is not None, 0), (message.dcs is not None, 1), (has_user_data, 2))
    known = PI_PID | PI_DCS | PI_UDL
    if message.indicator is not None:
        present |= message.indicator & ~known & 0x7F
    octets = [
        bytes([first]),
        _octet(message.reference, "TP-MR"),
        address_octets(message.recipient, "TP-RA"),
        timestamp_octets(message.timestamp, "TP-SCTS"),
        timestamp_octets(message.discharge_at, "TP-DT"),
        _octet(message.status, "TP-ST"),
    ]
    if present or message.indicator is not None:
        octets.append(bytes([present]))
    if message.pid is not None:
        octets.append(_octet(message.pid, "TP-PID"))
    if message.dcs is not None:
        octets.append(_octet(message.dcs, "TP-DCS"))
    if has_user_data:
        octets.append(_user_data(message))
    return b"".join(octets)


@_tpdu.register
def _command(message: Command) -> bytes:
    first = 2 | _flags((message.report, 5), (bool(message.udh), 6))
    return b"".join(
        [
            bytes([first]),
            _octet(message.reference, "TP-MR"),
            _octet(message.pid, "TP-PID"),
            _octet(message.command, "TP-CT"),
            _octet(message.message_number, "TP-MN"),
            address_octets(message.recipient, "TP-DA"),
            user_data_octets(message.text, message.data, 4, message.udh),
        ]
    )


def _flags(*flags: tuple[bool, int]) -> int:
    return sum(1 << bit for is_set, bit in flags if is_set)


def _octet(value: int, field: str) -> bytes:
    if not 0 <= value <= 255:
        raise PduError(f"{field}: {value} bukan satu oktet")
    return bytes([value])


def _user_data(message: Message) -> bytes:
    return user_data_octets(message.text, message.data, message.dcs or 0, message.udh)


def _validity(validity: Validity) -> tuple[int, bytes]:
    """TP-VPF and TP-VP (sections 9.2.3.3 and 9.2.3.12)."""
    match validity:
        case None:
            return 0b00, b""
        case timedelta():
            return 0b10, bytes([relative_octet(validity)])
        case datetime():
            return 0b11, timestamp_octets(validity, "TP-VP")
        case EnhancedValidity():
            if len(validity.octets) != 7:
                raise PduError(f"TP-VP: {len(validity.octets)} oktet, seharusnya 7")
            return 0b01, validity.octets
