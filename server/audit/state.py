"""What the checks share: the snapshot, the keys, and what an earlier check has learnt for a later one."""

import sqlite3

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from server.actions.fold_entries import Ground
from server.domain.case_story import CaseEvent
from server.store.audited import all_devices
from server.store.city import City, load_city
from server.store.keys import CentreKeys
from server.store.troubles import folded_upto, get_meta


class DeviceStory(Struct):
    """What the events say of a device."""

    state: str = ""
    unit: str = ""
    upto: int = 0
    """The newest entry of the ledger when it was revoked."""
    was_active: bool = False

    def quarantines(self, n: int) -> bool:
        """Whether an entry of this device must be in quarantine."""
        if self.state == "revoked":
            return n > self.upto or not self.was_active
        return self.state != "active"


class Audit:
    """One run over one snapshot."""

    def __init__(self, connection: sqlite3.Connection, keys: CentreKeys) -> None:
        self.connection = connection
        self.keys = keys
        self.city: City = load_city(connection)
        self.ground = Ground(int(get_meta(connection, "founded_at") or 0), self.city)
        self.folded = folded_upto(connection)
        self.devices = all_devices(connection)
        self.device_keys: dict[bytes, Ed25519PublicKey] = {}
        self.claims: dict[bytes, set[tuple[bytes, str]]] = {}
        """By log: the sealing key and the name that each KEY of it states."""
        self.case_events: dict[bytes, list[CaseEvent]] = {}
        """By case: its events in order, if their chain holds so far."""
        self.device_stories: dict[str, DeviceStory] = {}
        """By log in hex."""
        self.cases_found: set[bytes] = set()
        """Complaints of the ledger that should have a case."""
        self.counts = {"entries": 0, "down": 0, "events": 0, "cases": 0}
