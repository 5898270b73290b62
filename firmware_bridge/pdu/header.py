"""The user data header: numbered elements in front of the text (3GPP TS 23.040 section 9.2.3.24)."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from firmware_bridge.errors import PduError

CONCAT_8: Final = 0x00
PORTS_8: Final = 0x04
PORTS_16: Final = 0x05
CONCAT_16: Final = 0x08
SINGLE_SHIFT: Final = 0x24
LOCKING_SHIFT: Final = 0x25


class Element(NamedTuple):
    """One information element; what we do not know is kept as it came."""

    iei: int
    data: bytes


class Concat(Struct, frozen=True):
    """Which part of which message this is (sections 9.2.3.24.1 and 9.2.3.24.8)."""

    ref: int
    total: int
    part: int
    """Counted from 1."""
    bits: Literal[8, 16] = 8

    def element(self) -> Element:
        """How it stands in the header.

        Raises:
            PduError: A number that does not fit.
        """
        if not (0 <= self.ref < 1 << self.bits and 1 <= self.part <= self.total <= 255):
            raise PduError(f"UDH: bagian {self.part} dari {self.total} dengan nomor {self.ref} tidak mungkin")
        reference = self.ref.to_bytes(self.bits // 8, "big")
        return Element(CONCAT_16 if self.bits == 16 else CONCAT_8, reference + bytes([self.total, self.part]))


class Ports(Struct, frozen=True):
    """Which applications this is from and for (sections 9.2.3.24.3 and 9.2.3.24.4)."""

    destination: int
    source: int
    bits: Literal[8, 16] = 16

    def element(self) -> Element:
        """How it stands in the header.

        Raises:
            PduError: A number that does not fit.
        """
        if not all(0 <= port < 1 << self.bits for port in (self.destination, self.source)):
            raise PduError(f"UDH: port {self.destination} atau {self.source} di luar batas")
        size = self.bits // 8
        value = self.destination.to_bytes(size, "big") + self.source.to_bytes(size, "big")
        return Element(PORTS_16 if self.bits == 16 else PORTS_8, value)


def elements_of(content: bytes) -> tuple[Element, ...]:
    """The elements of a header, without its length octet.

    Section 9.2.3.24: where the last element has too few octets, the whole header is to be ignored.
    """
    found: list[Element] = []
    at = 0
    while at < len(content):
        end = at + 2 + content[at + 1] if at + 1 < len(content) else len(content) + 1
        if end > len(content):
            return ()
        found.append(Element(content[at], content[at + 2 : end]))
        at = end
    return tuple(found)


def header_octets(elements: Sequence[tuple[int, bytes]]) -> bytes:
    """The header with its length octet; nothing where there are no elements.

    Raises:
        PduError: Longer than a message.
    """
    content = b""
    for iei, data in elements:
        if not 0 <= iei <= 255 or len(data) > 137:
            raise PduError(f"UDH: elemen {iei} dengan {len(data)} oktet tidak mungkin")
        content += bytes([iei, len(data)]) + data
    if len(content) > 139:
        raise PduError(f"UDH: {len(content)} oktet, paling banyak 139")
    return bytes([len(content)]) + content if content else b""


def concat_of(elements: Sequence[tuple[int, bytes]]) -> Concat | None:
    """The part that a header speaks of.

    Sections 9.2.3.24.1 and .8: an element that says part 0, part 3 of 2 or "of 0" is to be ignored. Section 9.2.3.24:
    of several, the last one counts.
    """
    found = None
    for iei, data in elements:
        if (iei, len(data)) not in {(CONCAT_8, 3), (CONCAT_16, 4)}:
            continue
        total, part = data[-2:]
        if 1 <= part <= total:
            found = Concat(int.from_bytes(data[:-2], "big"), total, part, 16 if iei == CONCAT_16 else 8)
    return found


def ports_of(elements: Sequence[tuple[int, bytes]]) -> Ports | None:
    """The applications that a header speaks of; of several elements the last one counts."""
    found = None
    for iei, data in elements:
        if (iei, len(data)) == (PORTS_8, 2):
            found = Ports(data[0], data[1], 8)
        elif (iei, len(data)) == (PORTS_16, 4):
            found = Ports(int.from_bytes(data[:2], "big"), int.from_bytes(data[2:], "big"), 16)
    return found


def languages_of(elements: Sequence[tuple[int, bytes]]) -> tuple[int, int]:
    """The national languages of the locking and single shift tables (sections 9.2.3.24.15 and .16); 0 is none."""
    languages = {iei: data[0] for iei, data in elements if len(data) == 1}
    return languages.get(LOCKING_SHIFT, 0), languages.get(SINGLE_SHIFT, 0)
