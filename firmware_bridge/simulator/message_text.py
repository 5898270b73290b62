"""Messages as lines of an answer: hex in PDU mode, fields and text in text mode (3GPP TS 27.005 sections 3.4 and 4)."""

from datetime import datetime

from firmware_bridge.errors import PduError
from firmware_bridge.pdu import Deliver, Message, StatusReport, Submit, decode_pdu, gsm7
from firmware_bridge.simulator.session import Session
from firmware_bridge.simulator.storage import Slot, Stat

STAT_WORDS = {
    Stat.UNREAD: "REC UNREAD",
    Stat.READ: "REC READ",
    Stat.UNSENT: "STO UNSENT",
    Stat.SENT: "STO SENT",
    Stat.ALL: "ALL",
}


def message_class(pdu: bytes) -> int | None:
    """The class of a delivered message.

    Raises:
        PduError: it is none.
    """
    return decode_pdu(pdu).message_class


def incoming_lines(pdu: bytes, session: Session) -> str:
    """What stands behind `+CMT: ` or `+CDS: `, up to the end of the PDU or the text."""
    slot = Slot(pdu, Stat.UNREAD)
    message = None if session.cmgf == 0 else _decoded(pdu)
    if isinstance(message, StatusReport):
        return _report_fields(message)
    if message is None:
        comma = "" if _is_report(pdu) else ","
        return f"{comma}{slot.tpdu_length}\r\n{pdu.hex().upper()}"
    details = f",{_details(message, slot)}" if session.csdh else ""
    return f"{_sender(message, session)},,{_time(_timestamp(message))}{details}\r\n{_content(message, session)}"


def listed_line(index: int, slot: Slot, session: Session) -> str:
    """One message of +CMGL."""
    if session.cmgf == 0:
        return f"+CMGL: {index},{int(slot.stat)},,{slot.tpdu_length}\r\n{slot.pdu.hex().upper()}"
    message = _decoded(slot.pdu)
    head = f'+CMGL: {index},"{STAT_WORDS[slot.stat]}"'
    if message is None:
        return f'{head},"",,\r\n{slot.pdu.hex().upper()}'
    if isinstance(message, StatusReport):
        return f"{head},{_report_fields(message)}"
    details = f",{_type_octet(message)},{_length(message)}" if session.csdh else ""
    return f"{head},{_sender(message, session)},,{_time(_timestamp(message))}{details}\r\n{_content(message, session)}"


def read_line(slot: Slot, session: Session) -> str:
    """The message of +CMGR."""
    if session.cmgf == 0:
        return f"+CMGR: {int(slot.stat)},,{slot.tpdu_length}\r\n{slot.pdu.hex().upper()}"
    message = _decoded(slot.pdu)
    head = f'+CMGR: "{STAT_WORDS[slot.stat]}"'
    if message is None:
        return f'{head},"",,\r\n{slot.pdu.hex().upper()}'
    if isinstance(message, StatusReport):
        return f"{head},{_report_fields(message)}"
    time = f",{_time(_timestamp(message))}" if isinstance(message, Deliver) else ""
    details = f",{_details(message, slot)}" if session.csdh else ""
    return f"{head},{_sender(message, session)},{time}{details}\r\n{_content(message, session)}"


def _decoded(pdu: bytes) -> Message | None:
    try:
        return decode_pdu(pdu)
    except PduError:
        return None


def _is_report(pdu: bytes) -> bool:
    return isinstance(_decoded(pdu), StatusReport)


def _address(message: Message) -> tuple[str, int]:
    who = message.sender if isinstance(message, Deliver) else getattr(message, "recipient", None)
    return (str(who), who.type_octet) if who is not None else ("", 129)


def _sender(message: Message, session: Session) -> str:
    number = _address(message)[0]
    return f'"{number.encode("utf-16-be").hex().upper()}"' if session.cscs == "UCS2" else f'"{number}"'


def _timestamp(message: Message) -> datetime | None:
    return message.timestamp if isinstance(message, Deliver | StatusReport) else None


def _time(at: datetime | None) -> str:
    """`"yy/MM/dd,hh:mm:ss±zz"`, the zone in quarters of an hour."""
    if at is None:
        return '""'
    offset = at.utcoffset()
    quarters = round(offset.total_seconds() / 900) if offset else 0
    return f'"{at:%y/%m/%d,%H:%M:%S}{quarters:+03d}"'


def _type_octet(message: Message) -> int:
    return _address(message)[1]


def _length(message: Message) -> int:
    return len(message.data) if message.data is not None else len(message.text or "")


def _details(message: Message, slot: Slot) -> str:
    """<tooa>,<fo>,<pid>,<dcs>,<sca>,<tosca>,<length> of +CSDH=1."""
    first = slot.pdu[1 + slot.pdu[0]]
    pid = message.pid if isinstance(message, Deliver | Submit) else 0
    smsc = f'"{message.smsc}",{message.smsc.type_octet}' if message.smsc else '"",129'
    return f"{_type_octet(message)},{first},{pid},{message.dcs or 0},{smsc},{_length(message)}"


def _report_fields(report: StatusReport) -> str:
    number, kind = str(report.recipient), report.recipient.type_octet
    return (
        f'6,{report.reference},"{number}",{kind},{_time(report.timestamp)},{_time(report.discharge_at)},{report.status}'
    )


def _content(message: Message, session: Session) -> str:
    """The text in the terminal's character set; hex where the message is none of it."""
    if message.data is not None:
        return message.data.hex().upper()
    text = message.text or ""
    if session.cscs == "UCS2" or message.alphabet.value == "ucs2":
        return text.encode("utf-16-be", "surrogatepass").hex().upper()
    return _in_gsm(text) if session.cscs == "GSM" else text


def _in_gsm(text: str) -> str:
    """The text as octets of the GSM alphabet; what is from a national table is a question mark."""
    known = gsm7.septets_by_character()
    return b"".join(known.get(character, b"?") for character in text).decode("latin-1")
