"""Points in time and spans: TP-SCTS and TP-VP (3GPP TS 23.040 sections 9.2.3.11 and 9.2.3.12)."""

from datetime import datetime, timedelta, timezone
from typing import Final

from msgspec import Struct

from firmware_bridge.errors import PduError
from firmware_bridge.pdu.digits import from_semi_octets, semi_octets

_CENTURY: Final = 1990
"""Two digits name a year from here on: the first SMS was sent in 1992."""
_QUARTER: Final = timedelta(minutes=15)
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


class EnhancedValidity(Struct, frozen=True):
    """A validity period in the enhanced format, kept as its seven octets (section 9.2.3.12.3)."""

    octets: bytes

    @property
    def period(self) -> timedelta | None:
        """How long; None where the octets name none, or in a format that is reserved. What is no digit counts as 0."""
        match self.octets[0] & 0x87:
            case 1:
                return relative_period(self.octets[1])
            case 2:
                return timedelta(seconds=self.octets[1])
            case 3:
                hours, minutes, seconds = (_pair(octet) or 0 for octet in self.octets[1:4])
                return timedelta(hours=hours, minutes=minutes, seconds=seconds)
        return None


Validity = timedelta | datetime | EnhancedValidity | None


def read_timestamp(octets: bytes) -> datetime | None:
    """Seven octets as local time with its offset from GMT; None where they name no time that exists.

    Section 9.2.3.11: the last octet counts quarters of an hour, and bit 3 of it is the minus.
    """
    values = _pairs(octets[:6])
    quarters = _pair(octets[6] & 0xF7)
    if quarters is None or None in values:
        return None
    year, month, day, hour, minute, second = (value or 0 for value in values)
    offset = quarters * _QUARTER * (-1 if octets[6] & 8 else 1)
    try:
        return datetime(_full_year(year), month, day, hour, minute, second, tzinfo=timezone(offset))
    except ValueError:
        return None


def timestamp_octets(at: datetime | None, field: str) -> bytes:
    """The seven octets of a time; None gives zeros, which name none.

    Raises:
        PduError: No offset, or one that is no multiple of a quarter of an hour, or a year that two digits cannot name.
    """
    if at is None:
        return bytes(7)
    offset = at.utcoffset()
    if offset is None or offset % _QUARTER or not _CENTURY <= at.year < _CENTURY + 100:
        raise PduError(f"{field}: waktu perlu selisih dari GMT dalam seperempat jam, dan tahun 1990 sampai 2089")
    quarters = abs(offset) // _QUARTER
    values = [at.year % 100, at.month, at.day, at.hour, at.minute, at.second, quarters]
    if quarters > 79:
        raise PduError(f"{field}: selisih {offset} dari GMT terlalu besar")
    octets = bytearray(from_semi_octets([digit for value in values for digit in divmod(value, 10)]))
    octets[6] |= 8 if offset < timedelta(0) else 0
    return bytes(octets)


def relative_period(value: int) -> timedelta:
    """What one octet of TP-VP means (section 9.2.3.12.1)."""
    if value <= 143:
        return (value + 1) * 5 * _MINUTE
    if value <= 167:
        return 12 * _HOUR + (value - 143) * 30 * _MINUTE
    if value <= 196:
        return (value - 166) * _DAY
    return (value - 192) * 7 * _DAY


def relative_octet(period: timedelta) -> int:
    """The octet for a period; the shortest period that is not shorter, where there is none exactly like it.

    Raises:
        PduError: Not positive, or longer than 63 weeks.
    """
    if period > timedelta(0):
        for value in range(256):
            if relative_period(value) >= period:
                return value
    raise PduError("TP-VP: masa berlaku harus lebih dari 0 dan paling lama 63 minggu")


def _full_year(two_digits: int) -> int:
    return _CENTURY + (two_digits - _CENTURY) % 100


def _pairs(octets: bytes) -> list[int | None]:
    return [_pair(octet) for octet in octets]


def _pair(octet: int) -> int | None:
    tens, units = semi_octets(bytes([octet]))
    return tens * 10 + units if tens <= 9 and units <= 9 else None
