"""The number of a complaint, such as 7KQM9-XD4TF, and its PIN (section 2)."""

import hmac
from hashlib import sha256

from sync_protocol import base32
from sync_protocol.errors import NumberError

_SYMBOLS = 9


def number_of(entry_id: bytes) -> str:
    """The number that follows from a complaint's id: nine symbols of it and one check symbol."""
    symbols = base32.encode(int.from_bytes(entry_id[:6]) >> 3, _SYMBOLS)
    return base32.text([*symbols, base32.check_symbol(symbols)])


def parse_number(typed: str) -> str:
    """Bring a typed number into its written form.

    Raises:
        NumberError: not ten symbols, or the check symbol does not fit (any one wrong symbol, any two swapped).
    """
    symbols = base32.symbols(typed)
    if symbols is None or len(symbols) != _SYMBOLS + 1:
        raise NumberError("a number has ten letters and digits, such as 7KQM9-XD4TF")
    if base32.check_symbol(symbols[:-1]) != symbols[-1]:
        raise NumberError("the number is mistyped: its last symbol does not fit the others")
    return base32.text(symbols)


def id_range(number: str) -> tuple[bytes, bytes]:
    """The smallest and the greatest id that a written number can stand for, both 32 bytes."""
    symbols = base32.symbols(parse_number(number)) or []
    prefix = base32.integer(symbols[:-1])
    low = prefix << 3
    return low.to_bytes(6) + bytes(26), (low | 7).to_bytes(6) + b"\xff" * 26


def pin_of(ref: bytes, digits: int = 6) -> str:
    """The PIN of the form with this random reference; sixteen digits for a secret report without a phone.

    Args:
        ref: 16 random bytes, of which the kiosk keeps the SHA-256 alone.
    """
    tag = hmac.digest(ref, b"pin", sha256)
    return str(int.from_bytes(tag) % 10**digits).zfill(digits)
