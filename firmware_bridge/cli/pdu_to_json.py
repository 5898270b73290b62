"""A message as the object that `kasih-modem decode` prints."""

from datetime import datetime, timedelta
from typing import Any

from firmware_bridge.cli.pdu_object import KINDS, PEERS, PLAIN, TIMES
from firmware_bridge.pdu import Address, Alphabet, EnhancedValidity, Message, Submit, Validity


def to_object(message: Message) -> dict[str, Any]:
    """All of a message, so that its object gives the same PDU again.

    `sender`, `recipient` and `smsc` are as people write numbers; `sender_type` and so on are the octets with the type
    of number. `text`, or `data` in hex where the user data is 8-bit. A text may hold half a surrogate pair at an edge,
    where a part was cut in it; in JSON it stands as an escape.
    """
    kind = next(name for name, of_kind in KINDS.items() if isinstance(message, of_kind))
    found = {"kind": kind, **_address(PEERS[kind], getattr(message, PEERS[kind])), **_body(message), "timestamp": None}
    found |= {name: _iso(getattr(message, name)) for name in TIMES[kind]}
    found |= {name: getattr(message, name) for name in PLAIN[kind]}
    return found | ({"validity": _validity(message.validity)} if isinstance(message, Submit) else {})


def _address(name: str, address: Address | None) -> dict[str, Any]:
    return {name: address and address.number, f"{name}_type": address and address.type_octet}


def _body(message: Message) -> dict[str, Any]:
    """What all kinds have."""
    is_data = message.alphabet is Alphabet.EIGHT_BIT or message.data is not None
    data = None if message.data is None else message.data.hex().upper()  # A report may have a scheme and no user data.
    content = {"data": data} if is_data else {"text": message.text}
    concat, ports, waiting = message.concat, message.ports, message.mwi
    return {
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
