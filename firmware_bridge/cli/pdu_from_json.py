"""The message that an object means, such as `kasih-modem decode` prints it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct, field

from firmware_bridge.errors import PduError
from firmware_bridge.pdu import (
    Address,
    Alphabet,
    Command,
    Concat,
    Deliver,
    Element,
    EnhancedValidity,
    Message,
    Ports,
    StatusReport,
    Submit,
    Validity,
    count_parts,
    dcs_for,
)

_T = TypeVar("_T")


class _Concat(Struct):
    ref: int
    total: int
    part: int


class _Ports(Struct):
    destination: int
    source: int


class _Element(Struct):
    iei: int
    data: str


class _Enhanced(Struct):
    enhanced: str


class _Object(Struct, kw_only=True):
    """What is read; what `decode` prints beyond it follows from these."""

    kind: Literal["deliver", "submit", "status-report", "command"]
    sender: str | None = None
    sender_type: int | None = None
    recipient: str | None = None
    recipient_type: int | None = None
    smsc: str | None = None
    smsc_type: int | None = None
    text: str | None = None
    data: str | None = None
    dcs: int | None = None
    alphabet: Alphabet | None = None
    message_class: int | None = field(default=None, name="class")
    concat: _Concat | None = None
    ports: _Ports | None = None
    udh: list[_Element] | None = None
    timestamp: str | None = None
    discharge_at: str | None = None
    reference: int = 0
    status: int = 0
    pid: int | None = None
    indicator: int | None = None
    command: int = 0
    message_number: int = 0
    validity: int | str | _Enhanced | None = None
    more_messages: bool = False
    report: bool = False
    loop_prevention: bool = False
    reply_path: bool = False
    reject_duplicates: bool = False
    of_command: bool = False


def from_object(described: object) -> Message:
    """The message that an object describes.

    `udh` counts if it is there, else `concat` and `ports`; `dcs` counts if it is there, else `alphabet` and `class`,
    else what the text needs.

    Raises:
        PduError: A field is missing, of another type, or says what no PDU can.
    """
    try:
        found = msgspec.convert(described, _Object)
    except msgspec.ValidationError as error:
        raise PduError(f"objek tidak cocok: {_place(str(error))}") from None
    return _MAKERS[found.kind](found)


def _place(said: str) -> str:
    """The field that msgspec complains of, in our words."""
    if "missing required field" in said:
        return f"kolom {said.rpartition('field `')[2].partition('`')[0]} belum ada"
    place = said.rpartition("at `$")[2].rstrip("`").lstrip(".") if "at `$" in said else ""
    return f"kolom {place} salah isi atau jenisnya" if place else "harus sebuah objek JSON"


def _deliver(found: _Object) -> Deliver:
    return Deliver(
        **_body(found),
        sender=_address("sender", found.sender, found.sender_type),
        timestamp=_time("timestamp", found.timestamp),
        pid=found.pid or 0,
        more_messages=found.more_messages,
        report=found.report,
        loop_prevention=found.loop_prevention,
        reply_path=found.reply_path,
    )


def _submit(found: _Object) -> Submit:
    return Submit(
        **_body(found),
        recipient=_address("recipient", found.recipient, found.recipient_type),
        reference=found.reference,
        pid=found.pid or 0,
        validity=_validity(found.validity),
        report=found.report,
        reject_duplicates=found.reject_duplicates,
        reply_path=found.reply_path,
    )


def _status_report(found: _Object) -> StatusReport:
    return StatusReport(
        **_body(found) | {"dcs": found.dcs},
        recipient=_address("recipient", found.recipient, found.recipient_type),
        reference=found.reference,
        timestamp=_time("timestamp", found.timestamp),
        discharge_at=_time("discharge_at", found.discharge_at),
        status=found.status,
        pid=found.pid,
        indicator=found.indicator,
        more_messages=found.more_messages,
        loop_prevention=found.loop_prevention,
        of_command=found.of_command,
    )


def _command(found: _Object) -> Command:
    return Command(
        **_body(found) | {"dcs": None},
        recipient=_address("recipient", found.recipient, found.recipient_type),
        reference=found.reference,
        pid=found.pid or 0,
        command=found.command,
        message_number=found.message_number,
        report=found.report,
    )


_MAKERS: dict[str, Callable[[_Object], Message]] = {
    "deliver": _deliver,
    "submit": _submit,
    "status-report": _status_report,
    "command": _command,
}


def _body(found: _Object) -> dict[str, Any]:
    """What all kinds of messages have."""
    return {
        "smsc": None if found.smsc is None else _address("smsc", found.smsc, found.smsc_type),
        "dcs": _dcs(found),
        "text": found.text,
        "data": None if found.data is None else _read("data", bytes.fromhex, found.data),
        "udh": _header(found),
    }


def _dcs(found: _Object) -> int:
    if found.dcs is not None:
        return found.dcs
    if found.message_class not in {None, 0, 1, 2, 3}:
        raise PduError("class: harus 0 sampai 3")
    alphabet = found.alphabet
    if alphabet is None:
        needed = count_parts(found.text or "", transliterate=False)[1]
        alphabet = Alphabet.EIGHT_BIT if found.data is not None else needed
    return dcs_for(alphabet, found.message_class)


def _header(found: _Object) -> tuple[Element, ...]:
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


def _validity(value: int | str | _Enhanced | None) -> Validity:
    match value:
        case int():
            return _read("validity", lambda seconds: timedelta(seconds=seconds), value)
        case _Enhanced():
            return EnhancedValidity(_read("validity", bytes.fromhex, value.enhanced))
        case str():
            return _time("validity", value)
    return None


def _read(name: str, read: Callable[[Any], _T], value: object) -> _T:
    try:
        return read(value)
    except (ValueError, OverflowError):
        raise PduError(f"{name}: isi tidak dapat dibaca") from None
