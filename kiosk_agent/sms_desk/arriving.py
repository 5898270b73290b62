"""What a PDU from a modem is, before anybody reads its text: a text from a telephone, a report, or put aside. Pure."""

from typing import Final

from msgspec import Struct

from firmware_bridge.pdu import (
    AddressKind,
    Concat,
    Deliver,
    PduError,
    StatusReport,
    decode_pdu,
    join_parts,
)
from kiosk_agent.errors import PhoneError
from kiosk_agent.intake.checks import normal_phone

SHORT_SENDER: Final = 6
"""Senders of so many digits or fewer are services."""
GAP: Final = " [...] "
_FOR_DEVICES: Final = range(0x7C, 0x80)
"""TP-PID of data for the telephone or its card (23.040, section 9.2.3.9). Other unusual kinds, as those that replace an
earlier message and the request to call back, may hold somebody's words, and are read."""
_WAITING_ELEMENTS: Final = frozenset({0x01, 0x23})
"""Signs of voice mail in a user data header (sections 9.2.3.24.2 and 9.2.3.24.13)."""


class Arrived(Struct, frozen=True):
    """A text, or a part of one, from somebody who can be answered."""

    phone: str
    message: Deliver
    concat: Concat | None
    """None where it is whole."""
    sent_ms: int | None

    def __repr__(self) -> str:
        """Say nothing, wherever this is printed."""
        return "Arrived(...)"


class PutAside(Struct, frozen=True):
    """What is kept unread; the reason says nothing of its content."""

    reason: str


def read(pdu: bytes) -> Arrived | StatusReport | PutAside:
    """Say what this is."""
    try:
        message = decode_pdu(pdu)
    except PduError as error:
        return PutAside(f"PDU rusak: {error}")
    if isinstance(message, StatusReport):
        return message
    if not isinstance(message, Deliver):
        return PutAside("bukan SMS masuk")
    reason = _no_text(message)
    if reason:
        return PutAside(reason)
    try:
        phone = phone_of(message)
    except PhoneError as error:
        return PutAside(str(error))
    concat = message.concat if message.concat is not None and message.concat.total > 1 else None
    sent_ms = round(message.timestamp.timestamp() * 1000) if message.timestamp is not None else None
    return Arrived(phone, message, concat, sent_ms)


def phone_of(message: Deliver) -> str:
    """The sender's number as +62...

    Raises:
        PhoneError: nobody who is answered; says why.
    """
    sender = message.sender
    if sender.kind is AddressKind.ALPHANUMERIC:
        raise PhoneError("pengirim memakai nama, bukan nomor")
    digits = sum(letter.isdigit() for letter in sender.number)
    if digits <= SHORT_SENDER:
        raise PhoneError("pengirim nomor pendek")
    try:
        phone = normal_phone(sender.number)
    except PhoneError:
        raise PhoneError("pengirim bukan nomor telepon") from None
    return phone


def text_of(parts: dict[int, Deliver], total: int) -> str:
    """The text of these parts; what is missing is marked."""
    runs: list[list[Deliver]] = [[]]
    for number in range(1, total + 1):
        if number in parts:
            runs[-1].append(parts[number])
        elif runs[-1] or len(runs) == 1:
            runs.append([])
    text = GAP.join(join_parts(run) for run in runs)
    return text.replace("\0", "\ufffd")


def _no_text(message: Deliver) -> str:
    if message.truncated:
        return "PDU terpotong"
    if message.is_silent:
        return "SMS diam (jenis 0)"
    if message.pid in _FOR_DEVICES:
        return "data untuk perangkat atau kartu SIM"
    if message.ports is not None:
        return "SMS untuk aplikasi (berport)"
    if message.coding.compressed:
        return "isi termampatkan"
    if message.mwi is not None:
        return "pemberitahuan kotak suara"
    if message.text is None:
        return "bukan teks (data 8 bit)"
    is_sign = not message.text.strip() and any(one.iei in _WAITING_ELEMENTS for one in message.udh)
    return "pemberitahuan kotak suara" if is_sign else ""
