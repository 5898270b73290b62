"""Kiosks and centres of the simulation: the real stores and actions, with the world's clock and a seeded sealer."""

import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Literal, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import json

from kiosk_agent.errors import StickError
from kiosk_agent.intake.centre import CentreData
from kiosk_agent.intake.form import Form
from kiosk_agent.intake.intake import Intake
from kiosk_agent.store import Store
from kiosk_agent.store.device_keys import DeviceKeys
from kiosk_agent.sync.engine import Engine
from kiosk_agent.sync.enrol import prepare
from kiosk_agent.sync.transport import Transport
from kiosk_agent.sync.usb import export_bundle, import_bundle
from server.actions.announce_status import announce
from server.actions.export_bundle import export_bundle as export_reply
from server.actions.fold_entries import fold
from server.actions.receive_bundle import receive_bundle
from server.store.centre import open_centre
from sync_protocol.entry import NO_PREV, parse_entry, verify_entry
from sync_protocol.errors import BadSignatureError, NotABundleError
from sync_protocol.kinds import Kind
from tests.hpke_reference import seal_with

KIOSK_FILE = "kiosk.sqlite3"


class Surroundings(Protocol):
    """What a place needs of the world around it."""

    now_ms: int
    budget: int
    """Bytes of a bundle that its links carry, before any of them was cut."""


class SeededSealer:
    """Seals with ephemeral keys that follow from a name and a count, so that one seed gives the same bytes."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0

    def __call__(self, recipient: bytes, info: bytes, plaintext: bytes) -> bytes:
        """Seal as `hpke_seal` does."""
        self._count += 1
        return seal_with(sha256(f"{self._name} {self._count}".encode()).digest(), recipient, info, plaintext)


class Kiosk:
    """One kiosk PC: its disk, its clock, its agent."""

    def __init__(self, path: Path, world: Surroundings) -> None:
        self.path = path
        self.clock_error_ms = 0
        self._world = world
        self._seal = SeededSealer(path.name)
        self._open()

    # -- its clock -----------------------------------------------------------------------------------------------------

    def now_ms(self) -> int:
        """The kiosk's wall clock, right or wrong."""
        return max(0, self._world.now_ms + self.clock_error_ms)

    def monotonic_s(self) -> float:
        """A clock that never jumps."""
        return self._world.now_ms / 1000

    # -- what people do with it ----------------------------------------------------------------------------------------

    def enrol(self, code: str, transport: Transport) -> None:
        """Become a kiosk of the centre that printed the code; the keys follow from the folder's name."""
        seed = sha256(self.path.name.encode()).digest()
        keys = DeviceKeys(
            sign=Ed25519PrivateKey.from_private_bytes(seed),
            seal=X25519PrivateKey.from_private_bytes(sha256(seed).digest()),
        )
        prepare(self.store, code, "http://127.0.0.1:9", keys)
        self.exchange(transport)

    def file(self, ref: bytes, text: str) -> bytes:
        """File a report; its id once it is on the disk."""
        form = Form(ref=ref, category="JLN", kelurahan="53.71.01.1001", text=text, name="Warga")
        return self._intake.file(form).entry_id

    def exchange(self, transport: Transport) -> None:
        """One run of exchanges."""
        self._engine.run(transport)

    def export(self) -> bytes:
        """What would go onto a stick."""
        return export_bundle(self.store, self).bundle

    def take(self, data: bytes) -> None:
        """Read a stick; one that is not for this kiosk changes nothing."""
        try:
            import_bundle(self.store, data)
        except StickError:
            return

    # -- what happens to it --------------------------------------------------------------------------------------------

    def reopen(self) -> None:
        """The agent ends and starts again."""
        self.close()
        self._open()

    def close(self) -> None:
        """The agent ends."""
        self.store.close()

    def image(self, target: Path) -> Path:
        """Copy the disk."""
        self.close()
        shutil.copytree(self.path, target)
        self._open()
        return target

    def replace(self, image: Path) -> None:
        """Put a copied disk in place of this one."""
        self.close()
        shutil.rmtree(self.path)
        shutil.copytree(image, self.path)
        self._open()

    def clone(self, target: Path) -> "Kiosk":
        """Another PC with a copy of this disk; its sealer draws other keys, as another PC's would."""
        return Kiosk(self.image(target), self._world)

    def rot(self, random: Random) -> None:
        """Flip a bit in a record of the kiosk's own log."""
        self.close()
        with closing(sqlite3.connect(self.path / KIOSK_FILE)) as connection:
            rows = connection.execute("select seq, raw from own where seq > 1 order by seq").fetchall()
            if rows:
                seq, raw = random.choice(rows[-12:] if random.random() < 0.5 else rows[-1:])
                at = random.randrange(len(raw))
                rotten = raw[:at] + bytes([raw[at] ^ 1 << random.randrange(8)]) + raw[at + 1 :]
                with connection:
                    connection.execute("update own set raw = ? where seq = ?", (rotten, seq))
        self._open()

    # -- what the judge asks -------------------------------------------------------------------------------------------

    def readable_complaints(self, upto: int = 2**32) -> set[bytes]:
        """Ids of the complaints that this disk still holds whole, up to this place in its log."""
        return {
            held.id
            for held in self.store.own_after(0)
            if held.seq <= upto and held.raw is not None and parse_entry(held.raw).kind == Kind.COMPLAINT
        }

    def is_settled(self) -> bool:
        """Whether nothing is left to send, and the kiosk holds all that the centre has for it."""
        return self.store.pending() == 0 and self.holds_down_log()

    def holds_down_log(self) -> bool:
        """Whether the centre's log for this kiosk is here, complete, as far as the centre last said."""
        stated = self.store.last_stated()
        return stated is not None and (stated.stands.seq == 0 or self.store.down(stated.stands.id) is True)

    def _open(self) -> None:
        self.path.mkdir(exist_ok=True)
        self.store = Store(self.path, clock=self, wait_s=0, seal=self._seal)
        self._intake = Intake(self.store, CentreData(self.store), self)
        self._engine = Engine(self.store, self, budget=self._world.budget)


class Centre:
    """A centre: its disk and its actions."""

    def __init__(self, path: Path, world: Surroundings) -> None:
        self.path = path
        self._world = world
        self._seal = SeededSealer(path.name)
        self._open()

    def deliver(self, bundle: bytes, via: Literal["http", "usb"] = "http") -> bytes | None:
        """Take a request in and give the reply; None where the centre refuses it."""
        try:
            received = receive_bundle(self.centre, bundle, via=via, unlimited=via == "usb")
        except NotABundleError:
            return None
        return received.reply

    def announce(self, random: Random) -> None:
        """An officer acts on some case."""
        fold(self.centre)
        ids = sorted(self.cases())
        if ids:
            case_id = random.choice(ids)
            now = self._world.now_ms
            self.centre.write(lambda connection: announce(connection, self.centre, case_id, now=now))

    def export(self) -> Iterable[bytes]:
        """A stick for each kiosk."""
        logs = self.centre.read(lambda connection: connection.execute("select log from device order by log").fetchall())
        return [export_reply(self.centre, row[0]) for row in logs]

    def cases(self) -> dict[bytes, str]:
        """Every case with its text."""
        fold(self.centre)
        rows = self.centre.read(lambda connection: connection.execute("select id, private from cases").fetchall())
        return {row[0]: json.decode(self.centre.keys.decrypt_field(row[0], row[1]))["text"] for row in rows}

    def reopen(self) -> None:
        """The server ends and starts again."""
        self.close()
        self._open()

    def close(self) -> None:
        """The server ends."""
        self.centre.close()

    def image(self, target: Path) -> Path:
        """Copy the disk."""
        self.close()
        shutil.copytree(self.path, target)
        self._open()
        return target

    def replace(self, image: Path) -> None:
        """Put a copied disk in place of this one."""
        self.close()
        shutil.rmtree(self.path)
        shutil.copytree(image, self.path)
        self._open()

    def chain_faults(self) -> Iterable[str]:
        """Where the ledger is not what its own entries say: signatures, and which chains are complete."""
        keys = dict(self._rows("select log, sign from device"))
        for log, sign in keys.items():
            rows = self._rows("select id, seq, prev, rooted, raw from entry where log = ? order by seq", log)
            lost = self._rows("select id, seq, prev, rooted, null from tombstone where log = ? order by seq", log)
            places = {row[0]: row for row in [*rows, *lost]}
            rooted: set[bytes] = set()
            for entry_id, seq, prev, *_ in sorted(places.values(), key=lambda row: row[1]):
                if (seq == 1 and prev == NO_PREV) or (prev in rooted and places[prev][1] == seq - 1):
                    rooted.add(entry_id)
            for entry_id, _, _, marked, raw in places.values():
                if bool(marked) != (entry_id in rooted):
                    yield f"{entry_id.hex()[:8]}: marked rooted {marked}"
                if raw is not None:
                    entry = parse_entry(raw)
                    verify_entry(entry, Ed25519PublicKey.from_public_bytes(sign))

    def has_signed(self, raw: bytes) -> bool:
        """Whether an entry that a kiosk holds is this centre's."""
        try:
            verify_entry(parse_entry(raw), self.centre.keys.sign.public_key())
        except BadSignatureError:
            return False
        return True

    def missing(self) -> set[bytes]:
        """Parents that nobody has sent and nobody has reported lost."""
        return {row[0] for row in self._rows("select id from missing")}

    def entries(self) -> set[bytes]:
        """Ids of all that stands in the ledger."""
        return {row[0] for row in self._rows("select id from entry")}

    def digest(self) -> bytes:
        """What stands in the ledger, in order of arrival."""
        return sha256(b"".join(row[0] for row in self._rows("select id from entry order by n"))).digest()

    def _rows(self, query: str, *values: bytes) -> list[tuple[Any, ...]]:
        rows = self.centre.read(lambda connection: connection.execute(query, values).fetchall())
        return [tuple(row) for row in rows]

    def _open(self) -> None:
        self.centre = open_centre(self.path, clock=lambda: self._world.now_ms, threads=False, seal=self._seal)
