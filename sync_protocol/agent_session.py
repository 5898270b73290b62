"""The kiosk's side of the exchange, without its socket and its disk (sections 4 to 6).

    IDLE --start--> EXCHANGE --more--> EXCHANGE --done--> IDLE
                    EXCHANGE --failed--> BACKOFF --start--> EXCHANGE

One `AgentSession` is one run of exchanges. Each is: `request`, carry the bytes, `read_reply`, commit, `settle`.
"""

from collections.abc import Iterable
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync_protocol.bodies import DEFAULT_REPLY, MAX_WANT, Head
from sync_protocol.bundle import write_bundle
from sync_protocol.entry import NO_PREV, write_entry
from sync_protocol.exchange import Held, Parcel, Position, add_wanted
from sync_protocol.kinds import Kind
from sync_protocol.reply import Reply, StatedHead
from sync_protocol.states import SYNC, Sync, SyncEvent, move
from sync_protocol.vocabulary import DeviceState

FIRST_BUDGET: Final = 262_144
_SMALLEST_BUDGET: Final = 512
_MAX_RESENDS: Final = 3
_MAX_STUCK: Final = 4


class AgentView(Protocol):
    """What the session needs to know of the kiosk's disk, fresh at every call."""

    def own_head(self) -> Position | None:
        """The newest entry of the kiosk's own log."""

    def own(self, entry_id: bytes) -> Held | None:
        """An entry of the kiosk's own log."""

    def own_after(self, seq: int) -> Iterable[Held]:
        """The kiosk's own entries after this one, in order."""

    def is_reported_lost(self, entry_id: bytes) -> bool:
        """Whether a LOST for this entry stands in the log already."""

    def report_lost(self, held: Held) -> None:
        """Append a LOST for this entry, once for each id ever, and commit it."""

    def last_stated(self) -> StatedHead | None:
        """The newest HEAD of the server that was committed with its reply."""

    def down(self, entry_id: bytes) -> bool | None:
        """Of the server's log: None if the entry is not held, else whether it is rooted."""

    def down_newest_rooted(self) -> bytes | None:
        """Of the server's log: the newest (highest seq, then id) entry whose chain to seq 1 is complete."""

    def down_last_reply(self) -> bytes | None:
        """Of the server's log: the newest rooted entry of the last reply, committed with it."""

    def down_missing(self, limit: int) -> list[bytes]:
        """Of the server's log: ids of missing parents."""


class AgentSession:
    """One run of exchanges with the server."""

    def __init__(
        self,
        view: AgentView,
        *,
        log: bytes,
        signer: Ed25519PrivateKey,
        budget: int = FIRST_BUDGET,
    ) -> None:
        self.state = move(SYNC, Sync.IDLE, SyncEvent.START)
        self.budget = budget
        self._full_budget = budget
        self._view = view
        self._log = log
        self._signer = signer
        self._head_alone = False
        self._from_start = False
        self._resent: dict[bytes, int] = {}
        self.cursor = self._cursor_of(view.last_stated())
        """The seq after which own entries are sent."""
        self._stuck = 0

    def request(self, now_ms: int, *, extra: Iterable[bytes] = (), unlimited: bool = False) -> bytes:
        """The bundle to send: HEAD, what the server wants, what lies after the cursor.

        Args:
            now_ms: the kiosk's clock, Unix milliseconds; 0 where it is known to be wrong.
            extra: bytes of entries to send along, such as a QUERY.
            unlimited: for a USB stick, which holds everything.
        """
        parcel = Parcel(2**62 if unlimited else self.budget)
        if not self._head_alone:
            self._fill(parcel)
        for rotted in parcel.rotted:
            if not self._view.is_reported_lost(rotted.id):
                self._view.report_lost(rotted)
        if parcel.rotted and not parcel.cut:
            # The LOST entries stand at the end of the log: they go along where there is room.
            last = max((held.seq for held in parcel.rotted), default=0)
            parcel.add_all(self._view.own_after(max(self.cursor, last)))
        return write_bundle([self.head(now_ms, unlimited=unlimited), *extra, *parcel.entries])

    def head(self, now_ms: int, *, unlimited: bool = False) -> bytes:
        """The kiosk's HEAD, signed now."""
        stands = self._view.own_head() or Position(0, NO_PREV)
        root = self._view.down_newest_rooted()
        have = self._have(root)
        wanted = DEFAULT_REPLY if unlimited else 0 if self._head_alone else self.budget
        body = Head(
            have=have.hex() if have else None,
            root=root.hex() if root else None,
            want=[entry_id.hex() for entry_id in self._view.down_missing(MAX_WANT)],
            max=wanted,
        )
        return write_entry(
            kind=Kind.HEAD,
            time_ms=now_ms,
            seq=stands.seq,
            log=self._log,
            prev=stands.id,
            body=body.encode(),
            signer=self._signer,
        ).raw

    def settle(self, reply: Reply, *, stored: int) -> bool:
        """After the reply was committed: whether another exchange is due.

        Args:
            stored: how many entries of the reply were new.
        """
        before, was_alone = self.cursor, self._head_alone
        self.cursor = self._cursor_of(reply.head)
        self._head_alone = self._from_start = False
        supply = self._supply(reply.head.body.want)
        for wanted_id in supply:
            self._resent[wanted_id] = self._resent.get(wanted_id, 0) + 1
        if self.cursor > before or stored > 0 or supply:
            self._stuck = 0
        elif not was_alone:
            self._stuck += 1
        if not was_alone:
            self.budget = min(self.budget * 2, self._full_budget)
        stands = self._view.own_head()
        server_stands = reply.head.stands
        unsent = stands is not None and stands.seq > self.cursor
        behind = (
            server_stands.seq > 0
            and reply.head.body.state is not DeviceState.REVOKED
            and not self._view.down(server_stands.id)
        )
        due = bool(supply) or unsent or behind
        event = SyncEvent.DONE if not due else SyncEvent.MORE if self._stuck < _MAX_STUCK else SyncEvent.FAILED
        self.state = move(SYNC, self.state, event)
        return event is SyncEvent.MORE

    def cut(self) -> bool:
        """The exchange was cut, timed out, or was too large. True: go on at once with a HEAD alone; False: back off."""
        if self.budget <= _SMALLEST_BUDGET:
            self._stuck += 1
        if self._head_alone or self._stuck >= _MAX_STUCK:
            self.state = move(SYNC, self.state, SyncEvent.FAILED)
            return False
        self.budget = max(self.budget // 2, _SMALLEST_BUDGET)
        self._head_alone = True
        self.state = move(SYNC, self.state, SyncEvent.MORE)
        return True

    def unknown(self) -> bool:
        """The server does not know this log (403). True: go on at once from seq 1, where the KEY stands."""
        if self._from_start:
            self.state = move(SYNC, self.state, SyncEvent.FAILED)
            return False
        self._from_start, self._head_alone, self.cursor = True, False, 0
        self.state = move(SYNC, self.state, SyncEvent.MORE)
        return True

    def failed(self) -> None:
        """No answer, or none that proves anything: back off."""
        self.state = move(SYNC, self.state, SyncEvent.FAILED)

    def _fill(self, parcel: Parcel) -> None:
        stated = None if self._from_start else self._view.last_stated()
        if stated is not None:
            root = bytes.fromhex(stated.body.root) if stated.body.root else None
            add_wanted(parcel, self._supply(stated.body.want, counting=False), self._view.own, root)
        parcel.add_all(self._view.own_after(self.cursor))

    def _supply(self, want: list[str], *, counting: bool = True) -> list[bytes]:
        """The wanted ids that this kiosk can still do something about."""
        ids = [bytes.fromhex(wanted) for wanted in want]
        return [
            wanted_id
            for wanted_id in ids
            if self._view.own(wanted_id) is not None
            and not self._view.is_reported_lost(wanted_id)
            and (not counting or self._resent.get(wanted_id, 0) < _MAX_RESENDS)
        ]

    def _cursor_of(self, stated: StatedHead | None) -> int:
        """How far the server has come in this kiosk's own log, by what it last stated itself."""
        if stated is None:
            return 0
        for stated_id in (stated.body.have, stated.body.root):
            held = self._view.own(bytes.fromhex(stated_id)) if stated_id else None
            if held is not None:
                return held.seq
        return 0

    def _have(self, newest_rooted: bytes | None) -> bytes | None:
        stated = self._view.last_stated()
        if stated is not None and self._view.down(stated.stands.id):
            return stated.stands.id
        return self._view.down_last_reply() or newest_rooted
