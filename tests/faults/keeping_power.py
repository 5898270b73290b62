"""Files that leave the store under power cuts: backups and what is written to sticks.

As a program it is the driver: it takes entries in, backs the centre up over the same file each time, and writes files
to a stick with the code of both sides. A kiosk is told that an entry is safe only when it lies in a backup that stays.
"""

import json
import os
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from kiosk_agent.sync import usb
from server import bundle_file
from server.actions.issue_code import issue_code
from server.actions.make_backup import make_backup
from server.actions.receive_bundle import receive_bundle
from server.store import archive
from tests.faults.centre_power import set_pragmas
from tests.faults.folders import UNIT, centre_at
from tests.faults.power import Case
from tests.peers import Peer

ROUNDS = 2
WRITERS = {"kiosk.kasih": usb.write_file, "centre.kasih": bundle_file.write_file}
"""Who writes which file on the stick."""


def content(name: str, number: int) -> bytes:
    """What is written to a file the n-th time: other lengths, other bytes."""
    return sha256(f"{name} {number}".encode()).digest() * (300 - 40 * number)


def prepare(root: Path) -> None:
    """A centre without devices, the bundles of one, and a stick with older files."""
    with centre_at(root / "centre") as centre:
        peer = Peer(
            centre.keys.sign_public, code=issue_code(centre, UNIT, actor="test"), intake=centre.keys.intake_public
        )
    for folder in ("bundles", "backup", "stick"):
        (root / folder).mkdir()
    for number in range(1, ROUNDS + 1):
        peer.complain()
        (root / "bundles" / str(number)).write_bytes(peer.everything())
    for name in WRITERS:
        (root / "stick" / name).write_bytes(content(name, 0))


def drive(root: Path, synchronous: str) -> None:
    """Keep what came, again and again, and say what is kept."""
    with centre_at(root / "centre") as centre:
        set_pragmas(centre, synchronous)
        for number in range(1, ROUNDS + 1):
            receive_bundle(centre, (root / "bundles" / str(number)).read_bytes(), via="http")
            made = make_backup(centre, root / "backup" / "kasih.tar", actor="test", replace=True)
            tell("backup", made.entries)
            for name, write in WRITERS.items():
                write(root / "stick" / name, content(name, number))
                tell(name, number)


def tell(name: str, upto: int) -> None:
    """Say what is kept, in one write."""
    os.write(1, json.dumps([name, upto]).encode() + b"\n")


def check(image: Path, said: list[bytes]) -> None:
    """Look at the files that a cut left.

    Raises:
        AssertionError: a file is half, or one that was said to be kept is lost.
    """
    kept: dict[str, int] = dict(json.loads(line) for line in said)
    for name in WRITERS:
        found = (image / "stick" / name).read_bytes()
        known = [number for number in range(ROUNDS + 1) if found == content(name, number)]
        assert known, f"{name} is half a file"
        assert known[0] >= kept.get(name, 0), f"{name} was written and is lost"
    file = image / "backup" / "kasih.tar"
    upto, inside = 0, {}
    if file.exists():
        with tempfile.TemporaryDirectory(dir=image) as folder:
            manifest = archive.unpack(file, Path(folder))
        upto, inside = manifest.upto, manifest.devices
    assert upto >= kept.get("backup", 0), "a backup was made and is lost"
    with centre_at(image / "centre") as centre:
        devices = centre.read(lambda c: c.execute("select log, safe_id from device").fetchall())
        seqs = centre.read(lambda c: {row["id"]: row["seq"] for row in c.execute("select id, seq from entry")})
    for device in devices:
        if device["safe_id"] is not None:
            newest = bytes.fromhex(inside[device["log"].hex()])
            assert seqs[newest] >= seqs[device["safe_id"]], "an entry is called safe and lies in no backup"


CASE = Case("keeping", prepare, "tests.faults.keeping_power", check)

if __name__ == "__main__":
    drive(Path(sys.argv[1]), sys.argv[2])
