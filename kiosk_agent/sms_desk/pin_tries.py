"""How often a PIN was tried on which card, beside the kiosk's logs: a power cut forgets nothing.

A note of it that has rotted stays as it is: then no PIN is tried any more, as any may have been.
"""

import logging
import sqlite3
from typing import Final

import msgspec

from kiosk_agent.errors import DiskError, StorageKeyError
from kiosk_agent.sms_desk.boxes import Boxes
from kiosk_agent.store import facts
from kiosk_agent.store.store import Store

log = logging.getLogger(__name__)

_UNKNOWN: Final = 99
"""What cannot be read may have been tried."""


class StoredPinTries:
    """Implements `firmware_bridge.pins.PinTries`. Only marks are stored: they tell neither the card nor the PIN."""

    def __init__(self, store: Store) -> None:
        """Keep them in a kiosk's data folder.

        Raises:
            StorageKeyError: the kiosk has no storage key.
        """
        if store.storage_key is None:
            raise StorageKeyError("Kunci penyimpanan kios belum ada.")
        self._store = store
        self._boxes = Boxes(store.storage_key)

    def get(self, card: str, pin: str) -> int:
        """How many tries are counted."""
        try:
            with self._store.disk.reading() as connection:
                return _read(connection).get(self._mark(card, pin), 0)
        except DiskError as error:
            log.warning("the tries of the PIN cannot be read: %s", error.code)
            return _UNKNOWN

    def put(self, card: str, pin: str, tries: int) -> bool:
        """Keep that durably; false if it could not be done."""
        mark = self._mark(card, pin)
        try:
            with self._store.disk.writing() as connection:
                counted = {**_read(connection), mark: tries}
                facts.put(connection, facts.PIN_TRIES, msgspec.json.encode(counted))
        except DiskError as error:
            log.warning("a try of the PIN cannot be noted: %s", error.code)
            return False
        return True

    def _mark(self, card: str, pin: str) -> str:
        return self._boxes.mark("pin", card, pin).hex()


def _read(connection: sqlite3.Connection) -> dict[str, int]:
    value = facts.get_sound(connection, facts.PIN_TRIES)
    return msgspec.json.decode(value, type=dict[str, int]) if value else {}
