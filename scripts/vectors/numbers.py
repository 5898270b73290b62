# ruff: noqa: E501 - a vector stands on one line
"""Numbers and PINs."""

from collections.abc import Iterator

from scripts.vectors.setting import (
    Vector,
    secret,
    typed,
    vector,
)
from sync_protocol import base32, number


def numbers() -> Iterator[Vector]:
    """Numbers as people type them; `number` is the written form."""
    sample = bytes(range(32))
    for name, entry_id in {
        "00 01 02 ... 1f": sample,
        "zeros": bytes(32),
        "ones": b"\xff" * 32,
        "a hash": secret("a complaint"),
    }.items():
        written = number.number_of(entry_id)
        yield typed(
            f"id {name}", written, "ok", "45 bits of the id and a check symbol", id=entry_id.hex(), number=written
        )
    good = "7KQM9-XD4TF"
    for name, text in {
        "lower case": "7kqm9-xd4tf", "no hyphen": "7KQM9XD4TF", "spaces": " 7KQM9 XD4TF ", "hyphens anywhere": "7-K-Q-M-9X-D4TF",
        "typographic hyphen": "7KQM9\u2011XD4TF", "full stop": "7KQM9.XD4TF", "line break": "7KQM9\nXD4TF",
    }.items():  # fmt: skip
        yield typed(name, text, "ok", "case, spaces, hyphens, full stops and line breaks do not matter", number=good)
    yield typed("O for 0, I and l for 1", "OOOG4-OR4oY", "ok", "O is read as 0", number="000G4-0R40Y")
    one = base32.text([*[1] * 9, base32.check_symbol([1] * 9)])
    yield typed("I and l for 1", one.replace("1", "I", 4).replace("1", "l"), "ok", "I and L are read as 1", number=one)
    for name, text in {
        "nine symbols": "7KQM9-XD4T", "eleven symbols": "7KQM9-XD4TFF", "nothing": "", "the letter U": "7KQM9-XD4TU", "a Greek letter": "7KQM9-XD4T\u03a6",
        "a full-width digit": "\uff17KQM9-XD4TF", "a slash": "7KQM9/XD4TF",
    }.items():  # fmt: skip
        yield typed(name, text, "number", "not ten symbols of the alphabet")
    for at in range(10):
        symbols = base32.symbols(good) or []
        for value in range(32):
            if value != symbols[at]:
                wrong = base32.text([*symbols[:at], value, *symbols[at + 1 :]])
                yield typed(
                    f"symbol {at + 1} as {base32.ALPHABET[value]}", wrong, "number", "check symbol: one wrong symbol"
                )
    for left in range(10):
        for right in range(left + 1, 10):
            symbols = base32.symbols(good) or []
            symbols[left], symbols[right] = symbols[right], symbols[left]
            yield typed(
                f"symbols {left + 1} and {right + 1} swapped",
                base32.text(symbols),
                "number",
                "check symbol: two symbols swapped",
            )


def pins() -> Iterator[Vector]:
    """PINs from the 128 random bits of a form."""
    for name, ref in {
        "zeros": bytes(16),
        "ones": b"\xff" * 16,
        "00 01 ... 0f": bytes(range(16)),
        "a leading zero": secret("pin 3")[:16],
    }.items():
        yield vector(
            f"ref {name}",
            ref,
            "ok",
            "HMAC-SHA256(ref, 'pin') as one big-endian integer, its last decimal digits",
            pin=number.pin_of(ref),
            long_pin=number.pin_of(ref, 16),
        )
