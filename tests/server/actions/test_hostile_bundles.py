"""Bundles from people who mean harm, and from disks that do: no crash, and nothing stored that nobody signed."""

from random import Random

import pytest

from server.actions.fold_entries import fold
from server.actions.receive_bundle import receive_bundle
from server.store import cases, ledger, troubles
from sync_protocol.bundle import MAGIC, frame
from sync_protocol.errors import NotABundleError
from sync_protocol.kinds import Kind

COUNT = 1_500


def mutated(random: Random, frames: list[bytes]) -> bytes:
    """A bundle to which something was done."""
    frames = list(frames)
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(frames))
        data = bytearray(frames[at])
        match random.randrange(7):
            case 0:
                data[random.randrange(len(data))] ^= 1 << random.randrange(8)
            case 1:
                del data[random.randrange(len(data)) :]
            case 2:
                data[2:2] = random.randbytes(random.randrange(1, 9))
            case 3:
                data = bytearray(frame(random.randbytes(random.randrange(128, 400))))
            case 4:
                random.shuffle(frames)
                continue
            case 5:
                frames.append(frames[at])
                continue
            case 6:
                place = random.randrange(2, 66)
                data[place : place + 4] = random.choice((bytes(4), b"\xff" * 4))
        frames[at] = bytes(data)
    return MAGIC + b"".join(frames)


@pytest.mark.parametrize("seed", range(2))
def test_mutated_bundles_store_nothing_that_nobody_signed(centre, enrol, seed):
    random = Random(seed)
    peer, other = enrol(), enrol()
    entries = [peer.complain("satu"), peer.clock_news("boot"), peer.health(queue=1), peer.complain("dua")]
    peer.report_lost(peer.own(entries[0].id))
    entries += [peer.entries[-1], other.complain("tiga"), peer.complain("empat")]
    frames = [frame(peer.session().head(peer.clock())), *(frame(entry.raw) for entry in entries)]
    genuine = {entry.id for device in (peer, other) for entry in device.entries}
    for _ in range(COUNT):
        try:
            receive_bundle(centre, mutated(random, frames), via="http")
        except NotABundleError:
            continue
    fold(centre)
    stored = {row["id"] for row in centre.read(lambda c: list(ledger.all_entries(c)))}
    assert stored == genuine
    assert centre.read(troubles.list_troubles) == []
    complaints = [entry for device in (peer, other) for entry in device.entries if entry.kind == Kind.COMPLAINT]
    assert centre.read(cases.count_cases) == len(complaints)
