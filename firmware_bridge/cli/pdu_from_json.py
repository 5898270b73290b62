"""The message that an object means, such as `kasih-modem decode` prints it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

import msgspec

from firmware_bridge.cli.pdu_object import KINDS, PEERS, PLAIN, TIMES, EnhancedObject, MessageObject
from firmware_bridge.errors import PduError
from firmware_bridge.pdu import (
    Address,
    Alphabet,
    Concat,
    Element,
    EnhancedValidity,
    Message,
    Ports,
    Validity,
    count_parts,
    dcs_for,
)

_T = TypeVar("_T")


def from_object(described: object) -> Message:
    """The message that an object describes.

    `udh` counts if it is there, else `concat` and `ports`; `dcs` counts if it is there, else `alphabet` and `class`,
    else what the text needs. Fields that are not known are passed over: `decode` prints some that follow from others.

    Raises:
        PduError: A field is missing, of another type, or says what no PDU can.
    """
    try:
        found = msgspec.convert(described, MessageObject)
    except msgspec.ValidationError as error:
        raise PduError(f"objek tidak cocok: {_complaint(str(error))}") from None
    peer = PEERS[found.kind]
    fields: dict[str, Any] = {
        "smsc": None if found.smsc is None else _address("smsc", found.smsc, found.smsc_type),
        peer: _address(peer, getattr(found, peer), getattr(found, f"{peer}_type")),
        "dcs": _dcs(found),
        "text": found.text,
        "data": None if found.data is None else _read("data", bytes.fromhex, found.data),
        "udh": _header(found),
    }
    fields |= {name: value for name in PLAIN[found.kind] if (value := getattr(found, name)) is not None}
    fields |= {name: _time(name, getattr(found, name)) for name in TIMES[found.kind]}
    if found.kind == "submit":
        fields["validity"] = _validity(found.validity)
    return KINDS[found.kind](**fields)


def _complaint(said: str) -> str:
    """What msgspec complains of, in our words."""
    if "missing required field" in said:
        return f"kolom {said.rpartition('field `')[2].partition('`')[0]} belum ada"
    place = said.rpartition("at `$")[2].rstrip("`").lstrip(".") if "at `$" in said else ""
    return f"kolom {place} salah isi atau jenisnya" if place else "harus sebuah objek JSON"


def _dcs(found: MessageObject) -> int | None:
    """What the object says, else what its text needs; a report and a command can do without one."""
    if found.dcs is not None or found.kind in {"status-report", "command"}:
        return found.dcs
    if found.message_class not in {None, 0, 1, 2, 3}:
        raise PduError("class: harus 0 sampai 3")
    alphabet = found.alphabet
    if alphabet is None:
        needed = count_parts(found.text or "", transliterate=False)[1]
        alphabet = Alphabet.EIGHT_BIT if found.data is not None else needed
    return dcs_for(alphabet, found.message_class)


def _header(found: MessageObject) -> tuple[Element, ...]:
    if found.udh is not None:
        return tuple(Element(one.iei, _read("udh", bytes.fromhex, one.data)) for one in found.udh)
    elements: list[Element] = []
    if (concat := found.concat) is not None:
        bits: Literal[8, 16] = 8 if concat.ref <= 255 else 16
        elements.append(Concat(concat.ref, concat.total, concat.part, bits).element())
    if (ports := found.ports) is not None:
        elements.append(Ports(ports.destination, ports.source).element())
    return tuple(elements)


def _address(name: str, number: str | None, type_octet: int | None) -> Address:
    if number is None:
        raise PduError(f"kolom {name} belum ada")
    if type_octet is None:
        return Address.parse(number)
    if not 0x80 <= type_octet <= 0xFF:
        raise PduError(f"{name}_type: harus 128 sampai 255")
    return Address.of_type(number, type_octet)


def _time(name: str, text: str | None) -> datetime | None:
    return None if text is None else _read(name, datetime.fromisoformat, text)


def _validity(value: int | str | EnhancedObject | None) -> Validity:
    match value:
        case int():
            return _read("validity", lambda seconds: timedelta(seconds=seconds), value)
        case EnhancedObject():
            return EnhancedValidity(_read("validity", bytes.fromhex, value.enhanced))
        case str():
            return _time("validity", value)
    return None


def _read(name: str, read: Callable[[Any], _T], value: object) -> _T:
    try:
        return read(value)
    except (ValueError, OverflowError):
        raise PduError(f"{name}: isi tidak dapat dibaca") from None
