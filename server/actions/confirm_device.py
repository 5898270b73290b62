"""Let in a device that waits, was revoked, or knocked without a code that explains it."""

import sqlite3

from server.actions.enrol_device import Claim, enter
from server.errors import DeviceStateError, UnknownDeviceError, UnknownUnitError
from server.store import codes, devices, master
from server.store.centre import Centre
from sync_protocol.states import DEVICE, Device, DeviceEvent


def confirm_device(centre: Centre, log: bytes, *, actor: str, unit: str | None = None) -> int:
    """Make a device active and let its quarantined entries out; give their number.

    Args:
        unit: where it stands; needed for a log that only knocked, and not to be changed once it has cases.

    Raises:
        UnknownDeviceError: neither a device nor a knock has this log.
        UnknownUnitError: no unit has this code, or none was given where one is needed.
        DeviceStateError: it is active already, or would move to another unit.
    """
    now = centre.clock()

    def confirm(connection: sqlite3.Connection) -> int:
        device = devices.get_device(connection, log)
        if device is None:
            claim, place, state = _knock(connection, log), unit, Device.UNKNOWN
        else:
            claim = Claim(log, device["sign"], device["seal"], device["name"], None)
            place, state = unit or device["unit"], Device(device["state"])
            _check_move(device, state, place)
        if place is None or place not in master.unit_names(connection):
            raise UnknownUnitError(f"unit {place} tidak dikenal" if place else "sebutkan unit kios ini")
        return enter(connection, centre, claim, state=Device.ACTIVE, unit=place, now=now, actor=actor)

    released = centre.write(confirm)
    centre.stored.set()
    return released


def _knock(connection: sqlite3.Connection, log: bytes) -> Claim:
    row = codes.take_knock(connection, log)
    if row is None:
        raise UnknownDeviceError(f"kios {log.hex()} tidak dikenal")
    return Claim(log, row["sign"], row["seal"], row["name"], None)


def _check_move(device: sqlite3.Row, state: Device, unit: str) -> None:
    if (state, DeviceEvent.CONFIRMED) not in DEVICE:
        raise DeviceStateError("kios ini sudah aktif")
    if state is Device.REVOKED and unit != device["unit"]:
        raise DeviceStateError(
            f"kios ini milik unit {device['unit']}; untuk pindah unit, daftarkan ulang dengan kode baru"
        )
