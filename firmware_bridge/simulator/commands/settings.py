"""Settings that change nothing here but must be taken and read back as programs expect."""

from firmware_bridge.simulator.command_line import Call
from firmware_bridge.simulator.commands.handler import Handler, chosen
from firmware_bridge.simulator.device import Device
from firmware_bridge.simulator.refusals import Refused
from firmware_bridge.simulator.replies import Reply, ok, quoted

_PLAIN = {
    # name: its first value, and what it says of itself with =?
    "CMMS": ("0", "(0-2)"),
    "CLIP": ("0", "(0,1)"),
    "CLIR": ("0", "(0-2)"),
    "COLP": ("0", "(0,1)"),
    "CCWA": ("0", "(0,1)"),
    "CRC": ("0", "(0,1)"),
    "CR": ("0", "(0,1)"),
    "CREC": ("0", "(0,1)"),
    "CTZR": ("0", "(0,1)"),
    "CTZU": ("0", "(0,1)"),
    "CSDH": ("0", "(0,1)"),
    "CSCB": ("1", "(0,1)"),
    "CMER": ("0,0,0,0,0", "(0-3),(0),(0),(0,1),(0)"),
    "CGDCONT": ("", '(1-3),"IP"'),
    "IPR": ("115200", "(),(9600,115200)"),
    "IFC": ("0,0", "(0-2),(0-2)"),
    "ICF": ("3,3", "(3),(3)"),
    "CSTA": ("129", "(129,145)"),
    "^CURC": ("1", "(0-2)"),
    "S0": ("000", "(000-255)"),
    "S3": ("013", "(013)"),
    "S4": ("010", "(010)"),
    "S7": ("060", "(000-255)"),
}


def _plain(device: Device, call: Call, _at: float) -> Reply:
    first, range_text = _PLAIN[call.name]
    label = call.name if call.name.startswith("^") else f"+{call.name}"
    kept = device.session.plain.get(call.name, first)
    match call.form:
        case "test":
            return ok(f"{label}: {range_text}")
        case "read":
            return ok(kept if call.name.startswith("S") and call.name[1:].isdigit() else f"{label}: {kept}")
    device.session.plain[call.name] = ",".join(call.arguments)[:64] or first
    return ok()


CHARACTER_SETS = ("GSM", "IRA", "UCS2", "8859-1")


def _character_set(device: Device, call: Call, _at: float) -> Reply:
    match call.form:
        case "test":
            return ok(f"+CSCS: {quoted(CHARACTER_SETS)}")
        case "read":
            return ok(f'+CSCS: "{device.session.cscs}"')
    # A terminal in UCS2 may write the name itself in hex.
    name = call.text(0, "GSM")
    decoded = {known.encode("utf-16-be").hex().upper(): known for known in CHARACTER_SETS}.get(
        name.upper(), name.upper()
    )
    if decoded not in CHARACTER_SETS:
        raise Refused
    device.session.cscs = decoded
    return ok()


def _format(device: Device, call: Call, _at: float) -> Reply:
    match call.form:
        case "test":
            return ok("+CMGF: (0,1)")
        case "read":
            return ok(f"+CMGF: {device.session.cmgf}")
    device.session.cmgf = chosen(call, 0, 0, range(2))
    return ok()


def _header_shown(device: Device, call: Call, at: float) -> Reply:
    reply = _plain(device, call, at)
    if call.form == "set":
        device.session.csdh = chosen(call, 0, 0, range(2))
    return reply


def _parameters(device: Device, call: Call, _at: float) -> Reply:
    match call.form:
        case "test":
            return ok()
        case "read":
            return ok(f"+CSMP: {','.join(map(str, device.session.csmp))}")
    values = [chosen(call, position, old, range(256)) for position, old in enumerate(device.session.csmp)]
    device.session.csmp = (values[0], values[1], values[2], values[3])
    return ok()


SETTINGS: dict[str, Handler] = {
    **dict.fromkeys(_PLAIN, _plain),
    "CSCS": _character_set,
    "CMGF": _format,
    "CSDH": _header_shown,
    "CSMP": _parameters,
}
