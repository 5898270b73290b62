"""The server's log: taken in any order, with holes and forks, and one reply is kept whole or not at all."""

import itertools

import pytest

from kiosk_agent.control import Control
from kiosk_agent.errors import NotSavedError
from kiosk_agent.store import server_log
from sync_protocol.agent_session import AgentView
from sync_protocol.bodies import Config
from sync_protocol.bundle import read_bundle, write_bundle
from sync_protocol.entry import Entry
from sync_protocol.kinds import Kind
from sync_protocol.reply import Reply
from sync_protocol.vocabulary import DeviceState
from tests.kiosk_agent.server_peer import Direct, Peer


def news(peer: Peer, count: int) -> list[Entry]:
    return [peer.say(Kind.CONFIG, Config(unit=f"U{number}")) for number in range(count)]


def take(control: Control, entries: list[Entry]) -> int:
    """Commit a reply that holds these entries."""
    store = control.kiosk.store
    stated, pinned = store.last_stated(), store.pinned
    assert stated is not None
    assert pinned is not None
    return store.take(Reply(head=stated, entries=entries, transient=[], skipped=0), pinned)


def test_the_store_is_what_the_protocol_s_session_asks(control: Control) -> None:
    view: AgentView = control.kiosk.store
    assert view.own_head() is not None


def test_entries_may_come_in_any_order(control: Control, peer: Peer) -> None:
    store, entries = control.kiosk.store, news(peer, 3)
    for order in itertools.permutations(entries):
        with store.disk.reading() as connection:
            connection.execute("delete from down where seq > ?", (entries[0].seq - 1,))
        for entry in order:
            take(control, [entry])
        assert [store.down(entry.id) for entry in entries] == [True] * 3
        assert store.down_newest_rooted() == entries[-1].id
        assert store.down_missing(32) == []


def test_a_hole_is_wanted_and_what_lies_behind_it_is_not_rooted(control: Control, peer: Peer) -> None:
    store, (first, second, third) = control.kiosk.store, news(peer, 3)
    assert take(control, [first, third]) == 2
    assert (store.down(second.id), store.down(third.id)) == (None, False)
    assert store.down_missing(32) == [second.id]
    assert (store.down_newest_rooted(), store.down_last_reply()) == (first.id, first.id)
    assert take(control, [second]) == 1
    assert store.down(third.id) is True
    assert store.down_last_reply() == second.id


def test_the_same_entries_twice_are_stored_once(control: Control, peer: Peer) -> None:
    entries = news(peer, 2)
    assert (take(control, entries), take(control, entries)) == (2, 0)


def test_a_forked_log_is_taken_whole(control: Control, peer: Peer) -> None:
    store, before = control.kiosk.store, list(peer.down_log)
    left = news(peer, 2)
    peer.down_log = before
    right = [peer.say(Kind.CONFIG, Config(unit="lain"))]
    take(control, left)
    take(control, right)
    assert all(store.down(entry.id) for entry in [*left, *right])
    assert store.down_newest_rooted() == left[-1].id


def test_the_branch_of_a_restored_centre_that_has_a_hole_takes_nothing_away(
    control: Control, peer: Peer, direct: Direct
) -> None:
    before = list(peer.down_log)
    news(peer, 2)
    control.sync()
    peer.down_log = before
    whole, gone, _ = (peer.say(Kind.CONFIG, Config(unit=unit)) for unit in "ABC")

    def with_a_hole(bundle: bytes) -> bytes:
        entries, _ = read_bundle(peer.receive(bundle) or b"")
        return write_bundle(entry.raw for entry in entries if entry.id != gone.id)

    direct.faults = [with_a_hole] * 9
    control.sync()
    assert control.kiosk.store.down_last_reply() == whole.id
    assert (control.status().ready, control.status().unit) == (True, "A")
    direct.faults = []
    control.sync()
    assert (control.status().ready, control.status().unit) == (True, "C")


def test_a_reply_that_cannot_be_committed_leaves_nothing_of_itself(
    control: Control, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, stated = control.kiosk.store, control.kiosk.store.last_stated()
    (entry,) = news(peer, 1)
    peer.state = DeviceState.REVOKED

    def full(*_: object) -> None:
        raise NotSavedError("Belum tersimpan: disk penuh")

    monkeypatch.setattr(server_log, "is_rooted", full)
    assert "disk penuh" in control.sync().error
    monkeypatch.undo()
    store.forget()
    assert store.last_stated() == stated
    assert store.down(entry.id) is None
    assert store.enrolment == "active"
    assert control.sync().error == ""
    assert store.enrolment == "revoked"
