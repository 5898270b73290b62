"""What the centre told this kiosk: its keys, the kiosk's settings, the tables. Read once from the stored entries."""

from collections.abc import Iterator
from typing import TypeVar

from msgspec import Struct

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


class _Told(Struct, frozen=True):
    generation: int = -1
    keys: Keys | None = None
    config: Config | None = None
    master: Master | None = None


class CentreData:
    """Decoded once, and again only when entries of these kinds have arrived.

    Without a lock of its own: who asks may hold the disk's already, and who loads waits for it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._told = _Told()

    @property
    def keys(self) -> Keys | None:
        """The server's public keys in force."""
        return self._fresh().keys

    @property
    def config(self) -> Config | None:
        """This kiosk's settings from the centre."""
        return self._fresh().config

    @property
    def master(self) -> Master | None:
        """The tables; None until those that a report needs are there."""
        return self._fresh().master

    @property
    def is_ready(self) -> bool:
        """Whether reports can be filed."""
        told = self._fresh()
        return None not in (told.keys, told.config, told.master)

    def _fresh(self) -> _Told:
        generation, told = self._store.generation, self._told
        if generation == told.generation:
            return told
        told = self._load(generation)
        if told.generation > self._told.generation:  # Two may load at once; what is older stays out.
            self._told = told
        return told

    def _load(self, generation: int) -> _Told:
        rows: dict[str, list[dict[str, str]]] = {}
        for table in self._bodies(Kind.MASTER, bodies.Master):
            rows.setdefault(table.table, table.rows)
        return _Told(
            generation=generation,
            keys=next(self._bodies(Kind.KEYS, Keys), None),
            config=next(self._bodies(Kind.CONFIG, Config), None),
            master=read_master(rows) if rows.keys() >= NEEDED else None,
        )

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
