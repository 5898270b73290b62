"""Thirty-five kinds of PDUs that are none, for the bridge's tests, the desk's and the benchmark."""

from typing import Final, NamedTuple

_CENTRE: Final = "07912618485400F9"
_SENDER: Final = "0D91261832547600F1"
_TIME: Final = "62112201000082"
_DELIVER: Final = _CENTRE + "04" + _SENDER
_WITH_HEADER: Final = _CENTRE + "44" + _SENDER + "0000" + _TIME
_REPORT: Final = _CENTRE + "06" + "2A" + _SENDER
_SUBMIT: Final = "00" + "11" + "2A" + _SENDER


class Malformed(NamedTuple):
    """One kind."""

    what: str
    pdu: str
    field: str
    """What the decoder's reason begins with."""


MALFORMED: Final = (
    Malformed("the service centre's length alone", "07", "SMSC"),
    Malformed("a service centre that is cut off", "07912618", "SMSC"),
    Malformed("a service centre of 255 octets", "FF" + _DELIVER, "SMSC"),
    Malformed("a service centre of 13 octets", "0D91" + "11" * 12 + "04" + _SENDER + "0000" + _TIME + "00", "SMSC"),
    Malformed("a service centre and nothing else", _CENTRE, "TP-MTI"),
    Malformed("no service centre and nothing else", "00", "TP-MTI"),
    Malformed("the kind of message that is reserved", _CENTRE + "07" + _SENDER + "0000" + _TIME + "00", "TP-MTI"),
    Malformed("nothing but ones", "FF" * 176, "SMSC"),
    Malformed("a text that is compressed", _DELIVER + "0020" + _TIME + "05C8329BFD06", "TP-DCS"),
    Malformed("a result code where the PDU belongs", "4F4B0D0A", "SMSC"),
    Malformed("a DELIVER without a sender", _CENTRE + "04", "TP-OA"),
    Malformed("a sender's length alone", _CENTRE + "040D", "TP-OA"),
    Malformed("a sender without digits", _CENTRE + "040D91", "TP-OA"),
    Malformed("a sender that is cut off", _CENTRE + "040D91261832", "TP-OA"),
    Malformed("a sender of 255 digits", _CENTRE + "04FF91" + "11" * 150, "TP-OA"),
    Malformed("a sender of 21 digits", _CENTRE + "041591" + "11" * 11 + "0000" + _TIME + "00", "TP-OA"),
    Malformed("a sender in letters that is cut off", _CENTRE + "0414D0CDF7", "TP-OA"),
    Malformed("a DELIVER that ends behind its sender", _DELIVER, "TP-PID"),
    Malformed("a DELIVER without a coding scheme", _DELIVER + "00", "TP-DCS"),
    Malformed("a DELIVER without a time", _DELIVER + "0000", "TP-SCTS"),
    Malformed("a time that is cut off", _DELIVER + "0000" + _TIME[:6], "TP-SCTS"),
    Malformed("a DELIVER without a length of its text", _DELIVER + "0000" + _TIME, "TP-UDL"),
    Malformed("a header of which no octet is there", _WITH_HEADER + "05", "TP-UDH"),
    Malformed("a stored SUBMIT without a recipient", "00112A", "TP-DA"),
    Malformed("a stored SUBMIT whose validity is cut off", "00192A" + _SENDER + "00006211", "TP-VP"),
    Malformed("a header that is longer than the text", _WITH_HEADER + "0405000301", "TP-UDH"),
    Malformed("a stored SUBMIT without a coding scheme", _SUBMIT + "00", "TP-DCS"),
    Malformed("a stored SUBMIT without a length of its text", _SUBMIT + "0000AA", "TP-UDL"),
    Malformed("a report without a reference", _CENTRE + "06", "TP-MR"),
    Malformed("a report without a recipient", _CENTRE + "062A", "TP-RA"),
    Malformed("a report without times", _REPORT, "TP-SCTS"),
    Malformed("a report without a time of delivery", _REPORT + _TIME, "TP-DT"),
    Malformed("a report without a status", _REPORT + _TIME * 2, "TP-ST"),
    Malformed("a report whose recipient is cut off", _CENTRE + "062A0D91261832", "TP-RA"),
    Malformed("a stored SUBMIT without a validity", _SUBMIT + "0000", "TP-VP"),
)
