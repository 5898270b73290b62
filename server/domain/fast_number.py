"""Numbers of complaints by the thousand: the same as `sync_protocol.number.number_of`, from tables that it fills.

A number is linear in the bits of its id, so the check symbol is the sum of what each pair of symbols adds to it. The
general function walks the field's arithmetic anew for every symbol, which would take a tenth of the time of a fold.
"""

from typing import Final

from sync_protocol import base32

_SYMBOLS: Final = 9


def number_of(entry_id: bytes) -> str:
    """The number that follows from a complaint's id."""
    bits = int.from_bytes(entry_id[:6]) >> 3
    a, b, c, d, last = bits >> 35, bits >> 25 & 1023, bits >> 15 & 1023, bits >> 5 & 1023, bits & 31
    check = _CHECKS[0][a] ^ _CHECKS[1][b] ^ _CHECKS[2][c] ^ _CHECKS[3][d] ^ _LAST[last]
    middle = _PAIRS[c]
    letters = base32.ALPHABET
    return f"{_PAIRS[a]}{_PAIRS[b]}{middle[0]}-{middle[1]}{_PAIRS[d]}{letters[last]}{letters[check]}"


def _checks(first: int, size: int) -> list[int]:
    """What each value of some symbols, from symbol `first` on, adds to the check symbol."""
    sums = [0] * (1 << 5 * size)
    for value in range(1, len(sums)):
        rest = value & (value - 1)
        sums[value] = sums[rest] ^ sums[value ^ rest] if rest else _check_of(value, first, size)
    return sums


def _check_of(value: int, first: int, size: int) -> int:
    symbols = [0] * _SYMBOLS
    symbols[first : first + size] = base32.encode(value, size)
    return base32.check_symbol(symbols)


_PAIRS: Final = [base32.ALPHABET[value >> 5] + base32.ALPHABET[value & 31] for value in range(1 << 10)]
_CHECKS: Final = [_checks(first, 2) for first in (0, 2, 4, 6)]
_LAST: Final = _checks(8, 1)
