"""Whom a kiosk believes: first the code's fingerprint, then the key that each KEYS entry names."""

from collections.abc import Callable

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk_agent.control import Control
from kiosk_agent.intake import Form
from sync_protocol.bodies import Config
from sync_protocol.bundle import MAGIC, write_bundle
from sync_protocol.errors import NoHeadError, NotABundleError, OtherServerError
from sync_protocol.keys import new_code
from sync_protocol.kinds import Kind
from sync_protocol.reply import find_server
from tests.kiosk_agent.server_peer import Direct, Peer
from tests.sync_protocol import samples


def fingerprint(peer: Peer) -> bytes:
    return new_code(bytes(8), peer.sign.public_key().public_bytes_raw()).fingerprint


def rotate(peer: Peer) -> Ed25519PrivateKey:
    """Name a successor under the old key, and sign with it from here on."""
    successor = Ed25519PrivateKey.generate()
    peer.say_keys(successor.public_key().public_bytes_raw())
    peer.sign = successor
    return successor


def test_the_first_key_is_the_one_that_the_code_names(control: Control, peer: Peer) -> None:
    pinned = find_server(write_bundle(entry.raw for entry in peer.down_log), peer.device or b"", fingerprint(peer))
    assert pinned == control.kiosk.store.pinned
    assert pinned.log_id == peer.server_log


def test_keys_of_another_centre_are_told_apart_from_none(peer: Peer) -> None:
    data = write_bundle(entry.raw for entry in peer.down_log)
    with pytest.raises(OtherServerError):
        find_server(data, peer.device or b"", b"\x11" * 7 + b"\x10")
    with pytest.raises(NoHeadError):
        find_server(write_bundle([]), peer.device or b"", fingerprint(peer))
    with pytest.raises(NotABundleError):
        find_server(b"<html>", peer.device or b"", fingerprint(peer))


def test_keys_meant_for_another_device_do_not_pin(peer: Peer) -> None:
    data = write_bundle(entry.raw for entry in peer.down_log)
    with pytest.raises(NoHeadError):
        find_server(data, bytes(16), fingerprint(peer))


def test_a_successor_key_is_believed_and_its_predecessor_no_longer(
    control: Control, peer: Peer, direct: Direct
) -> None:
    old = peer.sign
    rotate(peer)
    assert control.sync().error == "", "the reply that brings the successor is signed by it already"
    peer.say(Kind.CONFIG, Config(unit="BARU"))
    assert control.sync().error == ""
    assert control.status().unit == "BARU"
    peer.sign = old
    assert "bukan pusat" in control.sync().error
    assert len(control.kiosk.store.pinned.keys) == 2  # type: ignore[union-attr]


def test_a_head_still_signed_by_the_old_key_may_bring_the_successor(control: Control, peer: Peer) -> None:
    old = peer.sign
    new = rotate(peer)
    peer.sign = old
    assert control.sync().error == ""
    peer.sign = new
    assert control.sync().error == ""


def test_two_changes_of_key_in_one_reply_are_followed(control: Control, peer: Peer) -> None:
    rotate(peer)
    rotate(peer)
    peer.say(Kind.CONFIG, Config(unit="BARU"))
    assert control.sync().error == ""
    assert control.status().unit == "BARU"


def test_a_key_that_the_newest_one_did_not_announce_is_not_believed(control: Control, peer: Peer) -> None:
    stranger = Ed25519PrivateKey.generate()
    real, peer.sign = peer.sign, stranger
    peer.say_keys()
    assert "bukan pusat" in control.sync().error
    peer.sign = real
    control.sync()
    assert control.kiosk.store.pinned.keys[-1].sign == real.public_key().public_bytes_raw().hex()  # type: ignore[union-attr]


def test_a_key_names_no_successor_at_a_place_where_it_did_not_sign_yet(
    control: Control, peer: Peer, direct: Direct
) -> None:
    stranger = Ed25519PrivateKey.generate()
    rotate(peer)
    control.sync()
    newest, peer.down_log = peer.down_log, peer.down_log[:2]
    early = peer.say_keys(stranger.public_key().public_bytes_raw())
    peer.down_log = newest
    direct.faults = [lambda bundle: (peer.receive(bundle) or b"") + write_bundle([early.raw])[len(MAGIC) :]]
    assert control.sync().error == ""
    assert len(control.kiosk.store.pinned.keys) == 2  # type: ignore[union-attr]
    assert control.kiosk.store.down(early.id) is None


def test_entries_from_before_a_change_of_key_are_taken_when_they_are_sent_again(control: Control, peer: Peer) -> None:
    rotate(peer)
    control.sync()
    with control.kiosk.store.disk.reading() as connection:
        connection.execute("delete from down where seq = 2")
        connection.execute("update down set rooted = 0 where seq > 2")
    control.kiosk.store.forget()
    assert not control.status().ready
    assert control.sync().error == ""
    assert control.status().ready


@pytest.mark.parametrize("unusable", [samples.ZERO_TAG_KEY, bytes(32), b"\xff" * 32], ids=["tag", "small", "long"])
@pytest.mark.parametrize("name", ["intake", "duty"])
def test_a_key_that_nobody_can_seal_to_does_not_replace_the_one_in_force(
    control: Control, peer: Peer, form: Callable[..., Form], name: str, unusable: bytes
) -> None:
    before = control.kiosk.centre.keys
    assert before is not None
    peer.say(Kind.KEYS, msgspec.structs.replace(before, **{name: unusable.hex()}))
    assert control.sync().error == ""
    assert control.kiosk.centre.keys == before
    control.kiosk.intake.file(form())
    assert control.sync().error == ""
    assert len(peer.complaints()) == 1


def test_the_old_key_cannot_write_on_after_it_was_replaced(control: Control, peer: Peer) -> None:
    old = peer.sign
    new = rotate(peer)
    peer.sign = old
    forged = peer.say(Kind.CONFIG, Config(unit="PALSU"))
    peer.sign = new
    control.sync()
    assert control.status().unit != "PALSU"
    assert control.kiosk.store.down(forged.id) is None
