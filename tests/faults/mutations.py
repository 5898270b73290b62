"""Bundles that somebody has tampered with, and such that an enrolled device made to do harm.

`Assault` keeps two honest kiosks and a hostile one at a real centre, and knows each byte that any of them ever signed.
At the end the centre must hold nothing else, the honest ones must have lost nothing, and nothing of theirs may look as
if they had done something odd.
"""

import json
import zlib
from collections import Counter
from collections.abc import Iterator
from random import Random

from server.actions.fold_entries import fold
from server.actions.issue_code import issue_code
from server.audit import audit
from server.audit.state import Audit
from server.domain.fold import decode_private
from server.store import cases, devices, ledger
from server.store.centre import Centre
from sync_protocol.bodies import Body, Complaint, Head, Health, Key, Lost
from sync_protocol.bundle import MAGIC, frame, read_bundle, write_bundle
from sync_protocol.entry import DOMAIN, Entry, parse_entry, verify_entry
from sync_protocol.keys import server_log, sign_key
from sync_protocol.kinds import TRANSIENT, Kind
from sync_protocol.packing import MAX_UNPACKED, pack
from sync_protocol.seal import hpke_seal, key_tag, seal_info
from tests.damage import mutate
from tests.faults.folders import UNIT
from tests.peers import Peer, Send

HONEST_ENTRIES = 3


class Assault:
    """A centre with two honest devices and a hostile one."""

    def __init__(self, centre: Centre, send: Send, seed: int) -> None:
        self.random = Random(seed)
        self.centre = centre
        self._send = send
        self.honest = [self._enrol(f"jujur {number}") for number in range(2)]
        self.hostile = self._enrol("jahat")
        self.texts: Counter[str] = Counter()
        self.signed: set[bytes] = {entry.raw for peer in (*self.honest, self.hostile) for entry in peer.entries}
        """All that any device ever signed."""
        for number, peer in enumerate(self.honest):
            for _ in range(HONEST_ENTRIES):
                self._file(peer)
            if number == 0:
                peer.sync(send)  # Of one, the centre holds everything before it begins; of the other, nothing.
        logs = [[entry.raw for entry in peer.entries] for peer in self.honest]
        heads = [peer.session().head(peer.clock()) for peer in self.honest]
        self._bundles = [
            *(write_bundle(log) for log in logs for _ in range(2)),
            *(write_bundle([head, *log]) for head, log in zip(heads, logs, strict=True)),
        ]
        """Of each device, what couriers bring, and what it sends itself."""
        self._frames = [frame(raw) for raw in (*heads, *logs[0], *logs[1])]
        self._ids = [entry.id for peer in self.honest for entry in peer.entries]

    def _enrol(self, name: str) -> Peer:
        peer = Peer(self.centre.keys.sign_public, code=issue_code(self.centre, UNIT, actor="test"), name=name)
        peer.sync(self._send)
        return peer

    def _file(self, peer: Peer) -> Entry:
        text = f"Laporan {self.texts.total()}: jalan berlubang di depan sekolah"
        self.texts[text] += 1
        entry = peer.complain(text, name="Ina")
        self.signed.add(entry.raw)
        return entry

    # -- what is sent --------------------------------------------------------------------------------------------------

    def bundle(self) -> bytes:
        """The next one."""
        return self.random.choices((self._damaged, self._shuffled, self._evil), (10, 3, 1))[0]()

    def _damaged(self) -> bytes:
        return mutate(self.random, self.random.choice(self._bundles))

    def _shuffled(self) -> bytes:
        """Whole frames of several devices in any order and number, some of them damaged or with a wrong length."""
        frames = self.random.choices(self._frames, k=self.random.randrange(1, 9))
        at = self.random.randrange(len(frames))
        frames[at] = self.random.choice(
            (
                frames[at],
                mutate(self.random, frames[at]),
                self.random.randbytes(2) + frames[at][2:],
                frame(forged(self.random, parse_entry(frames[at][2:]))),
            )
        )
        return MAGIC + b"".join(frames)

    def _evil(self) -> bytes:
        """What an enrolled device signs to do harm, with others' frames between."""
        frames = [frame(self._evil_entry()) for _ in range(self.random.randrange(1, 5))]
        frames += self.random.choices(self._frames, k=self.random.randrange(3))
        self.random.shuffle(frames)
        return MAGIC + b"".join(frames)

    def _evil_entry(self) -> bytes:
        dice, peer, intake = self.random, self.hostile, self.centre.keys.intake_public
        kind = dice.choice((*Kind, Kind.HEAD, Kind.COMPLAINT, Kind.LOST, dice.randrange(256)))
        body = self._body(kind)[:MAX_UNPACKED]
        packed = dice.choice((pack(body), pack(body), b"\0" + body, mutate(dice, pack(body)), BOMB))
        to = dice.choice((bytes(4), key_tag(intake), dice.randbytes(4)))
        seq = dice.choice((0, 1, 2, dice.randrange(20), 2**31, 2**32 - 1))
        prev = dice.choice((bytes(32), dice.choice(self._ids), peer.entries[-1].id, dice.randbytes(32)))
        time_ms = dice.choice((0, 1, peer.clock(), 2**48 - 1))
        header = bytes([1, kind]) + time_ms.to_bytes(6) + seq.to_bytes(4) + to + peer.log + prev
        if to == key_tag(intake) and dice.random() < 0.8:
            packed = hpke_seal(intake, seal_info(header), packed)
        raw = signed(peer, header, packed[:65_000])
        self.signed.add(raw)
        return raw

    def _body(self, kind: int) -> bytes:
        dice = self.random
        some_id = dice.choice((dice.choice(self._ids), dice.randbytes(32))).hex()
        honest: list[Body] = [
            Head(have=some_id, root=some_id, want=[some_id] * dice.randrange(33), max=dice.choice((0, 1, 2**20))),
            Key(sign=self.honest[0].sign.hex(), seal=bytes(32).hex(), name="x", mac=bytes(32).hex()),
            Complaint(category="AIR", kelurahan="53.71.01.1001", pin="123456", text="Dari yang jahat"),
            Lost(seq=dice.choice((1, 2, 2**32 - 1)), id=some_id, prev=dice.choice((some_id, bytes(32).hex()))),
            Health(queue=dice.choice((0, 2**53 - 1))),
        ]
        fitting = {int(Kind.HEAD): 0, int(Kind.KEY): 1, int(Kind.COMPLAINT): 2, int(Kind.LOST): 3}
        chosen: Body = honest[fitting.get(kind, 4) if dice.random() < 0.7 else dice.randrange(5)]
        body = chosen.encode()
        return dice.choice((body, body, mutate(dice, body), dice.choice(MONSTERS)))

    # -- what must hold ------------------------------------------------------------------------------------------------

    def check_reply(self, reply: bytes) -> None:
        """Whatever is answered is signed by the centre, for one device.

        Raises:
            AssertionError: it is not.
        """
        key = sign_key(self.centre.keys.sign_public)
        logs = {server_log(self.centre.keys.sign_public, peer.log) for peer in (*self.honest, self.hostile)}
        entries, reader = read_bundle(reply)
        assert (reader.malformed, reader.rest) == (0, 0)
        assert entries[0].kind == Kind.HEAD
        assert len({entry.log for entry in entries}) == 1
        assert entries[0].log in logs
        for entry in entries:
            verify_entry(entry, key)

    def judge(self) -> None:
        """Compare the centre with what was signed; let the honest ones go on as if nothing had been.

        Raises:
            AssertionError: something false was stored, or harm was done.
        """
        fold(self.centre)
        stored = self.centre.read(lambda connection: [row["raw"] for row in ledger.all_entries(connection)])
        assert self.signed.issuperset(stored), "something is stored that nobody signed"
        assert len(set(stored)) == len(stored)
        assert not [raw for raw in stored if parse_entry(raw).kind in TRANSIENT]
        for peer in self.honest:
            last = self._file(peer)
            stated = peer.sync(self._send)
            assert stated.body.have == stated.body.root == last.id.hex(), "an honest log has holes"
            assert stated.body.want == [], "an honest device is asked for what it never had"
        fold(self.centre)
        assert self._honest_texts() == self.texts
        for row in self.centre.read(devices.list_devices):
            assert row["state"] == "active"
            if row["log"] != self.hostile.log:
                assert (row["forked"], row["regressed"], row["holes"], row["lost"]) == (0, 0, 0, 0)
                assert row["troubles"] == 0
        assert self.centre.read(lambda connection: list(audit(Audit(connection, self.centre.keys)))) == []

    def _honest_texts(self) -> Counter[str]:
        logs = {peer.log for peer in self.honest}
        rows = self.centre.read(lambda connection: list(cases.all_cases(connection)))
        keys = self.centre.keys
        private = [decode_private(keys.decrypt_field(row["id"], row["private"])) for row in rows if row["log"] in logs]
        return Counter(each.text for each in private)


def forged(dice: Random, entry: Entry) -> bytes:
    """An entry with another number, time, parent or body under the old signature."""
    raw = bytearray(entry.raw)
    at, size = dice.choice(((1, 1), (2, 6), (8, 4), (12, 4), (32, 32), (64, max(1, len(raw) - 128))))
    raw[at : at + size] = dice.randbytes(size)
    return bytes(raw)


def signed(peer: Peer, header: bytes, body: bytes) -> bytes:
    """An entry with any header and body, under a good signature."""
    message = DOMAIN + header + parse_entry(header + body + bytes(64)).message[len(DOMAIN) + len(header) :]
    return header + body + peer.signer.sign(message)


def _monsters() -> Iterator[bytes]:
    """Bodies that a reader may choke on."""
    yield b""
    yield b"null"
    yield b"[" * 30_000
    yield b'{"a":' * 10_000 + b"1" + b"}" * 10_000
    yield b'{"text":"' + b"\\u0000" * 100 + b'"}'
    yield b'{"text":"\\ud800"}'
    yield b'{"text":"a","text":"b"}'
    yield b'{"max":' + b"9" * 4_000 + b"}"
    yield b'{"max":1e400,"now":-1,"want":[' + b'"x",' * 5_000 + b'"x"]}'
    yield b'{"text":"\xff\xfe"}'
    yield b"\0" * 60_000
    yield json.dumps({"text": "a" * 60_000, "category": "AIR", "kelurahan": "x", "pin": "1"}).encode()
    yield json.dumps({str(number): number for number in range(5_000)}).encode()


MONSTERS = list(_monsters())
BOMB = b"\1" + zlib.compress(bytes(30_000_000), 9, -zlib.MAX_WBITS)
"""A body that unpacks to 30 MB."""
