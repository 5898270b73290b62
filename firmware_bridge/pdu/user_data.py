"""TP-UD: the header, and the text or data behind it (3GPP TS 23.040 sections 9.2.3.16 and 9.2.3.24)."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from firmware_bridge.errors import PduError
from firmware_bridge.pdu import gsm7
from firmware_bridge.pdu.coding import Alphabet, coding_of
from firmware_bridge.pdu.header import Element, elements_of, header_octets, languages_of
from firmware_bridge.pdu.octets import Octets

MAX_OCTETS: Final = 140
"""Section 9.2.3.16: what the user data has room for, 160 septets."""


class UserData(Struct, frozen=True):
    """What TP-UD was read as."""

    text: str | None
    data: bytes | None
    udh: tuple[Element, ...]
    truncated: bool


def read_user_data(octets: Octets, dcs: int, *, has_header: bool, field: str = "TP-UD") -> UserData:
    """Read TP-UDL and TP-UD; what follows them is left unread.

    Raises:
        PduError: No length, a header that is not whole, or a compressed text.
    """
    coding = coding_of(dcs)
    if coding.compressed:
        raise PduError(f"TP-DCS: 0x{dcs:02X} berarti teks terkompresi, yang tidak dapat dibaca")
    length = octets.octet(field + "L")
    is_gsm7 = coding.alphabet is Alphabet.GSM7
    expected = -(-length * 7 // 8) if is_gsm7 else length
    at = octets.at
    content = octets.take_at_most(expected)
    truncated = len(content) < expected
    # Drafts on a SIM announce a header and then hold nothing at all.
    header = _header(content, at) if has_header and length else b""
    udh = elements_of(header[1:])
    if is_gsm7:
        fill_bits = -len(header) * 8 % 7
        count = length - -(-len(header) * 8 // 7)
        text = gsm7.decode(gsm7.unpack(content[len(header) :], count, fill_bits), languages_of(udh))
        return UserData(text, None, udh, truncated)
    body = content[len(header) :]
    if coding.alphabet is Alphabet.EIGHT_BIT:
        return UserData(None, body, udh, truncated)
    whole = len(body) // 2 * 2  # An octet behind the last whole unit of UTF-16 is half a unit: lost.
    text = body[:whole].decode("utf-16-be", "surrogatepass")
    return UserData(text, None, udh, truncated or whole < len(body))


def _header(content: bytes, at: int) -> bytes:
    if not content or content[0] + 1 > len(content):
        said = content[0] if content else "?"
        raise PduError(f"TP-UDH: kepala {said} oktet pada oktet {at} melewati akhir data pengguna")
    return content[: content[0] + 1]


def user_data_octets(text: str | None, data: bytes | None, dcs: int, udh: Sequence[tuple[int, bytes]]) -> bytes:
    """TP-UDL and TP-UD.

    Raises:
        PduError: Longer than a message, or a text or data that the data coding scheme does not provide for.
    """
    coding = coding_of(dcs)
    header = header_octets(udh)
    if coding.compressed:
        raise PduError(f"TP-DCS: 0x{dcs:02X} berarti teks terkompresi, yang tidak dapat ditulis")
    if (coding.alphabet is Alphabet.EIGHT_BIT and text) or (coding.alphabet is not Alphabet.EIGHT_BIT and data):
        raise PduError(f"TP-DCS: 0x{dcs:02X} tidak cocok dengan isi pesan (teks atau data)")
    if coding.alphabet is Alphabet.GSM7:
        septets = gsm7.encode(text or "", languages_of(udh))
        content = header + gsm7.pack(septets, -len(header) * 8 % 7)
        length = -(-len(header) * 8 // 7) + len(septets)
    else:
        body = (text or "").encode("utf-16-be", "surrogatepass") if coding.alphabet is Alphabet.UCS2 else data or b""
        content = header + body
        length = len(content)
    if len(content) > MAX_OCTETS:
        raise PduError(f"TP-UD: {len(content)} oktet, paling banyak {MAX_OCTETS}")
    return bytes([length]) + content
