"""A message as the object that `kasih-modem decode` prints."""

from datetime import datetime, timedelta
from typing import Any

from firmware_bridge.pdu import (
    Address,
    Alphabet,
    Command,
    Deliver,
    EnhancedValidity,
    Message,
    StatusReport,
    Submit,
    Validity,
)


def to_object(message: Message) -> dict[str, Any]:
    """All of a message, so that its object gives the same PDU again.

    `sender`, `recipient` and `smsc` are as people write numbers; `sender_type` and so on are the octets with the type
    of number. `text`, or `data` in hex where the user data is 8-bit. A text may hold half a surrogate pair at an edge,
    where a part was cut in it; in JSON it stands as an escape.
    """
    match message:
        case Deliver():
            return _body("deliver", message, "sender", message.sender) | _deliver(message)
        case Submit():
            return _body("submit", message, "recipient", message.recipient) | _submit(message)
        case StatusReport():
            return _body("status-report", message, "recipient", message.recipient) | _report(message)
        case Command():
            return _body("command", message, "recipient", message.recipient) | _command(message)
    raise TypeError(type(message))


def _address(name: str, address: Address | None) -> dict[str, Any]:
    return {name: address and address.number, f"{name}_type": address and address.type_octet}


def _body(kind: str, message: Message, role: str, peer: Address) -> dict[str, Any]:
    is_data = message.alphabet is Alphabet.EIGHT_BIT or message.data is not None
    content = {"data": (message.data or b"").hex().upper()} if is_data else {"text": message.text}
    concat, ports, waiting = message.concat, message.ports, message.mwi
    return {
        "kind": kind,
        **_address(role, peer),
        **content,
        "dcs": message.dcs,
        "alphabet": None if message.dcs is None else message.alphabet,
        "class": message.message_class,
        "mwi": waiting and {"kind": waiting.kind, "active": waiting.active, "store": waiting.store},
        "concat": concat and {"ref": concat.ref, "total": concat.total, "part": concat.part},
        "ports": ports and {"destination": ports.destination, "source": ports.source},
        "udh": [{"iei": iei, "data": data.hex().upper()} for iei, data in message.udh],
        "truncated": message.truncated,
        **_address("smsc", message.smsc),
    }


def _deliver(message: Deliver) -> dict[str, Any]:
    return {
        "timestamp": _iso(message.timestamp),
        "pid": message.pid,
        "more_messages": message.more_messages,
        "report": message.report,
        "loop_prevention": message.loop_prevention,
        "reply_path": message.reply_path,
    }


def _submit(message: Submit) -> dict[str, Any]:
    return {
        "timestamp": None,
        "reference": message.reference,
        "pid": message.pid,
        "validity": _validity(message.validity),
        "report": message.report,
        "reject_duplicates": message.reject_duplicates,
        "reply_path": message.reply_path,
    }


def _report(message: StatusReport) -> dict[str, Any]:
    return {
        "timestamp": _iso(message.timestamp),
        "discharge_at": _iso(message.discharge_at),
        "reference": message.reference,
        "status": message.status,
        "pid": message.pid,
        "indicator": message.indicator,
        "more_messages": message.more_messages,
        "loop_prevention": message.loop_prevention,
        "of_command": message.of_command,
    }


def _command(message: Command) -> dict[str, Any]:
    return {
        "timestamp": None,
        "reference": message.reference,
        "pid": message.pid,
        "command": message.command,
        "message_number": message.message_number,
        "report": message.report,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _validity(validity: Validity) -> Any:
    """Seconds, a time, or the seven octets of the enhanced format in hex."""
    match validity:
        case timedelta():
            return int(validity.total_seconds())
        case EnhancedValidity():
            return {"enhanced": validity.octets.hex().upper()}
    return _iso(validity)
