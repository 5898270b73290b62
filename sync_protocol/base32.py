"""Crockford's base32 with a check symbol over GF(32) (section 2)."""

from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_IGNORED = str.maketrans("", "", " -\u2010\u2011\u2012\u2013\u2014.\t\r\n")
_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1
_MAX_CHECKED = 31  # the order of a = 2: from here on powers repeat and swaps could go unseen


def _times_a(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 32 else value


def _powers() -> list[int]:
    powers = [1]
    while len(powers) < 2 * _MAX_CHECKED:
        powers.append(_times_a(powers[-1]))
    return powers


_POWERS = _powers()
_LOGARITHMS = {power: exponent for exponent, power in enumerate(_POWERS[:_MAX_CHECKED])}


def encode(value: int, length: int) -> list[int]:
    """Split an integer into `length` 5-bit symbols, the highest first."""
    return [value >> 5 * (length - 1 - position) & 31 for position in range(length)]


def check_symbol(symbols: list[int]) -> int:
    """The sum of a^i times symbol i, i from 1: it catches every wrong symbol and every swap of two."""
    if len(symbols) > _MAX_CHECKED - 1:
        raise ValueError(f"at most {_MAX_CHECKED - 1} symbols can be checked")
    total = 0
    for position, symbol in enumerate(symbols, 1):
        if symbol:
            total ^= _POWERS[_LOGARITHMS[symbol] + position]
    return total


def text(symbols: list[int], group: int = 5) -> str:
    """Write symbols in groups with hyphens between them."""
    letters = "".join(ALPHABET[symbol] for symbol in symbols)
    return "-".join(letters[at : at + group] for at in range(0, len(letters), group))


def symbols(typed: str) -> list[int] | None:
    """Read what a person typed: any case, spaces and hyphens anywhere, O as 0, I and L as 1. None: not base32."""
    letters = typed.translate(_IGNORED).upper()
    values = [_VALUES.get(letter) for letter in letters]
    return [value for value in values if value is not None] if None not in values else None


def integer(values: list[int]) -> int:
    """Join 5-bit symbols into one integer, the highest first."""
    total = 0
    for value in values:
        total = total << 5 | value
    return total
