"""Take a device's trust away: what it still sends is kept, but quarantined."""

import sqlite3

from server.errors import DeviceStateError, UnknownDeviceError
from server.store import devices, ledger
from server.store.centre import Centre
from server.store.events import append_event
from sync_protocol.states import DEVICE, Device, DeviceEvent, move


def revoke_device(centre: Centre, log: bytes, *, actor: str) -> None:
    """Revoke a device that waits or is active.

    Raises:
        UnknownDeviceError: no device has this log.
        DeviceStateError: it is revoked already.
    """
    now = centre.clock()

    def revoke(connection: sqlite3.Connection) -> None:
        device = devices.get_device(connection, log)
        if device is None:
            raise UnknownDeviceError(f"kios {log.hex()} tidak dikenal")
        state = Device(device["state"])
        if (state, DeviceEvent.REVOKED) not in DEVICE:
            raise DeviceStateError("kios ini sudah dicabut")
        devices.set_state(connection, log, move(DEVICE, state, DeviceEvent.REVOKED), device["unit"])
        # From here on everything is quarantined; nobody can move that line without breaking the chain of events.
        facts = {"log": log.hex(), "unit": device["unit"], "upto": ledger.last_n(connection)}
        append_event(connection, at=now, type="device-revoked", actor=actor, data=facts)

    centre.write(revoke)
