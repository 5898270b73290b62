"""Commands of every modem: ITU-T V.250 and 3GPP TS 27.007 sections 5 and 8."""

from typing import Final

from firmware_bridge.pdu.digits import from_digits
from firmware_bridge.simulator.command_line import Call
from firmware_bridge.simulator.commands.handler import Handler, chosen, fixed
from firmware_bridge.simulator.device import Device
from firmware_bridge.simulator.refusals import cme
from firmware_bridge.simulator.replies import Reply, ok
from firmware_bridge.simulator.session import Session

_READ_BINARY: Final = 176
_EF_ICCID: Final = 0x2FE2


def _nothing(_device: Device, _call: Call, _at: float) -> Reply:
    return ok()


def _echo(device: Device, call: Call, _at: float) -> Reply:
    device.session.echo = bool(chosen(call, 0, 0, range(2)))
    return ok()


def _verbose(device: Device, call: Call, _at: float) -> Reply:
    device.session.verbose = bool(chosen(call, 0, 0, range(2)))
    return ok()


def _quiet(device: Device, call: Call, _at: float) -> Reply:
    device.session.quiet = bool(chosen(call, 0, 0, range(2)))
    return ok()


def _reset(device: Device, _call: Call, _at: float) -> Reply:
    device.session = Session()
    return ok()


def _identity(device: Device, _call: Call, _at: float) -> Reply:
    modem = device.settings.modem
    return ok(
        f"Manufacturer: {modem.manufacturer}",
        f"Model: {modem.model}",
        f"Revision: {modem.revision}",
        f"IMEI: {device.settings.imei}",
        "+GCAP: +CGSM,+DS,+ES",
    )


def _dial(_device: Device, _call: Call, _at: float) -> Reply:
    return Reply((), "NO CARRIER")


def _imsi(device: Device, call: Call, _at: float) -> Reply:
    device.require_sim()
    return ok() if call.form == "test" else ok(device.settings.imsi)


def _card_file(device: Device, call: Call, _at: float) -> Reply:
    """The card's number is all that is read (27.007 section 8.18), and it can be before the PIN."""
    if device.sim.state == "absent":
        raise cme(10)
    if call.form == "test":
        return ok()
    if (call.number(0, 0), call.number(1, 0)) != (_READ_BINARY, _EF_ICCID):
        return ok('+CRSM: 106,130,""')  # 102.221, section 10.2.1: file not found.
    return ok(f'+CRSM: 144,0,"{from_digits(device.settings.iccid, "ICCID").hex().upper()}"')


def _errors(device: Device, call: Call, _at: float) -> Reply:
    match call.form:
        case "test":
            return ok("+CMEE: (0-2)")
        case "read":
            return ok(f"+CMEE: {device.session.cmee}")
    device.session.cmee = chosen(call, 0, 0, range(3))
    return ok()


def _function(device: Device, call: Call, at: float) -> Reply:
    match call.form:
        case "test":
            return ok("+CFUN: (0,1,4),(0,1)")
        case "read":
            return ok(f"+CFUN: {int(device.radio_on)}")
    level = chosen(call, 0, 1, range(5))
    if level not in {0, 1, 4}:
        raise cme(4)
    if chosen(call, 1, 0, range(2)):
        return Reply(restarts=True)
    if device.radio_on != (level == 1):
        device.radio_on = level == 1
        device.changed_registration(at)
    return ok()


def _pin(device: Device, call: Call, at: float) -> Reply:
    match call.form:
        case "test":
            return ok()
        case "set":
            device.sim.unlock(call.text(0))
            device.changed_registration(at)
            return ok()
    if device.sim.state == "absent":
        raise cme(10)
    return ok(f"+CPIN: {device.sim.answer()}")


def _lock(device: Device, call: Call, _at: float) -> Reply:
    device.require_sim()
    if call.form == "test":
        return ok('+CLCK: ("SC")')
    if call.form != "set" or call.text(0) != "SC":
        raise cme(4)
    if chosen(call, 1, 2, range(3)) == 2:
        return ok(f"+CLCK: {int(device.settings.sim == 'pin')}")
    raise cme(3)


GENERAL: dict[str, Handler] = {
    "": _nothing,
    "E": _echo,
    "V": _verbose,
    "Q": _quiet,
    "Z": _reset,
    "&F": _reset,
    "I": _identity,
    "D": _dial,
    **dict.fromkeys(("H", "&C", "&D", "&W", "&K", "X", "M", "L", "O", "A", "&S"), _nothing),
    "GMI": fixed(lambda device: device.settings.modem.manufacturer),
    "GMM": fixed(lambda device: device.settings.modem.model),
    "GMR": fixed(lambda device: device.settings.modem.revision),
    "GSN": fixed(lambda device: device.settings.imei),
    "GCAP": fixed(lambda _device: "+GCAP: +CGSM,+DS,+ES"),
    "CGMI": fixed(lambda device: device.settings.modem.manufacturer),
    "CGMM": fixed(lambda device: device.settings.modem.model),
    "CGMR": fixed(lambda device: device.settings.modem.revision),
    "CGSN": fixed(lambda device: device.settings.imei),
    "CCID": fixed(lambda device: f"+CCID: {device.settings.iccid}"),
    "CPAS": fixed(lambda _device: "+CPAS: 0"),
    "CBC": fixed(lambda _device: "+CBC: 0,100,4100"),
    "CIMI": _imsi,
    "CRSM": _card_file,
    "CMEE": _errors,
    "CFUN": _function,
    "CPIN": _pin,
    "CLCK": _lock,
}
