"""Write what a device has not got yet, for a stick that goes to it."""

import sqlite3

from server.errors import UnknownDeviceError
from server.store import devices
from server.store.centre import Centre
from server.store.sync_view import SyncView
from sync_protocol.bodies import Head
from sync_protocol.entry import NO_PREV
from sync_protocol.exchange import Position
from sync_protocol.keys import server_log
from sync_protocol.server_session import DeviceHead, answer
from sync_protocol.vocabulary import DeviceState


def export_bundle(centre: Centre, log: bytes) -> bytes:
    """The reply that the device would get now, as if it had said again what it said last.

    Raises:
        UnknownDeviceError: no device has this log.
    """

    def reply(connection: sqlite3.Connection) -> bytes:
        device = devices.get_device(connection, log)
        if device is None:
            raise UnknownDeviceError(f"kios {log.hex()} tidak dikenal")
        have: bytes | None = device["down_have"]
        stated = Position(device["stated_seq"], device["stated_id"] or NO_PREV)
        return answer(
            SyncView(connection, device),
            DeviceHead(log=log, stands=stated, body=Head(have=have.hex() if have else None)),
            newest_of_bundle=None,
            state=DeviceState(device["state"]),
            now_ms=centre.clock(),
            server_log=server_log(centre.keys.sign_public, log),
            signer=centre.keys.sign,
            unlimited=True,
        ).bundle

    return centre.read(reply)
