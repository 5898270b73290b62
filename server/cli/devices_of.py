"""Which devices a command means."""

from pathlib import Path
from sqlite3 import Row

from server.errors import UnknownDeviceError, UnknownUnitError
from server.store import devices, master
from server.store.centre import DATABASE, Reader
from server.store.keys import load_keys


def chosen_devices(data: Path, prefix: str | None, unit: str | None) -> list[Row]:
    """The one device whose log begins so, those of a unit, or all.

    Raises:
        UnknownDeviceError: none, or more than one, begins so; or there is none at all.
        UnknownUnitError: no unit has this code.
    """
    load_keys(data)
    reader = Reader(data / DATABASE)
    try:
        if prefix is not None:
            return [_one(reader, prefix)]
        if unit is not None and unit not in reader.read(master.unit_names):
            raise UnknownUnitError(f"unit {unit} tidak dikenal")
        found = reader.read(lambda connection: devices.list_devices(connection, unit))
    finally:
        reader.close()
    if not found:
        raise UnknownDeviceError("belum ada perangkat terdaftar" + (f" di unit {unit}" if unit else ""))
    return found


def _one(reader: Reader, prefix: str) -> Row:
    clean = prefix.strip().lower()
    is_hex = clean and all(letter in "0123456789abcdef" for letter in clean)
    found = reader.read(lambda connection: devices.find_devices(connection, clean)) if is_hex else []
    if len(found) != 1:
        many = "lebih dari satu perangkat" if found else "tidak ada perangkat"
        raise UnknownDeviceError(f"{many} dengan nama yang berawal {prefix}")
    return found[0]
