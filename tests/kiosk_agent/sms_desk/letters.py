"""SMS as a network delivers them, made for tests."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from firmware_bridge.desk import Found, Sim
from firmware_bridge.pdu import Address, Deliver, StatusReport, decode_pdu, encode_pdu, join_parts, parts_of

SIM = Sim(imsi="510010123456789", imei="356938035643809", port="socket://127.0.0.1:1")
PHONE = "+6281234567890"
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def deliver(text: str, sender: str = PHONE, *, at: datetime = NOON, reference: int = 7) -> list[bytes]:
    """The PDUs of one message, in order."""
    return [
        encode_pdu(Deliver(sender=Address.parse(sender), timestamp=at, text=part.text, dcs=part.dcs, udh=part.udh))
        for part in parts_of(text, reference=reference)
    ]


def found(*pdus: bytes) -> list[Found]:
    """As a modem hands them over."""
    return [Found("SM", index, pdu, 0) for index, pdu in enumerate(pdus, start=1)]


def report(to: str, reference: int, status: int = 0) -> bytes:
    """A delivery report."""
    return encode_pdu(
        StatusReport(
            recipient=Address.parse(to),
            reference=reference,
            timestamp=NOON,
            discharge_at=NOON + timedelta(seconds=3),
            status=status,
        )
    )


def said(pdus: Sequence[bytes]) -> str:
    """What SUBMITs say."""
    return join_parts([decode_pdu(pdu) for pdu in pdus])


def recipient(pdu: bytes) -> str:
    message = decode_pdu(pdu)
    number: str = message.recipient.number  # type: ignore[union-attr]
    return number
