"""The centre's store under power cuts.

As a program it is the driver: it ingests bundles of a device with the real action, folds as the server does, and says
the ids of a bundle's entries only after `receive_bundle` has returned with the receipt.
"""

import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

from server.actions.fold_entries import fold
from server.actions.issue_code import issue_code
from server.actions.receive_bundle import receive_bundle
from server.store.centre import Centre, open_centre
from sync_protocol.bundle import read_bundle, write_bundle
from sync_protocol.entry import Entry
from sync_protocol.kinds import Kind
from tests.faults.folders import UNIT, centre_at
from tests.faults.power import Case
from tests.peers import Peer

SITTINGS, BUNDLES, ENTRIES = 3, 5, 3
"""How often the driver opens the store, the bundles it takes in each time, and the complaints in each."""
_CHECKPOINT_PAGES = 30


def prepare(root: Path) -> None:
    """A centre without devices, and the bundles of one, which are all there is to know of it."""
    with centre_at(root / "data") as centre:
        code = issue_code(centre, UNIT, actor="test")
        peer = Peer(centre.keys.sign_public, code=code, intake=centre.keys.intake_public)
    (root / "bundles").mkdir()
    for number in range(SITTINGS * BUNDLES + 1):  # the last one is for the check
        new = [peer.complain(f"Keluhan {number}-{i}: air mati. " * (1 + i)) for i in range(ENTRIES)]
        head = peer.session().head(peer.clock())
        first = peer.entries[:1] if number == 0 else []
        data = write_bundle([head, *(entry.raw for entry in (*first, *new))])
        (root / "bundles" / f"{number:03}.kasih").write_bytes(data)


def drive(root: Path, synchronous: str) -> None:
    """Take the bundles in, and say what each receipt covers."""
    bundles = sorted((root / "bundles").iterdir())
    for sitting in range(SITTINGS):
        centre = open_centre(root / "data")
        set_pragmas(centre, synchronous)
        for path in bundles[sitting * BUNDLES : (sitting + 1) * BUNDLES]:
            received = receive_bundle(centre, path.read_bytes(), via="http")
            assert received.reply is not None
            os.write(1, json.dumps({"bundle": path.name, "stored": received.stored}).encode() + b"\n")
            fold(centre)
        centre.close()


def set_pragmas(centre: Centre, synchronous: str) -> None:
    """Checkpoint often; and let a test weaken what COMMIT means, to see that it notices."""
    connection = centre._writer._connection
    connection.execute(f"pragma wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    connection.execute(f"pragma synchronous = {synchronous}")


def check(image: Path, said: list[bytes]) -> None:
    """Open what a cut left and hold it to what was said.

    Raises:
        AssertionError: a promise is broken.
    """
    bundles = sorted((image / "bundles").iterdir())
    promised = sorted({json.loads(line)["bundle"] for line in said})
    with centre_at(image / "data") as centre:
        assert centre.read(lambda c: c.execute("pragma integrity_check").fetchone()[0]) == "ok"
        held = _ledger(centre)
        for path in bundles[: len(promised)]:
            for entry in _entries(path):
                assert held.get(entry.id) == entry.raw, f"entry {entry.seq} has a receipt and is lost or altered"
        extra = len(held) - sum(len(_entries(path)) for path in bundles[: len(promised)])
        at_hand = _entries(bundles[len(promised)])
        assert extra in (0, len(at_hand)), f"{extra} of the {len(at_hand)} entries of a bundle are stored"
        # Everything comes once more, as after a restart of the kiosk, and something new.
        for path in (*bundles, *bundles):
            assert receive_bundle(centre, path.read_bytes(), via="http").reply is not None
        fold(centre)
        entries = {entry.id: entry for path in bundles for entry in _entries(path)}
        assert _ledger(centre) == {entry.id: entry.raw for entry in entries.values()}
        cases = centre.read(lambda c: c.execute("select id, private from cases").fetchall())
        complaints = [entry.id for entry in entries.values() if entry.kind == Kind.COMPLAINT]
        assert sorted(row["id"] for row in cases) == sorted(complaints), "the cases are not those of the ledger"
        for row in cases:
            assert b"Keluhan" in centre.keys.decrypt_field(row["id"], row["private"])


def _ledger(centre: Centre) -> dict[bytes, bytes]:
    def rows(connection: sqlite3.Connection) -> list[Any]:
        return connection.execute("select id, raw from entry").fetchall()

    return {row["id"]: row["raw"] for row in centre.read(rows)}


def _entries(bundle: Path) -> list[Entry]:
    """A bundle's entries, without its HEAD."""
    return [entry for entry in read_bundle(bundle.read_bytes())[0] if entry.kind != Kind.HEAD]


CASE = Case("centre", prepare, "tests.faults.centre_power", check)

if __name__ == "__main__":
    drive(Path(sys.argv[1]), sys.argv[2])
