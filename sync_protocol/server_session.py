"""The server's side of the exchange, without its socket and its database (sections 4 and 5).

The chain is evidence, never an admission rule: nothing here decides whether an entry is kept.
"""

from collections.abc import Iterable
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from sync_protocol.bodies import MAX_WANT, Head, decode_body
from sync_protocol.bundle import write_bundle
from sync_protocol.entry import NO_PREV, Entry, write_entry
from sync_protocol.errors import FieldError
from sync_protocol.exchange import Held, Parcel, Position, add_wanted
from sync_protocol.kinds import Kind
from sync_protocol.packing import unpack
from sync_protocol.vocabulary import DeviceState

MAX_REPLY: Final = 1_048_576


class DeviceHead(Struct, frozen=True):
    """A device's HEAD, verified."""

    log: bytes
    stands: Position
    """Where the device's own log stands; seq 0 where it is empty."""
    body: Head


class ServerView(Protocol):
    """What a reply needs to know of one device's two logs."""

    def holds(self, entry_id: bytes) -> bool:
        """Of the device's log: whether the entry's bytes are stored."""

    def newest_rooted(self) -> bytes | None:
        """Of the device's log: the newest (highest seq, then id) entry whose chain to seq 1 is complete."""

    def missing(self, limit: int, turn: int) -> list[bytes]:
        """Of the device's log: ids of missing parents and of tombstoned entries.

        Where there are more than fit, `turn` chooses which: nobody's hole may hide another's for ever.
        """

    def safe(self) -> bytes | None:
        """Of the device's log: the newest entry with a complete chain inside a verified backup."""

    def down_head(self) -> Position | None:
        """Of the server's log for the device: its newest entry."""

    def down(self, entry_id: bytes) -> Held | None:
        """Of the server's log for the device: an entry."""

    def down_after(self, seq: int) -> Iterable[Held]:
        """Of the server's log for the device: the entries after this one, in order."""


class Answered(Struct, frozen=True):
    """A reply and what it showed."""

    bundle: bytes
    regressed: bool
    """The device holds entries of the server's log that the server does not: it was restored from a backup."""


def read_device_head(entry: Entry) -> DeviceHead:
    """Decode a device's HEAD whose signature was verified.

    Raises:
        ProtocolError: its body is not a HEAD's.
    """
    body = decode_body(Kind.HEAD, unpack(entry.body))
    if not isinstance(body, Head):
        raise FieldError("not a HEAD")
    return DeviceHead(log=entry.log, stands=Position(entry.seq, entry.prev), body=body)


def answer(
    view: ServerView,
    device: DeviceHead,
    *,
    newest_of_bundle: bytes | None,
    state: DeviceState,
    now_ms: int,
    server_log: bytes,
    signer: Ed25519PrivateKey,
    extra: Iterable[bytes] = (),
    unlimited: bool = False,
) -> Answered:
    """The reply to a bundle whose entries were stored and committed: HEAD, what the device wants, what is new for it.

    Args:
        newest_of_bundle: the stored entry of this log in the bundle with the highest seq, then id.
        state: what the device is; a revoked one gets the HEAD alone.
        extra: bytes of entries to send along, such as an ANSWER.
        unlimited: for a USB stick.
    """
    stands = view.down_head() or Position(0, NO_PREV)
    root = view.newest_rooted()
    have = _have(view, device, newest_of_bundle, root)
    safe = view.safe()
    body = Head(
        have=have.hex() if have else None,
        root=root.hex() if root else None,
        want=[entry_id.hex() for entry_id in view.missing(MAX_WANT, now_ms)],
        state=state,
        safe=safe.hex() if safe else None,
        now=now_ms,
    )
    head = write_entry(
        kind=Kind.HEAD,
        time_ms=now_ms,
        seq=stands.seq,
        log=server_log,
        prev=stands.id,
        body=body.encode(),
        signer=signer,
    )
    device_have = bytes.fromhex(device.body.have) if device.body.have else None
    known = view.down(device_have) if device_have else None
    parcel = Parcel(2**62 if unlimited else min(device.body.max, MAX_REPLY))
    if state is not DeviceState.REVOKED:
        device_root = bytes.fromhex(device.body.root) if device.body.root else None
        add_wanted(parcel, map(bytes.fromhex, device.body.want), view.down, device_root)
        parcel.add_all(view.down_after(known.seq if known else 0))
    return Answered(
        bundle=write_bundle([head.raw, *extra, *parcel.entries]),
        regressed=device_have is not None and known is None,
    )


def _have(view: ServerView, device: DeviceHead, newest_of_bundle: bytes | None, root: bytes | None) -> bytes | None:
    if device.stands.seq and view.holds(device.stands.id):
        return device.stands.id
    return newest_of_bundle or root
