"""Which devices a command means."""

from pathlib import Path
from sqlite3 import Connection, Row

from server.errors import UnknownDeviceError, UnknownUnitError
from server.store import codes, devices, master
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
            return [reader.read(lambda connection: _one(connection, prefix, with_knocks=False))]
        if unit is not None and unit not in reader.read(master.unit_names):
            raise UnknownUnitError(f"unit {unit} tidak dikenal")
        found = reader.read(lambda connection: devices.list_devices(connection, unit))
    finally:
        reader.close()
    if not found:
        raise UnknownDeviceError("belum ada kios terdaftar" + (f" di unit {unit}" if unit else ""))
    return found


def full_log(data: Path, prefix: str, *, with_knocks: bool = False) -> str:
    """The log in hex of the one device that begins so, among those that only knocked too where that is asked for.

    Raises:
        UnknownDeviceError: none, or more than one, begins so.
    """
    load_keys(data)
    reader = Reader(data / DATABASE)
    try:
        log: bytes = reader.read(lambda connection: _one(connection, prefix, with_knocks=with_knocks))["log"]
    finally:
        reader.close()
    return log.hex()


def _one(connection: Connection, prefix: str, *, with_knocks: bool) -> Row:
    clean = prefix.strip().lower()
    if not clean:
        raise UnknownDeviceError("LOG kosong: sebutkan awal nama kios (lihat: kasih-server device list)")
    found: list[Row] = []
    if clean and all(letter in "0123456789abcdef" for letter in clean):
        found = devices.find_devices(connection, clean)
        if with_knocks:
            found += codes.find_knocks(connection, clean)
    if len({row["log"] for row in found}) != 1:
        many = "lebih dari satu kios" if found else "tidak ada kios"
        raise UnknownDeviceError(f"{many} dengan nama yang berawal {prefix}")
    return found[0]
