"""Sending and writing messages: 3GPP TS 27.005 sections 3.5 and 4.3 to 4.5."""

import re

from firmware_bridge.errors import PduError
from firmware_bridge.pdu import Address, Alphabet, Submit, coding_of, encode_pdu, gsm7
from firmware_bridge.pdu.times import relative_period
from firmware_bridge.simulator.command_line import Call
from firmware_bridge.simulator.commands.handler import Handler, TextHandler, require_messages
from firmware_bridge.simulator.device import Device
from firmware_bridge.simulator.refusals import Refused, cms
from firmware_bridge.simulator.replies import Reply, ok
from firmware_bridge.simulator.session import Session
from firmware_bridge.simulator.storage import Slot, Stat, Storage

PROMPTS = frozenset({"CMGS", "CMGW"})
MAX_TPDU = 164


def _prompt(device: Device, call: Call, _at: float) -> Reply:
    require_messages(device)
    if call.form == "test":
        return ok()
    if call.form != "set" and not (call.name == "CMGW" and device.session.cmgf):
        raise Refused
    if not device.session.cmgf and not 1 <= (call.number(0, 0) or 0) <= MAX_TPDU:
        raise cms(304)
    return Reply(wants_text=True)


def _pdu_of(device: Device, call: Call, content: bytes) -> bytes:
    """The PDU that was typed, or that text mode makes of what was typed; SMSC octets first.

    Raises:
        Refused: it is none, or not as long as the command said.
    """
    if device.session.cmgf:
        return _text_pdu(device.session, call, content)
    try:
        pdu = bytes.fromhex(re.sub(rb"\s", b"", content).decode("ascii"))
    except ValueError:
        raise cms(304) from None
    if not pdu or Slot(pdu, Stat.UNSENT).tpdu_length != call.number(0, 0):
        raise cms(304)
    return pdu


def _text_pdu(session: Session, call: Call, content: bytes) -> bytes:
    first, validity, pid, dcs = session.csmp
    try:
        number = _in_character_set(call.text(0).encode("latin-1"), session, hex_only_in_ucs2=True)
        alphabet = coding_of(dcs).alphabet
        text = None if alphabet is Alphabet.EIGHT_BIT else _in_character_set(content, session)
        return encode_pdu(
            Submit(
                recipient=Address.parse(number),
                text=text,
                data=bytes.fromhex(content.decode("ascii")) if text is None else None,
                dcs=dcs,
                pid=pid,
                report=bool(first & 0x20),
                validity=relative_period(validity) if first & 0x18 == 0x10 else None,
            )
        )
    except (PduError, ValueError):
        raise cms(305) from None


def _in_character_set(content: bytes, session: Session, *, hex_only_in_ucs2: bool = False) -> str:
    """What the terminal typed, read in its character set (+CSCS)."""
    if session.cscs == "UCS2" and not (hex_only_in_ucs2 and len(content) % 4):
        return bytes.fromhex(content.decode("ascii")).decode("utf-16-be")
    text = gsm7.decode(content) if session.cscs == "GSM" and not hex_only_in_ucs2 else content.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _send(device: Device, call: Call, content: bytes, at: float) -> Reply:
    reference = device.radio.submit(_pdu_of(device, call, content), at)
    return ok(f"+CMGS: {reference}")


def _write(device: Device, call: Call, content: bytes, _at: float) -> Reply:
    pdu = _pdu_of(device, call, content)
    storage = device.storage(device.session.storages[1])
    index = (storage if isinstance(storage, Storage) else device.sm).add(pdu, Stat.UNSENT)
    if index is None:
        raise cms(322)
    return ok(f"+CMGW: {index}")


def _send_stored(device: Device, call: Call, at: float) -> Reply:
    require_messages(device)
    if call.form == "test":
        return ok()
    storage = device.storage(device.session.storages[1])
    slot = storage.slots.get(call.number(0, -1) or 0) if call.form == "set" else None
    if slot is None or slot.stat not in {Stat.UNSENT, Stat.SENT}:
        raise cms(321)
    reference = device.radio.submit(slot.pdu, at)
    slot.stat = Stat.SENT
    return ok(f"+CMSS: {reference}")


SENDING: dict[str, Handler] = {"CMGS": _prompt, "CMGW": _prompt, "CMSS": _send_stored}
TEXTS: dict[str, TextHandler] = {"CMGS": _send, "CMGW": _write}
