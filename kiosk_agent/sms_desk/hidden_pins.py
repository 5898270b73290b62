"""Words for staff, who never see a resident's PIN: whatever may be one is cut out of them.

Pure. Too much is cut rather than too little: what staff miss they can ask for, a PIN cannot be taken back.
"""

import re
from typing import Final

HIDDEN: Final = "…"
_SAID_TO_BE_PIN: Final = re.compile(
    r"(?<![^\W\d_])((?:PIN|KODE|SANDI)(?:KU|NYA)?)(?![^\W\d_]).*", re.IGNORECASE | re.DOTALL
)
"""It may go on in words: "kode saya empat kosong dua"."""
_DATE: Final = r"(?:0?[1-9]|[12][0-9]|3[01])(?P<sign>[-/.])(?:0?[1-9]|1[0-2])(?P=sign)(?:20)?[0-9]{2}"
_MOBILE: Final = r"(?:\+?62|0)8[0-9](?:[ \-]?[0-9]){7,10}(?![ \-]?[0-9])"
"""A code of 16 digits may begin so, too."""
_DIGITS: Final = r"(?:(?<![^\W_])(?:[0-9OIL]*[0-9][0-9OIL]*|[OIL])(?![^\W_])|[0-9]+)"
"""A word of digits, O, I and L for 0 and 1 among them, or the digits within another word."""
_NUMBER: Final = re.compile(
    rf"(?P<harmless>(?<![0-9])(?:{_DATE}|{_MOBILE})(?![0-9]))|{_DIGITS}(?:[\W_]{{1,3}}{_DIGITS})*", re.IGNORECASE
)
_FEW: Final = 4
"""So many digits are no PIN, not even one of which a digit was left out."""


def hide_pins(words: str) -> str:
    """Cut out whatever may be a PIN or a code, in full or mistyped."""
    return _NUMBER.sub(_hide, _SAID_TO_BE_PIN.sub(rf"\1 {HIDDEN}", words))


def _hide(found: re.Match[str]) -> str:
    is_short = sum(sign.isalnum() for sign in found[0]) <= _FEW
    return found[0] if found["harmless"] or is_short else HIDDEN
