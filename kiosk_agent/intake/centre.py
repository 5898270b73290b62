"""What the centre told this kiosk: its keys, the kiosk's settings, the tables. Read once from the stored entries."""

from collections.abc import Callable, Iterator
from threading import Lock
from typing import TypeVar

from kiosk_agent.intake.master import NEEDED, Master, read_master
from kiosk_agent.store import Store
from sync_protocol import bodies
from sync_protocol.bodies import Body, Config, Keys, decode_body
from sync_protocol.entry import Entry
from sync_protocol.errors import ProtocolError
from sync_protocol.kinds import Kind
from sync_protocol.packing import unpack
from sync_protocol.reply import read_keys

T = TypeVar("T")


class CentreData:
    """Decoded once, and again only when entries of these kinds have arrived."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._generation = -1
        self._keys: Keys | None = None
        self._config: Config | None = None
        self._master: Master | None = None

    @property
    def keys(self) -> Keys | None:
        """The server's public keys in force."""
        return self._fresh(lambda: self._keys)

    @property
    def config(self) -> Config | None:
        """This kiosk's settings from the centre."""
        return self._fresh(lambda: self._config)

    @property
    def master(self) -> Master | None:
        """The tables; None until those that a report needs are there."""
        return self._fresh(lambda: self._master)

    @property
    def is_ready(self) -> bool:
        """Whether reports can be filed."""
        return self._fresh(lambda: None not in (self._keys, self._config, self._master))

    def _fresh(self, read: Callable[[], T]) -> T:
        with self._lock:
            generation = self._store.generation
            if generation != self._generation:
                self._load()
                self._generation = generation
            return read()

    def _load(self) -> None:
        self._keys = next(self._bodies(Kind.KEYS, Keys), None)
        self._config = next(self._bodies(Kind.CONFIG, Config), None)
        rows: dict[str, list[dict[str, str]]] = {}
        for table in self._bodies(Kind.MASTER, bodies.Master):
            rows.setdefault(table.table, table.rows)
        self._master = read_master(rows) if rows.keys() >= NEEDED else None

    def _bodies(self, kind: Kind, type_: type[T]) -> Iterator[T]:
        for entry in self._store.in_force(kind):
            body = _decode(entry)
            if isinstance(body, type_):
                yield body


def _decode(entry: Entry) -> Body | None:
    try:
        return read_keys(entry) if entry.kind == Kind.KEYS else decode_body(entry.kind, unpack(entry.body))
    except ProtocolError:
        return None  # A newer centre may say things that this version cannot read; what it could read stays in force.
