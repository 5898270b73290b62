"""Replies and sticks that somebody has tampered with: no crash, and nothing false is believed."""

import random
from collections.abc import Callable

from kiosk_agent.control import Control
from kiosk_agent.errors import StickError
from kiosk_agent.intake import Form
from sync_protocol.bodies import Config
from sync_protocol.entry import parse_entry, verify_entry
from sync_protocol.kinds import Kind
from tests.kiosk_agent.server_peer import Direct, Peer

MUTATIONS = 400


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Flip, cut, insert, repeat, or swap pieces."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 8))):
        at = dice.randrange(len(changed) + 1)
        fate = dice.randrange(6)
        if fate == 0 and at < len(changed):
            changed[at] ^= 1 << dice.randrange(8)
        elif fate == 1:
            del changed[at : at + dice.choice((1, 2, 64, 200))]
        elif fate == 2:
            changed[at:at] = dice.randbytes(dice.choice((1, 2, 128)))
        elif fate == 3:
            changed[at:at] = changed[: dice.randrange(400)]
        elif fate == 4:
            del changed[at:]
        else:
            changed[8:10] = dice.randbytes(2)
    return bytes(changed)


def check_beliefs(control: Control, peer: Peer) -> None:
    """Whatever is stored of the server was said by it."""
    with control.kiosk.store.disk.reading() as connection:
        stored = [row[0] for row in connection.execute("select raw from down")]
    said = {entry.raw for entry in peer.down_log}
    assert said.issuperset(stored)
    stated = control.kiosk.store.last_stated()
    assert stated is not None
    verify_entry(parse_entry(stated.raw), peer.sign.public_key())
    assert control.kiosk.store.pinned is not None
    assert [key.sign for key in control.kiosk.store.pinned.keys] == [peer.sign.public_key().public_bytes_raw().hex()]


def test_hostile_replies_and_sticks(control: Control, peer: Peer, direct: Direct, form: Callable[..., Form]) -> None:
    dice = random.Random(20_261_122)
    filed = [control.kiosk.intake.file(form()).entry_id for _ in range(3)]
    for number in range(3):
        peer.say(Kind.CONFIG, Config(unit=f"U{number}"))
    reply = peer.receive(control.export().bundle, unlimited=True)
    assert reply is not None
    peer.up = {key: entry for key, entry in peer.up.items() if entry.kind == Kind.KEY}
    taken = 0
    for number in range(MUTATIONS):
        data = mutated(reply, dice)
        if number % 2:
            try:
                control.import_(data)
                taken += 1
            except StickError:
                pass  # said in a sentence, and nothing was stored
        else:
            direct.faults = [lambda _, data=data: data]  # type: ignore[misc]
            control.sync()
    direct.faults = []
    assert 0 < taken < MUTATIONS // 2
    check_beliefs(control, peer)
    assert control.sync().error == ""
    assert {entry.id for entry in peer.of(Kind.COMPLAINT)} == set(filed)
    assert control.status().queue == 0
