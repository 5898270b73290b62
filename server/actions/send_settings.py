"""Tell kiosks their settings and the city's master data: at enrolment, and later what they were told otherwise."""

import sqlite3
from functools import partial
from typing import Final

from server.store import devices, down, master
from server.store.centre import Centre
from sync_protocol.bodies import Body, Config, Master, decode_body
from sync_protocol.entry import parse_entry
from sync_protocol.errors import ProtocolError
from sync_protocol.kinds import Kind
from sync_protocol.packing import unpack

SMS_NAME = "sms_name"
"""Among the settings of CONFIG: what the unit is called in an SMS, as the centre itself calls it there."""
SMS_PREFIX = "sms_prefix"
"""Among them too: the keyword with which a report by SMS begins in this city."""
_ACTOR: Final = "pusat"
_Told = dict[bytes, Body | None]
"""By its bytes: what was told before; the same to most kiosks."""


def send_settings(connection: sqlite3.Connection, centre: Centre, device: sqlite3.Row, now: int) -> None:
    """Put into the log for a device what it was not told yet, in the caller's transaction: of a new one everything."""
    for kind, body in _untold(connection, centre, device, _tables(connection), {}):
        down.append_down(connection, centre, device, kind, body, now)


def send_changed_settings(centre: Centre) -> int:
    """Tell every active device what has changed since it was told; give the number of those that had to be told.

    Raises:
        StorageError: the disk refuses; the next start tells the others.
    """
    centre.write(partial(master.renew_texts, now=centre.clock(), actor=_ACTOR))
    stale = centre.read(partial(_stale, centre))
    for log in stale:
        centre.write(partial(_send_changed, centre, log, centre.clock()))
    return len(stale)


def _stale(centre: Centre, connection: sqlite3.Connection) -> list[bytes]:
    tables, told = _tables(connection), _Told()
    return [
        device["log"] for device in devices.list_active(connection) if _untold(connection, centre, device, tables, told)
    ]


def _send_changed(centre: Centre, log: bytes, now: int, connection: sqlite3.Connection) -> None:
    device = devices.get_device(connection, log)
    if device is not None:
        send_settings(connection, centre, device, now)


def _tables(connection: sqlite3.Connection) -> list[tuple[Kind, Body]]:
    return [(Kind.MASTER, Master(table=name, rows=master.get_table(connection, name))) for name in master.TABLES]


def _untold(
    connection: sqlite3.Connection,
    centre: Centre,
    device: sqlite3.Row,
    tables: list[tuple[Kind, Body]],
    told: _Told,
) -> list[tuple[Kind, Body]]:
    """What a device is to know and was not told last, the settings before the tables."""
    city = centre.cities.get(connection)
    config = Config(
        unit=device["unit"],
        unit_name=city.units[device["unit"]].name if device["unit"] in city.units else "",
        poll_s=centre.settings.poll_s,
        settings={SMS_NAME: city.short(device["unit"]), SMS_PREFIX: centre.settings.sms_prefix},
    )
    known = [(Kind.CONFIG, config), *tables]
    newest: dict[str, Body] = {}
    for raw in down.newest_first(connection, device["log"], (Kind.CONFIG, Kind.MASTER)):
        body = _read(raw, told)
        if body is not None:
            newest.setdefault(_name(body), body)
        if len(newest) == len(known):
            break
    return [(kind, body) for kind, body in known if newest.get(_name(body)) != body]


def _name(body: Body) -> str:
    return body.table if isinstance(body, Master) else ""


def _read(raw: bytes, told: _Told) -> Body | None:
    """What an entry says; None of one that was altered, which `verify` names: what it said is told again."""
    try:
        entry = parse_entry(raw)
        if entry.body not in told:
            told[entry.body] = decode_body(entry.kind, unpack(entry.body))
    except ProtocolError:
        return None
    return told[entry.body]
