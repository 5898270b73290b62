"""Addresses: who sent, who receives, which service centre (3GPP TS 23.040 section 9.1.2.5)."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from firmware_bridge.errors import PduError
from firmware_bridge.pdu import gsm7
from firmware_bridge.pdu.digits import digits_of, from_digits
from firmware_bridge.pdu.octets import Octets

MAX_SEMI_OCTETS: Final = 20
"""Section 9.1.2.5: an address field has at most 12 octets, 10 of them with digits."""
_ISDN: Final = 1


class AddressKind(StrEnum):
    """The type of number, in the order of its three bits."""

    UNKNOWN = "unknown"
    INTERNATIONAL = "international"
    NATIONAL = "national"
    NETWORK = "network"
    SUBSCRIBER = "subscriber"
    ALPHANUMERIC = "alphanumeric"
    SHORT = "short"
    RESERVED = "reserved"


_KINDS: Final = tuple(AddressKind)


class Address(Struct, frozen=True):
    """A number, or the name that a sender gave itself."""

    number: str
    """As people write it: +62812…, 0812…, 123, or the text of an alphanumeric address."""
    kind: AddressKind = AddressKind.UNKNOWN
    plan: int = _ISDN
    """The numbering plan: 1 is that of telephones; an alphanumeric address has 0."""

    def __str__(self) -> str:
        return self.number

    @property
    def type_octet(self) -> int:
        """Kind and plan as they stand in front of the digits: 0x91 for +62812…, 0x81 for 123."""
        return 0x80 | _KINDS.index(self.kind) << 4 | self.plan & 0xF

    @classmethod
    def of_type(cls, number: str, type_octet: int) -> "Address":
        """The address with this type octet, such as 0xA1 for a national number."""
        return cls(number, _KINDS[type_octet >> 4 & 7], type_octet & 0xF)

    @classmethod
    def parse(cls, text: str) -> "Address":
        """The address that a text such as +62812…, 0812…, *123# or BANK NTT means."""
        if text.startswith("+"):
            return cls(text, AddressKind.INTERNATIONAL)
        if text.strip("0123456789*#"):
            return cls(text, AddressKind.ALPHANUMERIC, 0)
        return cls(text)


def read_address(octets: Octets, field: str) -> Address:
    """Read TP-OA, TP-DA or TP-RA, whose length counts digits.

    Raises:
        PduError: Cut, or longer than an address may be.
    """
    count = octets.octet(field)
    if count > MAX_SEMI_OCTETS:
        raise PduError(f"{field}: panjang {count}, paling banyak {MAX_SEMI_OCTETS} (oktet {octets.at - 1})")
    kind = octets.octet(field)
    return _address(kind, octets.take((count + 1) // 2, field), count)


def read_service_centre(octets: Octets) -> Address | None:
    """Read the SMSC that +CMGR puts in front, whose length counts octets (TS 27.005 section 3.1); 0 is none.

    Raises:
        PduError: Cut, or longer than an address may be.
    """
    count = octets.octet("SMSC")
    if count > MAX_SEMI_OCTETS // 2 + 1:
        raise PduError(f"SMSC: panjang {count} oktet, paling banyak {MAX_SEMI_OCTETS // 2 + 1}")
    if not count:
        return None
    kind = octets.octet("SMSC")
    digits = octets.take(count - 1, "SMSC")
    return _address(kind, digits, 2 * len(digits))


def address_octets(address: Address, field: str) -> bytes:
    """Encode TP-OA, TP-DA or TP-RA.

    Raises:
        PduError: Too long, or characters that an address cannot hold.
    """
    value, count = _value(address, field)
    return bytes([count, address.type_octet]) + value


def service_centre_octets(address: Address | None) -> bytes:
    """Encode the SMSC; None leaves it to the SIM.

    Raises:
        PduError: Too long, or characters that an address cannot hold.
    """
    if address is None:
        return b"\x00"
    value, _ = _value(address, "SMSC")
    return bytes([len(value) + 1, address.type_octet]) + value


def _address(type_octet: int, value: bytes, count: int) -> Address:
    kind = _KINDS[type_octet >> 4 & 7]
    if kind is AddressKind.ALPHANUMERIC:
        return Address.of_type(gsm7.decode(gsm7.unpack(value, count * 4 // 7)), type_octet)
    digits = digits_of(value, count)
    return Address.of_type("+" + digits if kind is AddressKind.INTERNATIONAL else digits, type_octet)


def _value(address: Address, field: str) -> tuple[bytes, int]:
    """The octets of an address, and its length in semi-octets."""
    if address.kind is AddressKind.ALPHANUMERIC:
        septets = gsm7.encode(address.number, field=field)
        value, count = gsm7.pack(septets), -(-len(septets) * 7 // 4)
    else:
        digits = address.number
        if address.kind is AddressKind.INTERNATIONAL:
            digits = digits.removeprefix("+")
        value, count = from_digits(digits, field), len(digits)
    if count > MAX_SEMI_OCTETS:
        raise PduError(f"{field}: terlalu panjang, paling banyak 20 angka atau 11 huruf")
    return value, count
