"""Bits that flip on the disk are noticed, mended where the entry itself is sound, and told where it is not."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from kiosk_agent.control import Control
from kiosk_agent.errors import NotReadableError
from kiosk_agent.intake import Form
from kiosk_agent.kiosk import Kiosk, open_kiosk
from kiosk_agent.store import facts
from kiosk_agent.store.scrub import scrub
from sync_protocol.exchange import Held
from sync_protocol.kinds import Kind
from tests.kiosk_agent.server_peer import Peer


def flip(data: bytes, at: int = -1) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 4
    return bytes(changed)


def rot(kiosk: Kiosk, table: str, column: str, where: str, at: int = -1) -> None:
    """Flip a bit in a record, as the disk would: behind the program's back."""
    with kiosk.store.disk.reading() as connection:
        (old,) = connection.execute(f"select {column} from {table} where {where}").fetchone()
        connection.execute(f"update {table} set {column} = ? where {where}", (flip(old, at),))
    kiosk.store.forget()


@pytest.mark.parametrize("at", [0, 1, 8, 12, 20, 40, 70, -1])
def test_an_entry_that_has_rotted_anywhere_is_given_without_its_bytes(
    kiosk: Kiosk, form: Callable[..., Form], at: int
) -> None:
    filed = kiosk.intake.file(form())
    sound = kiosk.store.own(filed.entry_id)
    assert sound is not None
    rot(kiosk, "own", "raw", "seq = 2", at)
    expected = Held(sound.seq, sound.id, sound.prev, None)
    assert kiosk.store.own(filed.entry_id) == expected
    assert list(kiosk.store.own_after(1)) == [expected]


@pytest.mark.parametrize("column", ["digest", "id", "prev"])
def test_what_has_rotted_beside_a_sound_entry_costs_nothing(
    kiosk: Kiosk, form: Callable[..., Form], column: str
) -> None:
    kiosk.intake.file(form())
    (sound,) = kiosk.store.own_after(1)
    rot(kiosk, "own", column, "seq = 2")
    assert list(kiosk.store.own_after(1)) == [sound]
    assert scrub(kiosk.store) == 0
    assert kiosk.store.own(sound.id) == sound, "the scrub has put the index right"


def test_a_rotten_report_is_told_to_the_centre_once_and_the_others_arrive(
    control: Control, peer: Peer, form: Callable[..., Form]
) -> None:
    gone, kept = control.kiosk.intake.file(form()), control.kiosk.intake.file(form())
    rot(control.kiosk, "own", "raw", "seq = 2")
    for _ in range(3):
        assert control.sync().error == ""
    assert set(peer.lost) == {gone.entry_id}
    assert [entry.id for entry in peer.of(Kind.COMPLAINT)] == [kept.entry_id]
    assert len(peer.of(Kind.LOST)) == 1
    assert control.status().queue == 0


def test_a_report_that_rots_unsent_counts_from_its_lost_on_and_once(
    control: Control, peer: Peer, form: Callable[..., Form]
) -> None:
    control.kiosk.intake.file(form())
    control.kiosk.intake.file(form())
    rot(control.kiosk, "own", "raw", "seq = 2")
    assert control.status().rotted == 0
    assert control.sync().error == ""
    assert peer.of(Kind.LOST)
    assert control.status().rotted == 1, "not only after the next scrub"
    rot(control.kiosk, "own", "raw", "seq = 4")
    assert scrub(control.kiosk.store) == 2, "the LOST itself has rotted too"
    assert control.status().rotted == 2
    assert control.sync().error == ""
    assert control.status().rotted == 2


def test_a_rotten_head_is_told_too_and_the_chain_goes_on_from_it(
    control: Control, peer: Peer, form: Callable[..., Form]
) -> None:
    gone = control.kiosk.intake.file(form())
    rot(control.kiosk, "own", "raw", "seq = 2")
    control.sync()
    next_one = control.kiosk.intake.file(form())
    assert control.sync().error == ""
    assert set(peer.lost) == {gone.entry_id}
    assert peer.newest_rooted() == next_one.entry_id


def test_the_next_report_points_to_a_sound_entry_whose_id_has_rotted_beside_it(
    control: Control, peer: Peer, form: Callable[..., Form]
) -> None:
    control.kiosk.intake.file(form())
    rot(control.kiosk, "own", "id", "seq = 2")
    last = control.kiosk.intake.file(form())
    assert control.sync().error == ""
    assert peer.newest_rooted() == last.entry_id
    assert len(peer.complaints()) == 2


def test_a_lost_that_rots_itself_is_written_anew(control: Control, peer: Peer, form: Callable[..., Form]) -> None:
    store = control.kiosk.store
    gone = control.kiosk.intake.file(form())
    rot(control.kiosk, "own", "raw", "seq = 2")
    held = store.own(gone.entry_id)
    assert held is not None
    store.report_lost(held)
    store.report_lost(held)
    assert store.is_reported_lost(gone.entry_id)
    assert [entry.seq for entry in store.own_after(0)] == [1, 2, 3]
    rot(control.kiosk, "own", "raw", "seq = 3")
    assert not store.is_reported_lost(gone.entry_id)
    assert control.sync().error == ""
    assert gone.entry_id in peer.lost


def test_the_form_of_a_rotten_report_still_has_its_number_and_pin(kiosk: Kiosk, form: Callable[..., Form]) -> None:
    given = form()
    filed = kiosk.intake.file(given)
    rot(kiosk, "own", "raw", "seq = 2")
    again = kiosk.intake.file(given)
    assert (again.number, again.pin, again.repeated, again.receipt) == (filed.number, filed.pin, True, "")


@pytest.mark.parametrize("column", ["id", "proof", "digest"])
def test_a_rotten_note_of_a_form_never_leads_to_another_s_number(
    kiosk: Kiosk, form: Callable[..., Form], column: str
) -> None:
    given = form()
    kiosk.intake.file(given)
    rot(kiosk, "filed", column, "true")
    with pytest.raises(Exception, match="rusak"):
        kiosk.intake.file(given)


def test_a_scrub_finds_what_has_rotted_and_fetches_the_centre_s_entries_again(
    control: Control, peer: Peer, form: Callable[..., Form]
) -> None:
    kiosk = control.kiosk
    control.sync()
    kiosk.intake.file(form())
    kiosk.intake.file(form())
    rot(kiosk, "own", "raw", "seq = 2")
    rot(kiosk, "down", "raw", f"kind = {int(Kind.CONFIG)}")
    rot(kiosk, "down", "prev", "seq = 5")
    assert scrub(kiosk.store) == 1
    assert kiosk.status().rotted == 1
    assert not kiosk.status().ready, "the settings are gone until they have been fetched again"
    assert control.sync().error == ""
    assert kiosk.status().ready
    with kiosk.store.disk.reading() as connection:
        assert connection.execute("select count(*) from down where rooted = 0").fetchone()[0] == 0


def test_a_rotten_index_is_built_anew(control: Control, data: Path, form: Callable[..., Form]) -> None:
    kiosk = control.kiosk
    filed = kiosk.intake.file(form())
    with kiosk.store.disk.reading() as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        (root,) = connection.execute(
            "select rootpage from sqlite_master where name = 'sqlite_autoindex_own_1'"
        ).fetchone()
        (size,) = connection.execute("pragma page_size").fetchone()
    control.close()
    file = data / "kiosk.sqlite3"
    with file.open("r+b") as disk:
        page = os.pread(disk.fileno(), size, (root - 1) * size)
        at = page.rindex(filed.entry_id)
        os.pwrite(disk.fileno(), flip(page[at : at + 1]), (root - 1) * size + at)
    again = open_kiosk(data, wait_s=0)
    assert again.store.own(filed.entry_id) is None
    scrub(again.store)
    assert again.store.own(filed.entry_id) is not None
    again.close()


def test_a_head_of_the_server_that_has_rotted_is_as_if_it_had_never_come(
    control: Control, peer: Peer, form: Callable[..., Form]
) -> None:
    control.kiosk.intake.file(form())
    control.sync()
    rot(control.kiosk, "fact", "value", f"name = '{facts.STATED}'")
    assert control.kiosk.store.last_stated() is None
    assert control.sync().error == ""
    assert control.status().queue == 0


def test_keys_that_have_rotted_are_told_in_a_sentence(control: Control, data: Path) -> None:
    control.close()
    with closing(sqlite3.connect(data / "kiosk.sqlite3")) as connection, connection:
        connection.execute("update fact set value = x'00' where name = ?", (facts.DEVICE_KEYS,))
    with pytest.raises(NotReadableError, match="rusak"):
        open_kiosk(data, wait_s=0)


def test_a_rotten_note_of_the_pinned_key_is_found_again_in_the_stored_entries(control: Control) -> None:
    before = control.kiosk.store.pinned
    rot(control.kiosk, "fact", "value", f"name = '{facts.PIN}'")
    assert control.kiosk.store.pinned is None
    assert control.sync().error == ""
    assert control.kiosk.store.pinned == before
