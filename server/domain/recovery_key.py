"""The recovery key as it is printed once, on paper: two lines of 27 symbols, each with its own check symbol."""

from typing import Final

from sync_protocol import base32
from sync_protocol.errors import CodeError

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
        CodeError: not 54 letters and digits, or mistyped.
    """
    symbols = base32.symbols(typed)
    if symbols is None or len(symbols) != 2 * (_HALF + 1):
        raise CodeError("a recovery key has 54 letters and digits in two lines")
    halves = (symbols[: _HALF + 1], symbols[_HALF + 1 :])
    if any(base32.check_symbol(half[:-1]) != half[-1] for half in halves):
        raise CodeError("the recovery key is mistyped")
    return (base32.integer([*halves[0][:-1], *halves[1][:-1]]) >> _SPARE_BITS).to_bytes(32)
