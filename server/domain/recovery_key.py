"""The recovery key as it is printed once, on paper: two lines of 27 symbols, each with its own check symbol."""

from typing import Final

from server.errors import RecoveryKeyError
from sync_protocol import base32

_HALF: Final = 26
_SPARE_BITS = 2 * _HALF * 5 - 256


def write_recovery_key(private: bytes) -> str:
    """Write 32 bytes as two lines of letters and digits that a person can type again."""
    symbols = base32.encode(int.from_bytes(private) << _SPARE_BITS, 2 * _HALF)
    halves = (symbols[:_HALF], symbols[_HALF:])
    return "\n".join(base32.text([*half, base32.check_symbol(half)]) for half in halves)


def read_recovery_key(typed: str) -> bytes:
    """Read what a person typed, in one line or two.

    Raises:
        RecoveryKeyError: not 54 letters and digits, or mistyped; it says in which line, or that one was typed twice.
    """
    symbols = base32.symbols(typed)
    if symbols is None or len(symbols) != 2 * (_HALF + 1):
        raise RecoveryKeyError("Kunci pemulihan terdiri dari 54 huruf dan angka dalam dua baris, tanpa huruf U.")
    halves = (symbols[: _HALF + 1], symbols[_HALF + 1 :])
    for line, half in enumerate(halves, 1):
        if base32.check_symbol(half[:-1]) != half[-1]:
            raise RecoveryKeyError(f"Ada salah ketik di baris {line} kunci pemulihan.")
    if halves[0] == halves[1]:
        raise RecoveryKeyError("Kedua baris kunci pemulihan sama: baris yang sama diketik dua kali.")
    return (base32.integer([*halves[0][:-1], *halves[1][:-1]]) >> _SPARE_BITS).to_bytes(32)
