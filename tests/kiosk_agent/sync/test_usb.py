"""Sticks: there and back without a network, and what is worth keeping of a damaged file."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from kiosk_agent.control import Control
from kiosk_agent.errors import NoLinkError, StickError
from kiosk_agent.intake import Form
from kiosk_agent.sync.usb import MAX_FILE, place_for, read_file, replies_in, write_file
from kiosk_agent.web.facts import facts_of
from sync_protocol.bodies import Config
from sync_protocol.kinds import Kind
from sync_protocol.vocabulary import DeviceState
from tests.kiosk_agent.conftest import START_MS, Ticker
from tests.kiosk_agent.server_peer import Direct, Peer, damage


def there(control: Control, peer: Peer) -> bytes:
    reply = peer.receive(control.export().bundle, unlimited=True)
    assert reply is not None
    return reply


def test_a_stick_carries_everything_there_and_the_receipt_back(
    control: Control, peer: Peer, form: Callable[..., Form]
) -> None:
    filed = [control.kiosk.intake.file(form(text="panjang " * 400)).entry_id for _ in range(5)]
    reply = there(control, peer)
    assert control.status().queue == 5, "a stick that has left is no receipt"
    imported = control.import_(reply)
    assert (imported.accepted, imported.pending, imported.skipped, imported.rest) == (5, 0, 0, 0)
    assert [entry.id for entry in peer.of(Kind.COMPLAINT)] == filed
    assert control.status().queue == 0


@pytest.mark.parametrize("gone", [{3}, {3, 4}, {2}])
def test_what_a_damaged_stick_did_not_bring_still_waits(
    control: Control, peer: Peer, form: Callable[..., Form], gone: set[int]
) -> None:
    for _ in range(4):
        control.kiosk.intake.file(form())
    reply = peer.receive(damage(control.export().bundle, gone), unlimited=True)
    assert reply is not None
    came = min(gone) - 2
    imported = control.import_(reply)
    assert (imported.accepted, imported.pending, control.status().queue) == (came, 4 - came, 4 - came)
    assert control.export().pending == 4 - came
    counts = control.sync().counts
    assert (counts["accepted"], counts["pending"], len(peer.complaints())) == (4 - came, 0, 4)
    assert control.status().queue == 0


def test_the_same_stick_twice_is_harmless(control: Control, peer: Peer, form: Callable[..., Form]) -> None:
    control.kiosk.intake.file(form())
    first = there(control, peer)
    assert there(control, peer)
    control.import_(first)
    again = control.import_(first)
    assert (again.received, again.accepted) == (0, 0)
    assert len(peer.complaints()) == 1


def test_a_centre_that_has_forgotten_the_kiosk_knows_it_again_by_the_stick_alone(
    control: Control, peer: Peer, form: Callable[..., Form]
) -> None:
    control.sync()
    peer.device = None
    peer.up, peer.down_log, peer.spent = {}, [], set()
    control.kiosk.intake.file(form())
    there(control, peer)
    assert peer.device is not None
    assert len(peer.complaints()) == 1


def test_of_a_cut_file_the_whole_entries_are_kept(control: Control, peer: Peer) -> None:
    for number in range(4):
        peer.say(Kind.CONFIG, Config(unit=f"U{number}"))
    reply = there(control, peer)
    imported = control.import_(reply[:-10])
    assert imported.received == 3
    assert imported.rest > 0
    assert control.status().unit == "U2"
    assert control.import_(reply).received == 1
    assert control.status().unit == "U3"


def test_every_cut_of_a_file_keeps_what_is_whole_or_says_that_it_is_nothing(control: Control, peer: Peer) -> None:
    peer.say(Kind.CONFIG, Config(unit="BARU"))
    reply = there(control, peer)
    for size in range(0, len(reply), 7):
        try:
            imported = control.import_(reply[:size])
        except StickError:
            assert size < 250, "from its HEAD on, a file is of use"
        else:
            assert imported.received == 0
    assert control.import_(reply).received == 1


@pytest.mark.parametrize("given", [b"", b"KAS", b"PK\x03\x04", b"KASIH1\r\n", b"KASIH1\r\n" + b"\xff" * 500])
def test_what_is_no_file_of_ours_changes_nothing(control: Control, given: bytes) -> None:
    before = replace(control.status(), disk_free_mb=0)
    with pytest.raises(StickError, match="Tidak ada yang disimpan"):
        control.import_(given)
    assert replace(control.status(), disk_free_mb=0) == before


def test_a_reply_for_another_kiosk_is_not_taken(control: Control, peer: Peer) -> None:
    stranger = Peer(lambda: START_MS)
    stranger.device, stranger.device_key = peer.device, peer.device_key
    with pytest.raises(StickError, match="untuk kios ini"):
        control.import_(there(control, stranger))


def test_an_old_stick_does_not_set_the_clock(control: Control, peer: Peer, clock: Ticker) -> None:
    control.sync()
    reply = there(control, peer)
    clock.pass_(7 * 86_400)
    control.import_(reply)
    assert control.status().clock_offset_ms == 0


def test_a_stick_is_no_link_and_does_not_hide_why_there_is_none(
    control: Control, peer: Peer, direct: Direct, clock: Ticker
) -> None:
    def offline(_: bytes) -> bytes:
        raise NoLinkError("Pusat tidak terjangkau.")

    at_ms = control.status().last_contact_at
    clock.pass_(86_400)
    control.import_(there(control, peer))
    assert not facts_of(control.kiosk).is_linked
    direct.faults = [offline]
    control.sync()
    control.import_(there(control, peer))
    assert (control.status().last_error, control.status().last_contact_at) == ("Pusat tidak terjangkau.", at_ms)
    assert not facts_of(control.kiosk).is_linked
    control.sync()
    assert facts_of(control.kiosk).is_linked


def test_of_an_old_stick_the_entries_alone_count(
    control: Control, peer: Peer, clock: Ticker, form: Callable[..., Form]
) -> None:
    peer.clock = clock.now_ms
    control.sync()
    news = peer.say(Kind.CONFIG, Config(unit="BARU"))
    old = there(control, peer)
    peer.down_log.remove(news)
    clock.pass_(60)
    control.kiosk.intake.file(form())
    peer.state = DeviceState.REVOKED
    control.sync()
    before = replace(control.status(), disk_free_mb=0, unit="BARU", unit_name="")
    assert control.import_(old).received == 1
    assert replace(control.status(), disk_free_mb=0) == before
    assert (before.state, before.queue) == ("revoked", 0)


def test_a_centre_whose_clock_was_once_ahead_is_believed_all_the_same(
    control: Control, peer: Peer, clock: Ticker, form: Callable[..., Form]
) -> None:
    peer.clock = lambda: clock.now_ms() + 365 * 86_400_000
    control.sync()
    peer.clock = clock.now_ms
    control.kiosk.intake.file(form())
    assert control.import_(there(control, peer)).pending == 0


def test_a_written_file_is_whole_and_alone(tmp_path: Path) -> None:
    target = tmp_path / "a.kasih"
    target.write_bytes(b"old")
    write_file(target, b"new")
    assert target.read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["a.kasih"]


def test_a_stick_that_cannot_be_written_keeps_its_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.kasih"
    target.write_bytes(b"old")

    def fails(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(StickError, match="tidak bisa ditulis"):
        write_file(target, b"new")
    monkeypatch.undo()
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]
    with pytest.raises(StickError):
        write_file(tmp_path / "missing" / "a.kasih", b"new")


def test_a_file_that_is_too_large_for_a_reply_is_not_read(tmp_path: Path) -> None:
    film, reply = tmp_path / "film.kasih", tmp_path / "a.reply.kasih"
    reply.write_bytes(b"x")
    with film.open("wb") as file:
        file.truncate(MAX_FILE + 1)
    with pytest.raises(StickError, match="terlalu besar"):
        read_file(film)
    assert replies_in(tmp_path, "own") == [reply]


def test_in_a_folder_the_kiosk_s_own_reply_comes_first_then_the_newest(tmp_path: Path) -> None:
    with pytest.raises(StickError, match="tidak ada berkas balasan"):
        replies_in(tmp_path, "own")
    for age, name in ((30, "own.reply.kasih"), (20, "a.reply.kasih"), (10, "b.reply.kasih"), (5, "c.kasih")):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (1_000_000 - age, 1_000_000 - age))
    (tmp_path / "own.kasih").write_bytes(b"what this kiosk exported")
    names = [file.name for file in replies_in(tmp_path, "own")]
    assert names == ["own.reply.kasih", "b.reply.kasih", "a.reply.kasih", "c.kasih"]
    assert replies_in(tmp_path / "c.kasih", "own") == [tmp_path / "c.kasih"]
    with pytest.raises(StickError, match="tidak bisa dibaca"):
        read_file(tmp_path / "missing")


def test_a_bundle_goes_into_a_folder_that_is_there_or_into_a_file_beside_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place_for(str(tmp_path), "own.kasih") == tmp_path / "own.kasih"
    assert place_for(f"{tmp_path}/", "own.kasih") == tmp_path / "own.kasih"
    assert place_for(f"{tmp_path}/other.kasih", "own.kasih") == tmp_path / "other.kasih"
    monkeypatch.chdir(tmp_path)
    assert place_for("other.kasih", "own.kasih") == Path("other.kasih")


@pytest.mark.parametrize(
    "given",
    [
        "",
        "{0}/STIK/",
        "{0}/stik",
        "{0}/stik.kasih/",
        "{0}/STIK.2",
        "stik",
        "{0}/STIK/x.kasih",
        "{0}/file/x.kasih",
        "{0}/file/",
        "/media/STIK",
        "/media/ani/STIK",
        "/mnt/STIK",
    ],
)
def test_a_stick_that_is_not_there_is_told_and_nothing_is_written_in_its_place(tmp_path: Path, given: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StickError, match=r"^Folder .* tidak ada\. Periksa apakah stiknya sudah terpasang\."):
        place_for(given.format(tmp_path), "own.kasih")
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
