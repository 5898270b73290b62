"""The operator's answer to a balance code: decoded from what modems make of it, and read for the amount. No I/O."""

import re
from typing import Final

from firmware_bridge.pdu import gsm7

_ANSWER = re.compile(r'\+CUSD: ?([0-9])(?: ?, ?"?(.*?)"?(?: ?, ?([0-9]{1,3}))?)?\s*', re.DOTALL)
_UCS2_CODINGS: Final = {8, 17, 72}  # 23.038, section 5: 17 is UCS-2 with the language in front.
_LEAST_READABLE: Final = 4


def decode_answer(line: str) -> str:
    """The text of a +CUSD line; empty if it has none.

    Networks name a coding that modems do not keep to: text stands as text, as hex of packed septets, of UCS-2 or of
    plain octets. The coding named is tried first, then whatever gives readable text.
    """
    found = _ANSWER.fullmatch(line)
    if not found or not found[2]:
        return ""
    text, coding = found[2].strip(), int(found[3] or 15)
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2}){4,}", text):
        return text
    octets = bytes.fromhex(text)
    readings = [_ucs2(octets), _septets(octets), octets.decode("latin-1")]
    if coding not in _UCS2_CODINGS and octets[0] != 0:
        readings = [readings[1], readings[0], readings[2]]
    return next((reading.strip() for reading in readings if _is_readable(reading)), text)


def pack_code(code: str) -> str:
    """A code as Huawei's sticks want it: the hex of its packed septets."""
    return gsm7.pack(gsm7.encode(code)).hex().upper()


def _ucs2(octets: bytes) -> str:
    return octets.decode("utf-16-be", "replace") if len(octets) % 2 == 0 else ""


def _septets(octets: bytes) -> str:
    return gsm7.decode(gsm7.unpack(octets, len(octets) * 8 // 7)).rstrip("\r@")


def _is_readable(text: str) -> bool:
    """Nearly all letters, digits and signs that Indonesian texts have; wrong readings are full of others."""
    good = sum(character.isascii() and (character.isprintable() or character in "\r\n") for character in text)
    letters = sum(character.isascii() and (character.isalpha() or character == " ") for character in text)
    return len(text) >= _LEAST_READABLE and good >= 0.95 * len(text) and letters >= 0.4 * len(text)


_AMOUNT: Final = r"([0-9]{1,3}(?:[.,][0-9]{3})+(?:[.,][0-9]{1,2})?|[0-9]+(?:[.,][0-9]{1,2})?)(?![0-9.,]*[0-9])"
_WORD: Final = r"\b(?:sisa\s+)?(?:pulsa(?:mu|nya|ku)?|saldo|balance|bal|plsa)\b"
_OTHER_THINGS: Final = r"paket|beli|biaya|harga|tarif|min|isi|bonus|kuota|promo|hutang|s/d|sd\b|tgl|exp|hari|aktif"
_WITH_CURRENCY = re.compile(rf"{_WORD}((?:(?!{_WORD})[^.\n;]){{0,30}}?)(?:Rp|IDR)[.:]?\s*{_AMOUNT}", re.IGNORECASE)
_CURRENCY_FIRST = re.compile(rf"(?:Rp|IDR)[.:]?\s*{_AMOUNT}\s*(?:adalah)?\s*(?:sisa\s+)?(?:pulsa|saldo)", re.IGNORECASE)
_WITHOUT_CURRENCY = re.compile(
    rf"{_WORD}((?:\s*(?:utama|anda|kamu|kartu|reguler|saat|ini|adalah|sebesar|sisa))*)\s*[:=]?\s*{_AMOUNT}",
    re.IGNORECASE,
)


def balance_of(text: str) -> int | None:
    """The rupiah that a text of an Indonesian operator names as what is left; None if it names none for sure.

    Points and commas stand for thousands or, before the last one or two digits, for sen, as each operator likes.
    """
    for match in _WITH_CURRENCY.finditer(text):
        if not re.search(_OTHER_THINGS, match[1], re.IGNORECASE):
            return _rupiah(match[2])
    if match_first := _CURRENCY_FIRST.search(text):
        return _rupiah(match_first[1])
    if match_bare := _WITHOUT_CURRENCY.search(text):
        return _rupiah(match_bare[2])
    return None


def _rupiah(amount: str) -> int:
    whole = re.sub(r"[.,][0-9]{1,2}$", "", amount)
    return int(re.sub(r"[.,]", "", whole))
