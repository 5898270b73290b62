"""Listing, reading and deleting messages: 3GPP TS 27.005 sections 3.4, 3.5 and 4."""

from firmware_bridge.simulator.command_line import Call
from firmware_bridge.simulator.commands.handler import Handler, chosen, require_messages
from firmware_bridge.simulator.device import Device
from firmware_bridge.simulator.message_text import STAT_WORDS, listed_line, read_line
from firmware_bridge.simulator.refusals import cms
from firmware_bridge.simulator.replies import Reply, ok, quoted
from firmware_bridge.simulator.storage import Stat

_STATS = {word: stat for stat, word in STAT_WORDS.items()}
_DELETED_BY_FLAG = {
    1: {Stat.READ},
    2: {Stat.READ, Stat.SENT},
    3: {Stat.READ, Stat.SENT, Stat.UNSENT},
    4: {Stat.READ, Stat.SENT, Stat.UNSENT, Stat.UNREAD},
}
"""What <delflag> deletes (section 3.5.4)."""


def _list(device: Device, call: Call, _at: float) -> Reply:
    require_messages(device)
    session = device.session
    if call.form == "test":
        return ok(f"+CMGL: {quoted(_STATS)}" if session.cmgf else "+CMGL: (0-4)")
    if session.cmgf:
        stat = _STATS.get(_word(call.text(0, "REC UNREAD"), session.cscs))
    else:
        number = call.number(0, 0)
        stat = Stat(number) if number is not None and number <= 4 else None
    if stat is None:
        raise cms(305 if session.cmgf else 304)
    slots = device.reading.listed(stat)
    reply = ok(*(listed_line(index, slot, session) for index, slot in slots))
    for _, slot in slots:
        if slot.stat is Stat.UNREAD:
            slot.stat = Stat.READ
    return reply


def _word(text: str, cscs: str) -> str:
    """A status word; a terminal in UCS2 may write it in hex."""
    if cscs == "UCS2":
        try:
            return bytes.fromhex(text).decode("utf-16-be")
        except ValueError:
            return text
    return text


def _read(device: Device, call: Call, _at: float) -> Reply:
    require_messages(device)
    if call.form == "test":
        return ok()
    index = call.number(0, -1) if call.form == "set" else None
    if index is None or device.reading.owner(index) is None:
        raise cms(321)
    slot = device.slot(index)
    if slot is None:
        return ok()  # An empty slot: nothing but OK, as most modems answer.
    line = read_line(slot, device.session)
    if slot.stat is Stat.UNREAD:
        slot.stat = Stat.READ
    return ok(line)


def _delete(device: Device, call: Call, at: float) -> Reply:
    require_messages(device)
    if call.form == "test":
        indexes = ",".join(str(index) for index in sorted(device.reading.slots))
        return ok(f"+CMGD: ({indexes}),(0-4)")
    index = call.number(0, -1) if call.form == "set" else None
    flag = chosen(call, 1, 0, range(5))
    if index is None:
        raise cms(321)
    if flag:
        device.delete_all(_DELETED_BY_FLAG[flag], at)
    else:
        device.delete(index, at)
    return ok()


READING: dict[str, Handler] = {"CMGL": _list, "CMGR": _read, "CMGD": _delete}
