"""A kiosk and a centre in memory: the views that the two session machines ask, and nothing more."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync_protocol import keys
from sync_protocol.agent_session import AgentSession
from sync_protocol.bodies import Lost, decode_body
from sync_protocol.bundle import read_bundle
from sync_protocol.entry import NO_PREV, Entry, verify_entry, write_entry
from sync_protocol.errors import ProtocolError
from sync_protocol.exchange import Held, Position
from sync_protocol.kinds import Kind
from sync_protocol.packing import unpack
from sync_protocol.reply import Reply, StatedHead
from sync_protocol.server_session import Answered, answer, read_device_head
from sync_protocol.vocabulary import DeviceState
from tests.sync_protocol import samples


@dataclass
class Log:
    """Entries of one log by id, with what follows from the links between them."""

    entries: dict[bytes, Entry] = field(default_factory=dict)
    rotted: set[bytes] = field(default_factory=set)

    def add(self, entry: Entry) -> bool:
        """Whether it was new."""
        new = entry.id not in self.entries
        self.entries.setdefault(entry.id, entry)
        return new

    def held(self, entry: Entry) -> Held:
        return Held(entry.seq, entry.id, entry.prev, None if entry.id in self.rotted else entry.raw)

    def find(self, entry_id: bytes) -> Held | None:
        entry = self.entries.get(entry_id)
        return self.held(entry) if entry else None

    def after(self, seq: int) -> Iterator[Held]:
        ordered = sorted(self.entries.values(), key=lambda entry: (entry.seq, entry.id))
        return (self.held(entry) for entry in ordered if entry.seq > seq)

    def lost(self) -> list[Lost]:
        """What the writer has reported lost and nobody has sent."""
        bodies = [decode_body(Kind.LOST, unpack(one.body)) for one in self.entries.values() if one.kind == Kind.LOST]
        return [body for body in bodies if isinstance(body, Lost) and bytes.fromhex(body.id) not in self.entries]

    def rooted(self) -> list[Entry]:
        """Those whose chain to seq 1 is complete, the oldest first; what was reported lost counts as held."""
        links: list[tuple[int, bytes, bytes]] = [(one.seq, one.id, one.prev) for one in self.entries.values()]
        links += [(one.seq, bytes.fromhex(one.id), bytes.fromhex(one.prev)) for one in self.lost()]
        found = {NO_PREV}
        for _, entry_id, prev in sorted(links):
            if prev in found:
                found.add(entry_id)
        listed = [entry for entry in self.entries.values() if entry.id in found]
        return sorted(listed, key=lambda entry: (entry.seq, entry.id))

    def missing(self) -> list[bytes]:
        """Parents that are not held, and what was reported lost: another disk may have it."""
        wanted = {entry.prev for entry in self.entries.values()}
        for one in self.lost():
            wanted |= {bytes.fromhex(one.id), bytes.fromhex(one.prev)}
        return sorted(wanted - self.entries.keys() - {NO_PREV})


class Kiosk:
    """An `AgentView` over two logs in memory."""

    def __init__(self, signer: Ed25519PrivateKey = samples.DEVICE) -> None:
        self.signer = signer
        self.log = keys.device_log(signer.public_key().public_bytes_raw())
        self.server_log = keys.server_log(samples.SERVER.public_key().public_bytes_raw(), self.log)
        self.up, self.down_log = Log(), Log()
        self.head: Position | None = None
        self.stated: StatedHead | None = None
        self.last_reply: bytes | None = None
        self.lost: list[bytes] = []

    def append(self, kind: int = Kind.CLOCK, body: bytes = b'{"reason":"boot"}') -> Entry:
        seq, prev = (self.head.seq + 1, self.head.id) if self.head else (1, NO_PREV)
        entry = samples.entry(seq, prev, body, kind=kind, signer=self.signer, log=self.log)
        self.up.add(entry)
        self.head = Position(entry.seq, entry.id)
        return entry

    def clone(self) -> "Kiosk":
        """Another PC made from a copy of this one's disk."""
        twin = Kiosk(self.signer)
        twin.up, twin.down_log = Log(dict(self.up.entries)), Log(dict(self.down_log.entries))
        twin.head, twin.stated, twin.last_reply = self.head, self.stated, self.last_reply
        return twin

    def commit(self, reply: Reply) -> int:
        """What a kiosk's store does with a reply: how many entries were new."""
        new = sum(self.down_log.add(entry) for entry in reply.entries)
        rooted = {entry.id for entry in self.down_log.rooted()}
        last = [entry for entry in reply.entries if entry.id in rooted]
        if last:
            self.last_reply = max(last, key=lambda entry: (entry.seq, entry.id)).id
        self.stated = reply.head
        return new

    def session(self, budget: int = 262_144) -> AgentSession:
        return AgentSession(
            self,
            log=self.log,
            signer=self.signer,
            budget=budget,
        )

    def own_head(self) -> Position | None:
        return self.head

    def own(self, entry_id: bytes) -> Held | None:
        return self.up.find(entry_id)

    def own_after(self, seq: int) -> Iterator[Held]:
        return self.up.after(seq)

    def is_reported_lost(self, entry_id: bytes) -> bool:
        return entry_id in self.lost

    def report_lost(self, held: Held) -> None:
        self.lost.append(held.id)
        self.append(Kind.LOST, Lost(seq=held.seq, id=held.id.hex(), prev=held.prev.hex()).encode())

    def last_stated(self) -> StatedHead | None:
        return self.stated

    def down(self, entry_id: bytes) -> bool | None:
        if entry_id not in self.down_log.entries:
            return None
        return entry_id in {entry.id for entry in self.down_log.rooted()}

    def down_newest_rooted(self) -> bytes | None:
        rooted = self.down_log.rooted()
        return rooted[-1].id if rooted else None

    def down_last_reply(self) -> bytes | None:
        return self.last_reply

    def down_missing(self, limit: int) -> list[bytes]:
        return self.down_log.missing()[:limit]


class Centre:
    """A `ServerView` for one device over two logs in memory."""

    def __init__(self, device: Kiosk) -> None:
        self.device, self.up, self.down_log = device.log, Log(), Log()
        self.key, self.server_log = device.signer.public_key(), device.server_log
        self.head: Position | None = None
        self.state = DeviceState.ACTIVE
        self.turns: list[int] = []
        self.regressed = False

    def append(self, kind: int = Kind.CONFIG, body: bytes = b'{"unit":"KEL-ALAK"}') -> Entry:
        seq, prev = (self.head.seq + 1, self.head.id) if self.head else (1, NO_PREV)
        entry = samples.entry(seq, prev, body, kind=kind, signer=samples.SERVER, log=self.server_log)
        self.down_log.add(entry)
        self.head = Position(entry.seq, entry.id)
        return entry

    def restore(self, up: int, down: int) -> None:
        """Back to a backup that held this many entries of each log."""
        for log, count in ((self.up, up), (self.down_log, down)):
            log.entries = {
                entry.id: entry for entry in sorted(log.entries.values(), key=lambda entry: entry.seq)[:count]
            }
        newest = max(self.down_log.entries.values(), key=lambda entry: entry.seq, default=None)
        self.head = Position(newest.seq, newest.id) if newest else None

    def receive(self, data: bytes, *, reply_limit: int | None = None) -> Answered | None:
        """Store what is whole and signed, then answer; None where no HEAD of this device came (204)."""
        entries, _ = read_bundle(data)
        device, newest = None, None
        for entry in entries:
            if entry.log != self.device:
                continue
            try:
                verify_entry(entry, self.key)
            except ProtocolError:
                continue
            if entry.kind == Kind.HEAD:
                device = read_device_head(entry)
                continue
            self.up.add(entry)
            newest = max(newest or entry, entry, key=lambda one: (one.seq, one.id))
        if device is None:
            return None
        done = answer(
            self,
            device,
            newest_of_bundle=newest.id if newest else None,
            state=self.state,
            now_ms=samples.NOW_MS,
            server_log=self.server_log,
            signer=samples.SERVER,
        )
        self.regressed = done.regressed
        return done

    def holds(self, entry_id: bytes) -> bool:
        return entry_id in self.up.entries

    def newest_rooted(self) -> bytes | None:
        rooted = self.up.rooted()
        return rooted[-1].id if rooted else None

    def missing(self, limit: int, turn: int) -> list[bytes]:
        self.turns.append(turn)
        return self.up.missing()[:limit]

    def safe(self) -> bytes | None:
        return None

    def down_head(self) -> Position | None:
        return self.head

    def down(self, entry_id: bytes) -> Held | None:
        return self.down_log.find(entry_id)

    def down_after(self, seq: int) -> Iterator[Held]:
        return self.down_log.after(seq)


class BrokenLinkError(Exception):
    """What a socket says in the middle of a body."""

    def __init__(self, arrived: bytes = b"") -> None:
        self.arrived = arrived


class BadLink:
    """Loses, cuts, delays or damages every second bundle or so."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.late: list[bytes] = []

    def carry(self, data: bytes) -> bytes:
        at = self.rng.randrange(len(data) + 1)
        match self.rng.randrange(6):
            case 0:
                raise BrokenLinkError
            case 1:
                return data[:at]
            case 2:
                self.late.append(data)
                raise BrokenLinkError
            case 3 if at < len(data):
                return data[:at] + bytes([data[at] ^ 1 << self.rng.randrange(8)]) + data[at + 1 :]
        return data

    def deliver_late(self, centre: Centre) -> None:
        """One of the bundles under way arrives after all, requests and replies alike."""
        if self.late:
            try:
                centre.receive(self.late.pop(self.rng.randrange(len(self.late))))
            except ProtocolError:
                pass  # Cut or damaged: a real server answers 400.


def sync(
    kiosk: Kiosk,
    centre: Centre,
    session: AgentSession | None = None,
    carry: Callable[[bytes], bytes] = bytes,
    most: int = 100,
) -> int:
    """Exchanges until the session wants no more: how many. `carry` is the link, up and down alike."""
    session = session or kiosk.session()
    for done in range(1, most + 1):
        try:
            answered = centre.receive(carry(session.request(samples.NOW_MS)))
            reply = samples.read(carry(answered.bundle if answered else b""))
        except (ProtocolError, BrokenLinkError):
            if not session.cut():
                return done
            continue
        if not session.settle(reply, stored=kiosk.commit(reply)):
            return done
    raise AssertionError(f"{most} exchanges and no end")


def foreign_entry(signer: Ed25519PrivateKey) -> Entry:
    """An entry of a log that nobody here knows."""
    log = keys.device_log(signer.public_key().public_bytes_raw())
    return write_entry(kind=6, time_ms=0, seq=1, log=log, prev=NO_PREV, body=b'{"reason":"boot"}', signer=signer)
