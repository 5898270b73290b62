"""Devices in memory with complaints ready to be sent, so that sending costs next to nothing while time is taken."""

import csv
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import Struct

from benchmarks.limits import Crypto, crypto
from benchmarks.texts import complaints
from server.actions.fold_entries import fold
from server.actions.found_centre import found_centre
from server.actions.issue_code import issue_code
from server.actions.receive_bundle import receive_bundle
from server.store.centre import Centre, open_centre, wall_clock
from sync_protocol.agent_session import FIRST_BUDGET
from sync_protocol.bodies import Complaint
from sync_protocol.bundle import LENGTH_SIZE, write_bundle
from sync_protocol.entry import Entry
from sync_protocol.kinds import Kind
from sync_protocol.number import pin_of
from sync_protocol.reply import read_reply
from sync_protocol.vocabulary import Identity
from tests.peers import Peer

UNIT: Final = "KEL-53.71.01.1001"
_MASTER = Path(__file__).parent.parent / "server" / "data"


@contextmanager
def new_centre(data: Path) -> Iterator[Centre]:
    """Found a centre and open it in this process, to make it ready for a benchmark."""
    found_centre(data)
    centre = open_centre(data)
    try:
        yield centre
    finally:
        centre.close()


def copied(template: Path, to: Path) -> Path:
    """A centre's folder for one run alone."""
    shutil.copytree(template, to)
    return to


def enrolled(centre: Centre) -> Peer:
    """A device that has been let in and holds the centre's keys."""

    def send(bundle: bytes) -> bytes:
        reply = receive_bundle(centre, bundle, via="http").reply
        assert reply is not None
        return reply

    peer = Peer(centre.keys.sign_public, code=issue_code(centre, UNIT, actor="benchmark"), clock=wall_clock)
    peer.sync(send)
    fold(centre)
    return peer


class Request(Struct, frozen=True):
    """A bundle, and the id that its receipt must name."""

    bundle: bytes
    newest: bytes


class Load(Struct, frozen=True):
    """Complaints of one device, ready to be sent."""

    peer: Peer
    opener: X25519PrivateKey
    """The centre's intake key, for the limit."""
    entries: list[Entry]
    requests: list[Request]

    def limit(self, samples: int) -> Crypto:
        """What the machine can do with these very entries, just now."""
        return crypto(list(islice(cycle(self.entries), samples)), self.peer.signer.public_key(), self.opener)


def prepared(peer: Peer, opener: X25519PrivateKey, count: int, seed: int = 1) -> Load:
    """Varied complaints with all twelve fields, in bundles of at most 256 KiB, each after a HEAD."""
    entries = [peer.append(Kind.COMPLAINT, body) for body in bodies(seed, count)]
    requests, at = [], 0
    while at < len(entries):
        size, end = 0, at
        while end < len(entries) and (size := size + LENGTH_SIZE + len(entries[end].raw)) <= FIRST_BUDGET:
            end += 1
        head = peer.session().head(wall_clock())
        bundle = write_bundle([head, *(entry.raw for entry in entries[at:end])])
        requests.append(Request(bundle=bundle, newest=entries[end - 1].id))
        at = end
    return Load(peer=peer, opener=opener, entries=entries, requests=requests)


def check_receipt(load: Load, at: int, reply: bytes) -> None:
    """A HEAD of the pinned server, and nothing else, says that entries are stored."""
    have = read_reply(reply, load.peer.pinned)[0].head.body.have
    assert have == load.requests[at].newest.hex(), "the reply is no receipt for what was sent"


def bodies(seed: int, count: int) -> Iterator[Complaint]:
    """Varied complaints of about 250 characters; the fields that a kiosk may leave out are all there."""
    rng = random.Random(seed)
    codes, units = _kelurahan_codes(), _units()
    for filed in complaints(seed, count):
        yield Complaint(
            category=str(filed["category"]),
            kelurahan=codes[str(filed["kelurahan"])],
            pin=pin_of(rng.randbytes(16)),
            channel="tatap_muka",
            identity=Identity.ANONYMOUS,
            text=str(filed["text"]),
            place=str(filed["place"]),
            name=str(filed["name"]),
            phone=str(filed["phone"]),
            sms_ok=True,
            accused=rng.choice(units),
            operator=f"Loket {rng.randrange(1, 9)}",
        )


@cache
def _kelurahan_codes() -> dict[str, str]:
    """Codes by names."""
    return {row["kelurahan"]: row["kode_kemendagri"] for row in _table("kelurahan")}


@cache
def _units() -> list[str]:
    return [row["kode"] for row in _table("opd")]


def _table(name: str) -> list[dict[str, str]]:
    with (_MASTER / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
