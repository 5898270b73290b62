"""A device in memory that speaks the protocol: for tests of the centre that need no kiosk's disk.

It can be cloned, set back, made to rot, and told a wrong time; its exchanges run through the real `AgentSession`.
"""

import copy
import http.client
import os
from collections.abc import Callable, Iterable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync_protocol.agent_session import FIRST_BUDGET, AgentSession
from sync_protocol.bodies import Body, Clock, Complaint, Health, Key, Keys, Lost, decode_body
from sync_protocol.bundle import write_bundle
from sync_protocol.entry import NO_PREV, Entry, Sealer, write_entry
from sync_protocol.exchange import Held, Position
from sync_protocol.keys import device_log, read_code, server_log
from sync_protocol.kinds import PLAIN, Kind
from sync_protocol.number import pin_of
from sync_protocol.packing import unpack
from sync_protocol.reply import Pinned, PinnedKey, Reply, StatedHead, read_reply
from sync_protocol.seal import hpke_seal, open_body

START_MS = 1_795_000_000_000
Send = Callable[[bytes], bytes]


class RefusedError(Exception):
    """The centre answered with another status than 200."""

    def __init__(self, status: int, body: bytes = b"") -> None:
        super().__init__(f"HTTP {status}: {body!r}")
        self.status = status


class Peer:
    """One device: its keys, its log, and what it has of the centre's log."""

    def __init__(
        self,
        server_key: bytes,
        *,
        code: str | None = None,
        intake: bytes | None = None,
        name: str = "Kios uji",
        seed: bytes | None = None,
        clock: Callable[[], int] = lambda: START_MS,
        seal: Sealer = hpke_seal,
    ) -> None:
        self.signer = Ed25519PrivateKey.from_private_bytes(seed or os.urandom(32))
        self.sealer = X25519PrivateKey.from_private_bytes(seed or os.urandom(32))
        self.sign = self.signer.public_key().public_bytes_raw()
        self.seal = self.sealer.public_key().public_bytes_raw()
        self.log = device_log(self.sign)
        self.pinned = Pinned(log=server_log(server_key, self.log).hex(), keys=[PinnedKey(sign=server_key.hex())])
        self.intake = intake
        self.clock = clock
        self.entries: list[Entry] = []
        self.rotted: set[bytes] = set()
        self.down_log: dict[bytes, Entry] = {}
        self.stated: StatedHead | None = None
        self.exchanges = 0
        self._last_reply: bytes | None = None
        self._seal = seal
        mac = read_code(code).mac(self.sign, self.seal).hex() if code else None
        self.append(Kind.KEY, Key(sign=self.sign.hex(), seal=self.seal.hex(), name=name, mac=mac))

    # -- what happens at a kiosk

    def append(self, kind: int, body: Body) -> Entry:
        """Write an entry at the end of the log."""
        last = self.own_head() or Position(0, NO_PREV)
        entry = self.write(kind, body.encode(), seq=last.seq + 1, prev=last.id)
        self.entries.append(entry)
        return entry

    def write(self, kind: int, body: bytes, *, seq: int, prev: bytes, time_ms: int | None = None) -> Entry:
        """Make an entry with any place in the log and any body."""
        return write_entry(
            kind=kind,
            time_ms=self.clock() if time_ms is None else time_ms,
            seq=seq,
            log=self.log,
            prev=prev,
            body=body,
            signer=self.signer,
            recipient=None if kind in PLAIN else self.intake,
            seal=self._seal,
        )

    def complain(self, text: str = "Air ledeng sudah tiga hari tidak jalan.", **fields: Any) -> Entry:
        """File a complaint."""
        body = {"category": "AIR", "kelurahan": "53.71.01.1001", "pin": pin_of(os.urandom(16)), "text": text}
        return self.append(Kind.COMPLAINT, Complaint(**(body | fields)))

    def clock_news(self, reason: str, *, offset_ms: int = 0, jump_ms: int = 0) -> Entry:
        """Write down what was learnt about the clock."""
        return self.append(Kind.CLOCK, Clock(reason=reason, offset_ms=offset_ms, jump_ms=jump_ms))

    def health(self, **fields: Any) -> Entry:
        """Write down how the device is."""
        return self.append(Kind.HEALTH, Health(**fields))

    def clone(self) -> "Peer":
        """A copy of the disk, for another PC or for later."""
        other = copy.copy(self)
        other.entries, other.rotted, other.down_log = list(self.entries), set(self.rotted), dict(self.down_log)
        return other

    def rot(self, entry: Entry) -> None:
        """A stored entry cannot be read any more."""
        self.rotted.add(entry.id)

    # -- exchanges

    def session(self, budget: int = FIRST_BUDGET) -> AgentSession:
        """One run of exchanges."""
        return AgentSession(
            self,
            log=self.log,
            signer=self.signer,
            budget=budget,
        )

    def sync(self, send: Send, *, budget: int = FIRST_BUDGET) -> StatedHead:
        """Exchange until nothing is left to send or fetch; give the last receipt."""
        session = self.session(budget)
        while True:
            self.exchanges += 1
            try:
                data = send(session.request(self.clock()))
            except RefusedError as error:
                if error.status == 403 and session.unknown():
                    continue
                raise
            reply, _ = read_reply(data, self.pinned)
            if not session.settle(reply, stored=self.keep(reply)):
                return reply.head

    def stick(self) -> bytes:
        """Everything after the cursor, as a file."""
        return self.session().request(self.clock(), unlimited=True)

    def everything(self) -> bytes:
        """The whole log as a bundle, with a HEAD."""
        return write_bundle([self.session().head(self.clock()), *(entry.raw for entry in self.entries)])

    def keep(self, reply: Reply) -> int:
        """Take a verified reply in; give the number of new entries."""
        new = [entry for entry in reply.entries if entry.id not in self.down_log]
        self.down_log.update({entry.id: entry for entry in new})
        self.stated = reply.head
        if reply.entries:
            self._last_reply = max(reply.entries, key=lambda entry: (entry.seq, entry.id)).id
        for entry in new:
            if entry.kind == Kind.KEYS:
                keys = self.body(entry)
                assert isinstance(keys, Keys)
                self.intake = bytes.fromhex(keys.intake)
        return len(new)

    def body(self, entry: Entry) -> Body | None:
        """Open and decode an entry of the centre's log."""
        tag = {entry.to: self.sealer}
        return decode_body(entry.kind, unpack(open_body(entry.to, entry.header, entry.body, tag)))

    def received(self, kind: int) -> list[Body | None]:
        """The bodies of this kind in the centre's log, in order."""
        return [self.body(entry) for entry in sorted(self.down_log.values(), key=lambda e: e.seq) if entry.kind == kind]

    # -- AgentView

    def own_head(self) -> Position | None:
        return Position(self.entries[-1].seq, self.entries[-1].id) if self.entries else None

    def own(self, entry_id: bytes) -> Held | None:
        return next((self._held(entry) for entry in reversed(self.entries) if entry.id == entry_id), None)

    def own_after(self, seq: int) -> Iterable[Held]:
        return [self._held(entry) for entry in self.entries[:] if entry.seq > seq]

    def is_reported_lost(self, entry_id: bytes) -> bool:
        return any(body.id == entry_id.hex() for body in self._reports())

    def report_lost(self, held: Held) -> None:
        self.append(Kind.LOST, Lost(seq=held.seq, id=held.id.hex(), prev=held.prev.hex()))

    def last_stated(self) -> StatedHead | None:
        return self.stated

    def down(self, entry_id: bytes) -> bool | None:
        entry = self.down_log.get(entry_id)
        return None if entry is None else self._is_rooted(entry)

    def down_newest_rooted(self) -> bytes | None:
        rooted = [entry for entry in self.down_log.values() if self._is_rooted(entry)]
        return max(rooted, key=lambda entry: (entry.seq, entry.id)).id if rooted else None

    def down_last_reply(self) -> bytes | None:
        return self._last_reply

    def down_missing(self, limit: int) -> list[bytes]:
        parents = {entry.prev for entry in self.down_log.values()} - self.down_log.keys() - {NO_PREV}
        return sorted(parents)[:limit]

    def _held(self, entry: Entry) -> Held:
        return Held(entry.seq, entry.id, entry.prev, None if entry.id in self.rotted else entry.raw)

    def _reports(self) -> list[Lost]:
        bodies = [decode_body(entry.kind, unpack(entry.body)) for entry in self.entries if entry.kind == Kind.LOST]
        return [body for body in bodies if isinstance(body, Lost)]

    def _is_rooted(self, entry: Entry) -> bool:
        while entry.prev != NO_PREV:
            parent = self.down_log.get(entry.prev)
            if parent is None:
                return False
            entry = parent
        return True


def over_http(port: int, *, host: str = "127.0.0.1", timeout_s: float = 20) -> Send:
    """Carry bundles to a real server on one kept connection."""
    connection = http.client.HTTPConnection(host, port, timeout=timeout_s)

    def send(bundle: bytes) -> bytes:
        connection.request("POST", "/v1/sync", bundle, {"content-type": "application/octet-stream"})
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RefusedError(response.status, body)
        return body

    return send
