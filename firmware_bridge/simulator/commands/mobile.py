"""Commands about the network: 3GPP TS 27.007 sections 7 and 8."""

from firmware_bridge.pdu import gsm7
from firmware_bridge.simulator.command_line import Call
from firmware_bridge.simulator.commands.handler import Handler, chosen, fixed
from firmware_bridge.simulator.device import Device
from firmware_bridge.simulator.refusals import cme
from firmware_bridge.simulator.replies import Reply, ok


def _registration(device: Device, call: Call, _at: float) -> Reply:
    attribute = call.name.lower()
    match call.form:
        case "test":
            return ok(f"+{call.name}: (0-2)")
        case "read":
            mode = getattr(device.session, attribute)
            stat = 1 if device.registered else 0 if not device.radio_on else 2
            place = ',"0BB8","1F42"' if mode == 2 and stat == 1 else ""
            return ok(f"+{call.name}: {mode},{stat}{place}")
    setattr(device.session, attribute, chosen(call, 0, 0, range(3)))
    return ok()


def _operator(device: Device, call: Call, _at: float) -> Reply:
    name, code = device.settings.operator, device.settings.operator_code
    match call.form:
        case "test":
            return ok(f'+COPS: (2,"{name}","{name[:8]}","{code}",0),,(0-4),(0-2)')
        case "set":
            mode = chosen(call, 0, 0, range(5))
            if mode in {3, 4}:
                device.session.cops_format = chosen(call, 1, 0, range(3))
            return ok()
    if not device.registered:
        return ok("+COPS: 0")
    shown = (name, name[:8], code)[device.session.cops_format]
    return ok(f'+COPS: 0,{device.session.cops_format},"{shown}"')


def _signal(device: Device, call: Call, _at: float) -> Reply:
    if call.form == "test":
        return ok("+CSQ: (0-31,99),(0-7,99)")
    return ok(f"+CSQ: {device.signal if device.registered else 99},99")


def _clock(device: Device, call: Call, at: float) -> Reply:
    if call.form in {"test", "set"}:
        return ok()
    now = device.radio.clock(at)
    return ok(f'+CCLK: "{now:%y/%m/%d,%H:%M:%S}+32"')


def _ussd(device: Device, call: Call, at: float) -> Reply:
    match call.form:
        case "test":
            return ok("+CUSD: (0-2)")
        case "read":
            return ok(f"+CUSD: {device.session.cusd}")
    device.require_sim()
    mode = chosen(call, 0, 0, range(3))
    if mode == 2:
        device.ussd.close()
        return ok()
    device.session.cusd = mode
    if request := call.text(1):
        device.ussd.ask(_ussd_request(device, request), at)
    return ok()


def _ussd_request(device: Device, request: str) -> str:
    """The code as dialled; Huawei modems want it as hex of packed septets.

    Raises:
        Refused: it is not written in the form that this modem wants.
    """
    if device.settings.ussd_form != "packed":
        return request
    try:
        packed = bytes.fromhex(request)
    except ValueError:
        raise cme(100) from None
    text = gsm7.decode(gsm7.unpack(packed, len(packed) * 8 // 7))
    return text.removesuffix("\r").removesuffix("@")


def _phonebook(device: Device, call: Call, _at: float) -> Reply:
    device.require_sim()
    match call.form:
        case "test":
            return ok('+CPBS: ("SM","ON")')
        case "read":
            return ok(f'+CPBS: "{device.session.plain.get("CPBS", "SM")}",0,250')
    name = call.text(0, "SM")
    if name not in {"SM", "ON"}:
        raise cme(4)
    device.session.plain["CPBS"] = name
    return ok()


def _phonebook_entries(device: Device, call: Call, _at: float) -> Reply:
    device.require_sim()
    if call.form == "test":
        return ok("+CPBR: (1-250),20,14")
    raise cme(22)


def _own_number(device: Device, call: Call, _at: float) -> Reply:
    device.require_sim()
    return ok() if call.form == "test" else ok(f'+CNUM: "","{device.settings.number}",145')


def _attached(device: Device, call: Call, _at: float) -> Reply:
    return ok(f"+CGATT: {int(device.registered)}") if call.form == "read" else ok()


MOBILE: dict[str, Handler] = {
    "CREG": _registration,
    "CGREG": _registration,
    "COPS": _operator,
    "CSQ": _signal,
    "CCLK": _clock,
    "CUSD": _ussd,
    "CPBS": _phonebook,
    "CPBR": _phonebook_entries,
    "CNUM": _own_number,
    "CGATT": _attached,
    "WS46": fixed(lambda _device: "+WS46: 12"),
}
