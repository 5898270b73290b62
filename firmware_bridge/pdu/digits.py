"""Numbers as semi-octets: the first of two in the low half of an octet (3GPP TS 23.040 section 9.1.2.3)."""

from typing import Final

from firmware_bridge.errors import PduError

DIGITS: Final = "0123456789*#abc"
"""What the values 0 to 14 of an address stand for; 15 is the filler behind an odd count (TS 23.040 section 9.1.2.3)."""
FILLER: Final = 0xF


def semi_octets(data: bytes) -> list[int]:
    """The values of all halves, in the order in which they are read."""
    return [half for octet in data for half in (octet & 0xF, octet >> 4)]


def from_semi_octets(values: list[int]) -> bytes:
    """Pack values of 4 bits, with the filler behind an odd count."""
    padded = values + [FILLER] * (len(values) % 2)
    return bytes(low | high << 4 for low, high in zip(padded[::2], padded[1::2], strict=True))


def digits_of(data: bytes, count: int) -> str:
    """The first `count` digits; a filler among them ends the number early."""
    text = ""
    for value in semi_octets(data)[:count]:
        if value == FILLER:
            break
        text += DIGITS[value]
    return text


def from_digits(digits: str, field: str) -> bytes:
    """Pack the digits of an address.

    Raises:
        PduError: A character that no address can hold.
    """
    values = [DIGITS.find(digit) for digit in digits]
    if -1 in values:
        raise PduError(f"{field}: nomor hanya boleh berisi 0-9 * # a b c")
    return from_semi_octets(values)
