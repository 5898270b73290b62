"""The holes of docs/protocol.md, section 10, and their kin, planted one at a time: the judge must notice each."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, Final
from unittest.mock import patch

import kiosk_agent.sync.engine as engine
import server.actions.receive_bundle as receiving
import server.actions.sort_bundle as sorting
import server.actions.store_entries as storing
from kiosk_agent.store import Store
from kiosk_agent.store.view import StoreView
from server.store import holes, ledger
from server.store.sync_view import SyncView
from sync_protocol import agent_session, server_session
from sync_protocol.agent_session import AgentSession
from sync_protocol.bundle import read_bundle
from sync_protocol.errors import NoHeadError
from sync_protocol.exchange import Held, Parcel
from sync_protocol.kinds import Kind
from sync_protocol.reply import Pinned, Reply, StatedHead, read_reply, read_stated
from sync_protocol.server_session import DeviceHead, ServerView

Plant = Callable[[], AbstractContextManager[Any]]


def _cursor_kept_by_the_client() -> AbstractContextManager[Any]:
    kept: dict[bytes, int] = {}
    real = AgentSession._cursor_of

    def cursor_of(self: AgentSession, stated: StatedHead | None) -> int:
        kept[self._log] = max(kept.get(self._log, 0), real(self, stated))
        return kept[self._log]

    return patch.object(AgentSession, "_cursor_of", cursor_of)


def _unique_device_and_seq() -> AbstractContextManager[Any]:
    real = storing.store_entries

    def store_entries(connection: Any, device: Any, entries: Iterable[Any], **options: Any) -> int:
        taken = ledger.stored_seqs(connection, device["log"], 0, 2**32)
        return real(connection, device, [entry for entry in entries if entry.seq not in taken], **options)

    return patch.object(receiving, "store_entries", store_entries)


def _nothing_for_who_is_ahead_of_a_restored_server() -> AbstractContextManager[Any]:
    real = SyncView.down

    def down(self: SyncView, entry_id: bytes) -> Held | None:
        return real(self, entry_id) or Held(seq=2**31, id=entry_id, prev=bytes(32), raw=None)

    return patch.object(SyncView, "down", down)


def _a_kiosk_ahead_asks_for_nothing() -> AbstractContextManager[Any]:
    return patch.object(agent_session.AgentSession, "_have", lambda self, newest: newest)


def _resends_suppressed() -> AbstractContextManager[Any]:
    sent: set[tuple[bytes, str]] = set()
    real = AgentSession._supply

    def supply(self: AgentSession, want: list[str], *, counting: bool = True) -> list[bytes]:
        fresh = [wanted for wanted in want if (self._log, wanted) not in sent]
        if not counting:
            sent.update((self._log, wanted) for wanted in fresh)
        return real(self, fresh, counting=counting)

    return patch.object(AgentSession, "_supply", supply)


def _wants_ignored() -> AbstractContextManager[Any]:
    return patch.object(AgentSession, "_supply", lambda self, want, *, counting=True: [])


def _rotted_head_not_reported() -> AbstractContextManager[Any]:
    real = Store.report_lost

    def report_lost(self: Store, held: Held) -> None:
        stands = self.own_head()
        if stands is None or stands.id != held.id:
            real(self, held)

    return patch.object(Store, "report_lost", report_lost)


def _rot_not_reported() -> AbstractContextManager[Any]:
    return patch.object(Store, "report_lost", lambda self, held: None)


def _rotted_tombstone_not_repeated() -> AbstractContextManager[Any]:
    return patch.object(StoreView, "is_reported_lost", _was_ever_lost)


def _was_ever_lost(view: StoreView, entry_id: bytes) -> bool:
    with view.disk.reading() as connection:
        return connection.execute("select 1 from lost where id = ?", (entry_id,)).fetchone() is not None


def _received_over_holes() -> AbstractContextManager[Any]:
    def received_seq(self: StoreView) -> int:
        stated = self.last_stated()
        ids = (stated.body.have, stated.body.root) if stated is not None else ()
        return next((seq for seq in map(self._seq_of, ids) if seq), 0)

    return patch.object(StoreView, "received_seq", received_seq)


def _a_tombstone_silences_the_server() -> AbstractContextManager[Any]:
    return patch.object(holes, "_WANTED", holes._WANTED.replace("union all select id, log from tombstone", ""))


def _walk_past_rot() -> AbstractContextManager[Any]:
    real = Parcel.add

    def add(self: Parcel, held: Held) -> bool:
        return True if held.raw is None else real(self, held)

    return patch.object(Parcel, "add", add)


def _have_without_holding() -> AbstractContextManager[Any]:
    def have(view: ServerView, device: DeviceHead, newest: bytes | None, root: bytes | None) -> bytes | None:
        return device.stands.id if device.stands.seq else newest or root

    return patch.object(server_session, "_have", have)


def _holes_not_wanted() -> AbstractContextManager[Any]:
    return patch.object(holes, "add_missing", lambda connection, log, ids: None)


def _want_by_number() -> AbstractContextManager[Any]:
    """A hole counts as filled by any entry with its number, whatever branch that is of."""
    real = holes.add_missing
    number_is_taken = (
        "select 1 from entry child join entry other on other.log = child.log and other.seq = child.seq - 1"
        " where child.log = ? and child.prev = ?"
    )

    def add_missing(connection: Any, log: bytes, ids: Iterable[bytes]) -> None:
        real(connection, log, [one for one in ids if not connection.execute(number_is_taken, (log, one)).fetchone()])

    return patch.object(holes, "add_missing", add_missing)


def _signatures_not_checked() -> AbstractContextManager[Any]:
    return patch.object(sorting, "verify_entry", lambda entry, key: None)


def _a_head_of_any_key() -> AbstractContextManager[Any]:
    """The agent takes any HEAD for its receipt, whoever signed it."""

    def read(data: bytes, pinned: Pinned) -> tuple[Reply, Pinned]:
        try:
            return read_reply(data, pinned)
        except NoHeadError:
            heads = [entry for entry in read_bundle(data)[0] if entry.kind == Kind.HEAD]
            if not heads:
                raise
            return Reply(head=read_stated(heads[-1]), entries=[], transient=[], skipped=0), pinned

    return patch.object(engine, "read_reply", read)


def _server_trusts_its_memory_of_the_device() -> AbstractContextManager[Any]:
    """It remembers the device's newest entry instead of looking whether it is stored, as a counter would."""
    newest: dict[bytes, bytes] = {}
    real = SyncView.holds

    def holds(self: SyncView, entry_id: bytes) -> bool:
        if real(self, entry_id):
            newest[self._log] = entry_id
        return newest.get(self._log) == entry_id

    return patch.object(SyncView, "holds", holds)


BUGS: Final[dict[str, Plant]] = {
    "a cursor kept by the client": _cursor_kept_by_the_client,
    "UNIQUE(device, seq)": _unique_device_and_seq,
    "nothing for who is ahead of a restored server": _nothing_for_who_is_ahead_of_a_restored_server,
    "the newest rooted entry alone as have": _a_kiosk_ahead_asks_for_nothing,
    "needed resends suppressed": _resends_suppressed,
    "wants ignored": _wants_ignored,
    "a rotted head never reported": _rotted_head_not_reported,
    "rot never reported": _rot_not_reported,
    "a rotted tombstone": _rotted_tombstone_not_repeated,
    "a tombstone on one clone silences the server": _a_tombstone_silences_the_server,
    "walking past a rotted entry": _walk_past_rot,
    "received in spite of a hole": _received_over_holes,
    "have without holding": _have_without_holding,
    "holes not wanted": _holes_not_wanted,
    "a want by number picks the wrong branch": _want_by_number,
    "signatures not checked": _signatures_not_checked,
    "a HEAD of any key": _a_head_of_any_key,
    "the server trusts its memory": _server_trusts_its_memory_of_the_device,
}
