"""From the octets of a PDU to a message (3GPP TS 23.040 section 9.2.2)."""

from typing import Final, NamedTuple

from firmware_bridge.errors import PduError
from firmware_bridge.pdu.address import Address, read_address, read_service_centre
from firmware_bridge.pdu.messages import Command, Deliver, StatusReport, Submit
from firmware_bridge.pdu.octets import Octets
from firmware_bridge.pdu.times import EnhancedValidity, Validity, read_timestamp, relative_period
from firmware_bridge.pdu.user_data import UserData, read_user_data

PI_PID: Final = 1
PI_DCS: Final = 2
PI_UDL: Final = 4
PI_MORE: Final = 0x80
"""Section 9.2.3.27: another octet of indicators follows."""
_BIT_2: Final = 0x04
_BIT_3: Final = 0x08
_BIT_5: Final = 0x20
_UDHI: Final = 0x40
_BIT_7: Final = 0x80


def decode_pdu(
    pdu: bytes, *, has_smsc: bool = True, from_mobile: bool = False
) -> Deliver | Submit | StatusReport | Command:
    """Read a PDU, as +CMGR and +CMGL give it.

    The two lowest bits of a TPDU say what it is: 00 a DELIVER, 01 a SUBMIT, 10 a STATUS-REPORT, or a COMMAND where it
    came from a phone. The reports that a phone and a network exchange about a DELIVER or SUBMIT (same bits, other
    direction) are never stored on a SIM, and so not read here.

    User data that is shorter than its length gives what is there, with `truncated`; octets behind it are ignored.
    A report whose optional fields behind TP-ST do not read is given without them, with `truncated` too.

    Raises:
        PduError: And nothing else, for any bytes.
    """
    octets = Octets(pdu)
    smsc = read_service_centre(octets) if has_smsc else None
    first = octets.octet("TP-MTI")
    kind = first & 3
    if kind == 3:
        raise PduError(f"TP-MTI: jenis pesan 11 pada oktet {octets.at - 1} tidak dipakai")
    if kind == 0:
        return _deliver(octets, first, smsc)
    if kind == 1:
        return _submit(octets, first, smsc)
    return (_command if from_mobile else _status_report)(octets, first, smsc)


def _deliver(octets: Octets, first: int, smsc: Address | None) -> Deliver:
    sender = read_address(octets, "TP-OA")
    pid = octets.octet("TP-PID")
    dcs = octets.octet("TP-DCS")
    timestamp = read_timestamp(octets.take(7, "TP-SCTS"))
    user_data = read_user_data(octets, dcs, has_header=bool(first & _UDHI))
    return Deliver(
        smsc=smsc,
        sender=sender,
        pid=pid,
        dcs=dcs,
        timestamp=timestamp,
        text=user_data.text,
        data=user_data.data,
        udh=user_data.udh,
        truncated=user_data.truncated,
        more_messages=not first & _BIT_2,
        loop_prevention=bool(first & _BIT_3),
        report=bool(first & _BIT_5),
        reply_path=bool(first & _BIT_7),
    )


def _submit(octets: Octets, first: int, smsc: Address | None) -> Submit:
    reference = octets.octet("TP-MR")
    recipient = read_address(octets, "TP-DA")
    pid = octets.octet("TP-PID")
    dcs = octets.octet("TP-DCS")
    validity = _validity(octets, first >> 3 & 3)
    user_data = read_user_data(octets, dcs, has_header=bool(first & _UDHI))
    return Submit(
        smsc=smsc,
        reference=reference,
        recipient=recipient,
        pid=pid,
        dcs=dcs,
        validity=validity,
        text=user_data.text,
        data=user_data.data,
        udh=user_data.udh,
        truncated=user_data.truncated,
        reject_duplicates=bool(first & _BIT_2),
        report=bool(first & _BIT_5),
        reply_path=bool(first & _BIT_7),
    )


def _validity(octets: Octets, form: int) -> Validity:
    """Section 9.2.3.3: 00 none, 10 relative, 01 enhanced, 11 absolute."""
    match form:
        case 0b00:
            return None
        case 0b10:
            return relative_period(octets.octet("TP-VP"))
        case 0b01:
            return EnhancedValidity(octets.take(7, "TP-VP"))
    return read_timestamp(octets.take(7, "TP-VP"))


class _Tail(NamedTuple):
    """What may stand behind TP-ST."""

    indicator: int | None = None
    pid: int | None = None
    dcs: int | None = None
    user_data: UserData = UserData(None, None, (), truncated=False)


def _report_tail(octets: Octets, first: int) -> _Tail:
    if octets.is_at_filler:
        return _Tail()
    indicator = more = octets.octet("TP-PI")
    while more & PI_MORE:
        more = octets.octet("TP-PI")
    pid = octets.octet("TP-PID") if indicator & PI_PID else None
    dcs = octets.octet("TP-DCS") if indicator & PI_DCS else None
    if not indicator & PI_UDL:
        return _Tail(indicator, pid, dcs)
    return _Tail(indicator, pid, dcs, read_user_data(octets, dcs or 0, has_header=bool(first & _UDHI)))


def _status_report(octets: Octets, first: int, smsc: Address | None) -> StatusReport:
    reference = octets.octet("TP-MR")
    recipient = read_address(octets, "TP-RA")
    timestamp = read_timestamp(octets.take(7, "TP-SCTS"))
    discharge_at = read_timestamp(octets.take(7, "TP-DT"))
    status = octets.octet("TP-ST")
    try:
        tail = _report_tail(octets, first)
    except PduError:  # What became of the message is told already; the rest is the network's ornament.
        tail = _Tail(user_data=UserData(None, None, (), truncated=True))
    user_data = tail.user_data
    return StatusReport(
        smsc=smsc,
        reference=reference,
        recipient=recipient,
        timestamp=timestamp,
        discharge_at=discharge_at,
        status=status,
        indicator=tail.indicator,
        pid=tail.pid,
        dcs=tail.dcs,
        text=user_data.text,
        data=user_data.data,
        udh=user_data.udh,
        truncated=user_data.truncated,
        more_messages=not first & _BIT_2,
        loop_prevention=bool(first & _BIT_3),
        of_command=bool(first & _BIT_5),
    )


_COMMAND_DATA_DCS: Final = 0x04
"""TP-CD is octets, whatever they mean (section 9.2.3.21)."""


def _command(octets: Octets, first: int, smsc: Address | None) -> Command:
    reference = octets.octet("TP-MR")
    pid = octets.octet("TP-PID")
    command = octets.octet("TP-CT")
    message_number = octets.octet("TP-MN")
    recipient = read_address(octets, "TP-DA")
    user_data = read_user_data(octets, _COMMAND_DATA_DCS, has_header=bool(first & _UDHI), field="TP-CD")
    return Command(
        smsc=smsc,
        reference=reference,
        pid=pid,
        command=command,
        message_number=message_number,
        recipient=recipient,
        data=user_data.data,
        udh=user_data.udh,
        truncated=user_data.truncated,
        report=bool(first & _BIT_5),
    )
