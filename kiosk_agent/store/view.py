"""What the two logs hold, fresh at every call: the sync's view of the disk (`AgentView` of the protocol)."""

from collections.abc import Iterator
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk_agent.errors import NotEnrolledError
from kiosk_agent.store import facts, own_log, server_log, sms, sms_out
from kiosk_agent.store.device_keys import DeviceKeys
from kiosk_agent.store.disk import Disk
from sync_protocol.bodies import MAX_WANT
from sync_protocol.entry import Entry, parse_entry, verify_entry
from sync_protocol.errors import ProtocolError
from sync_protocol.exchange import Held, Position
from sync_protocol.number import id_range
from sync_protocol.reply import Pinned, StatedHead, decode_pinned, read_stated
from sync_protocol.states import Enrolment

_PAGE: Final = 64
"""Entries read at a time, so that a sync never keeps a resident's KIRIM waiting."""


class StoreView:
    """Reads. Each method raises NotReadableError where the disk is at fault."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.keys: DeviceKeys | None = None
        self.generation = 0
        """Grows when settings, tables or keys of the centre arrive."""
        self._public: Ed25519PublicKey | None = None
        self._stated: StatedHead | None = None
        self._stated_is_read = False
        disk.reopened.append(self.forget)

    @property
    def device(self) -> DeviceKeys:
        """This kiosk's keys.

        Raises:
            NotEnrolledError: there are none yet.
        """
        if self.keys is None:
            raise NotEnrolledError(
                "Kios ini belum didaftarkan. Jalankan: kasih-kiosk enrol --data FOLDER --server URL --code KODE"
            )
        return self.keys

    def fact(self, name: str) -> bytes | None:
        """A single fact; None where it is not known or has rotted."""
        with self.disk.reading() as connection:
            return facts.get(connection, name)

    def number_fact(self, name: str) -> int | None:
        """A fact that is a whole number."""
        value = self.fact(name)
        return None if value is None else int(value)

    @property
    def pinned(self) -> Pinned | None:
        """The server that this kiosk believes."""
        value = self.fact(facts.PIN)
        return decode_pinned(value) if value else None

    @property
    def enrolment(self) -> Enrolment:
        """What this kiosk knows of its own standing."""
        value = self.fact(facts.STATE)
        return Enrolment(value.decode()) if value else Enrolment.NEW

    # -- the kiosk's own log -------------------------------------------------------------------------------------------

    def own_head(self) -> Position | None:
        """The newest entry of the kiosk's own log."""
        with self.disk.reading() as connection:
            return own_log.head(connection, self.is_mine)

    def own(self, entry_id: bytes) -> Held | None:
        """An entry of the kiosk's own log."""
        with self.disk.reading() as connection:
            return own_log.by_id(connection, entry_id, self.is_mine)

    def own_at(self, seq: int) -> Held | None:
        """The entry at this place of the kiosk's own log."""
        with self.disk.reading() as connection:
            return own_log.by_seq(connection, seq, self.is_mine)

    def own_newest(self, kind: int) -> Held | None:
        """The newest entry of one kind of the kiosk's own log."""
        with self.disk.reading() as connection:
            return own_log.newest(connection, kind, self.is_mine)

    def own_after(self, seq: int) -> Iterator[Held]:
        """The kiosk's own entries after this one, in order."""
        while True:
            with self.disk.reading() as connection:
                page = own_log.after(connection, seq, _PAGE, self.is_mine)
            yield from page
            if len(page) < _PAGE:
                return
            seq = page[-1].seq

    def is_reported_lost(self, entry_id: bytes) -> bool:
        """Whether a LOST for this entry stands in the log already."""
        with self.disk.reading() as connection:
            return own_log.lost_at(connection, entry_id, self.is_mine) is not None

    def received_seq(self) -> int:
        """Up to where the server has all of this log, by what it last stated; 0 where that is not known.

        Its `have` may lie beyond holes, of which `want` names the upper ends, as many as fit (protocol, section 4).
        """
        stated = self.last_stated()
        if stated is None:
            return 0
        have, root, want = self._seq_of(stated.body.have), self._seq_of(stated.body.root), stated.body.want
        holes = [seq for wanted in want if (seq := self._hole_at(wanted, have))]
        shows_all = not holes and len(want) < MAX_WANT
        upto = self._reach_of(stated) if shows_all or root >= have else root
        return min([upto, *(seq - 1 for seq in holes)])

    def safe_seq(self) -> int:
        """How far this log lies inside a verified backup of the centre, by what the server last stated."""
        stated = self.last_stated()
        return self._seq_of(stated.body.safe) if stated is not None else 0

    def _hole_at(self, wanted: str, have: int) -> int:
        """Where an entry stands that the server misses; 0 where it was told that it is lost, or it is foreign."""
        with self.disk.reading() as connection:
            lost_at = own_log.lost_at(connection, bytes.fromhex(wanted), self.is_mine)
        return 0 if lost_at is not None and lost_at <= have else self._seq_of(wanted)

    def _reach_of(self, head: StatedHead) -> int:
        """The farthest entry of this log that a HEAD of the server names."""
        return max(self._seq_of(head.body.have), self._seq_of(head.body.root))

    def _seq_of(self, entry_id: str | None) -> int:
        """The place of an entry in this log; 0 where it is not held."""
        held = self.own(bytes.fromhex(entry_id)) if entry_id else None
        return held.seq if held is not None else 0

    def queue(self) -> tuple[int, Held | None]:
        """How many reports and messages the server has not received yet, and the first of them."""
        received = self.received_seq()
        with self.disk.reading() as connection:
            count, first = own_log.queue(connection, received)
            return count, own_log.by_seq(connection, first, self.is_mine) if count else None

    def pending(self) -> int:
        """How many entries the server has not received yet, save those that never wake the sync."""
        received = self.received_seq()
        with self.disk.reading() as connection:
            return own_log.pending(connection, received)

    def complaints(self, upto: int = 2**32) -> int:
        """How many complaints stand in the log up to this entry."""
        with self.disk.reading() as connection:
            return own_log.complaints(connection, upto)

    def complaint_seq(self, number: str) -> int | None:
        """Where the complaint with this (written) number stands in the log; None if it was filed elsewhere."""
        with self.disk.reading() as connection:
            return own_log.complaint_between(connection, *id_range(number))

    def quarantined(self) -> int:
        """How many SMS were put aside unread."""
        with self.disk.reading() as connection:
            return sms.count_quarantined(connection)

    def sms_waiting(self) -> int:
        """How many SMS are still to go out."""
        with self.disk.reading() as connection:
            return sms_out.count_waiting(connection)

    # -- the server's log for this kiosk -------------------------------------------------------------------------------

    def last_stated(self) -> StatedHead | None:
        """The newest HEAD of the server that was committed with its reply."""
        if not self._stated_is_read:
            raw = self.fact(facts.STATED)
            self._stated = read_stated(parse_entry(raw)) if raw else None
            self._stated_is_read = True
        return self._stated

    def down(self, entry_id: bytes) -> bool | None:
        """Of the server's log: None if the entry is not held, else whether it is rooted."""
        with self.disk.reading() as connection:
            return server_log.is_rooted(connection, entry_id)

    def down_newest_rooted(self) -> bytes | None:
        """Of the server's log: the newest (highest seq, then id) entry whose chain to seq 1 is complete."""
        with self.disk.reading() as connection:
            return server_log.newest_rooted(connection)

    def down_last_reply(self) -> bytes | None:
        """Of the server's log: the newest rooted entry of the last reply, committed with it."""
        with self.disk.reading() as connection:
            newest = facts.get(connection, facts.LAST_REPLY)
            return newest if newest and server_log.is_rooted(connection, newest) else None

    def down_missing(self, limit: int) -> list[bytes]:
        """Of the server's log: ids of missing parents."""
        with self.disk.reading() as connection:
            return server_log.missing(connection, limit)

    def in_force(self, kind: int) -> list[Entry]:
        """Of the server's log: the entries of one kind, the one in force first.

        Where the log has forks (the centre was restored), those of the chain that the server stands on now.
        """
        stated = self.last_stated()
        with self.disk.reading() as connection:
            if stated is None or facts.get(connection, facts.FORKED) is None:
                return list(server_log.in_order(connection, kind))
            # A chain with a hole would end there and leave the kiosk without keys or tables: it could file nothing.
            candidates = (stated.stands.id, facts.get(connection, facts.LAST_REPLY))
            whole = (entry for entry in candidates if entry and server_log.is_rooted(connection, entry))
            newest = next(whole, None) or server_log.newest_rooted(connection)
            return list(server_log.along_chain(connection, newest or b"", kind))

    def is_mine(self, entry: Entry) -> bool:
        """Whether this kiosk's key signed an entry."""
        if self._public is None:
            self._public = self.device.sign.public_key()
        try:
            verify_entry(entry, self._public)
        except ProtocolError:
            return False
        return True

    def forget(self) -> None:
        """What was remembered of the file may be wrong, as after it was opened anew: read it again."""
        self._stated, self._stated_is_read = None, False
        self.generation += 1
