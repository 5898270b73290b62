"""Where messages go and what the modem says of them: 3GPP TS 27.005 sections 3.2 and 3.4."""

from firmware_bridge.simulator.command_line import Call
from firmware_bridge.simulator.commands.handler import Handler, chosen, require_messages
from firmware_bridge.simulator.device import Device
from firmware_bridge.simulator.refusals import Refused, cms
from firmware_bridge.simulator.replies import Reply, ok, quoted


def _service(device: Device, call: Call, _at: float) -> Reply:
    match call.form:
        case "test":
            return ok("+CSMS: (0,1)")
        case "read":
            return ok(f"+CSMS: {device.session.csms},1,1,1")
    device.session.csms = chosen(call, 0, 0, range(2))
    return ok("+CSMS: 1,1,1")


def _storages(device: Device, call: Call, at: float) -> Reply:
    names = device.storage_names()
    receiving = [name for name in names if name != "SR"]
    require_messages(device)
    match call.form:
        case "test":
            return ok("+CPMS: " + ",".join(quoted(of) for of in (names, receiving, receiving)))
        case "read":
            return ok("+CPMS: " + ",".join(f'"{n}",{_fill(device, n)}' for n in device.session.storages))
    first, second, third = (call.text(p, old) for p, old in enumerate(device.session.storages))
    if first not in names or second not in receiving or third not in receiving:
        raise cms(302)
    device.session.storages = (first, second, third)
    device.radio.wake(at)
    return ok("+CPMS: " + ",".join(_fill(device, name) for name in device.session.storages))


def _fill(device: Device, name: str) -> str:
    storage = device.storage(name)
    return f"{len(storage.slots)},{storage.size}"


_RANGES = (range(4), range(4), range(4), range(3), range(2))


def _indications(device: Device, call: Call, at: float) -> Reply:
    match call.form:
        case "test":
            return ok("+CNMI: (0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)")
        case "read":
            return ok(f"+CNMI: {','.join(map(str, device.session.cnmi))}")
    old = device.session.cnmi
    values = [chosen(call, p, old[p], allowed) for p, allowed in enumerate(_RANGES)]
    if len(call.arguments) > len(_RANGES):
        raise Refused
    device.session.cnmi = (values[0], values[1], values[2], values[3], values[4])
    if values[0] != 0:
        device.flush_indications(at, forget=values[4] == 1)
    return ok()


def _acknowledge(device: Device, call: Call, at: float) -> Reply:
    if call.form == "test":
        return ok("+CNMA: (0-2)")
    # In PDU mode 2 refuses; its PDU with the reason is not asked for here.
    device.acknowledge(at, accepted=chosen(call, 0, 0, range(3)) != 2)
    return ok()


def _service_centre(device: Device, call: Call, _at: float) -> Reply:
    require_messages(device)
    match call.form:
        case "test":
            return ok()
        case "read":
            number = device.session.plain.get("CSCA", device.settings.smsc)
            return ok(f'+CSCA: "{number}",{145 if number.startswith("+") else 129}')
    device.session.plain["CSCA"] = call.text(0)[:21]
    return ok()


INDICATIONS: dict[str, Handler] = {
    "CSMS": _service,
    "CPMS": _storages,
    "CNMI": _indications,
    "CNMA": _acknowledge,
    "CSCA": _service_centre,
}
