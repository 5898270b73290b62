"""What the server's bytes prove to a kiosk, and whom it believes from its enrolment code on (sections 4, 5 and 8).

The code's fingerprint names the server's first sign key, and KEYS entries bring the key itself: until one has, nothing
in a reply counts. A later KEYS entry, signed by the newest key, names that key's successor. From then on the successor
signs, and entries of the time before, when they are sent again, still count under the key of their time.
The name of the server's log follows from its first key and stays.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Meta, Struct

from sync_protocol.bodies import Head, Id, Keys, decode_body
from sync_protocol.bundle import read_bundle
from sync_protocol.entry import Entry, verify_entry
from sync_protocol.errors import BadSignatureError, FieldError, NoHeadError, OtherServerError, ProtocolError
from sync_protocol.exchange import Position
from sync_protocol.keys import EnrolmentCode, seal_key, server_log, sign_key
from sync_protocol.kinds import TRANSIENT, Kind
from sync_protocol.packing import unpack


class StatedHead(Struct, frozen=True):
    """A HEAD of the server, verified: the receipt."""

    raw: bytes
    stands: Position
    """Where the server's log for this device stands."""
    body: Head


class Reply(Struct, frozen=True):
    """What a reply holds, verified. To be committed in one transaction before `settle`."""

    head: StatedHead
    entries: list[Entry]
    """Entries of the server's log for this device, signed by the pinned key, in the order received."""
    transient: list[Entry]
    """Verified entries of kinds that are never stored: ANSWERs, of which HEADs are not counted here."""
    skipped: int
    """Frames that were malformed, foreign or not signed by the pinned key."""


class PinnedKey(Struct, frozen=True):
    """A sign key of the server, and from which entry of its log on it signs."""

    sign: Id
    since_seq: int = 0


class Pinned(Struct, frozen=True):
    """Whom to believe. The log keeps the name that follows from the first key, whatever keys come after it."""

    log: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    keys: list[PinnedKey]
    """The first is the one that the enrolment code named; each later one was announced under the one before."""

    def encode(self) -> bytes:
        """As it is stored."""
        return msgspec.json.encode(self)

    @property
    def log_id(self) -> bytes:
        """The 16 bytes of the log's name."""
        return bytes.fromhex(self.log)


def decode_pinned(data: bytes) -> Pinned:
    """Read what `encode` wrote."""
    return msgspec.json.decode(data, type=Pinned)


def find_server(data: bytes, device: bytes, fingerprint: bytes) -> Pinned:
    """Find the server's first key in a reply, as the enrolment code's fingerprint names it.

    Raises:
        NotABundleError: something else answered.
        NoHeadError: the reply brings no keys at all.
        OtherServerError: it brings those of another server.
    """
    entries, _ = read_bundle(data)
    strangers = False
    for entry, keys in _keys_entries(entries):
        sign = bytes.fromhex(keys.sign)
        if not EnrolmentCode(secret=b"", fingerprint=fingerprint).matches(sign):
            strangers = True
        elif entry.log == server_log(sign, device) and _is_signed(entry, keys.sign):
            # The same server's log for another device may tell of the same successors, but at other places.
            own = [one for one in entries if one.log == entry.log]
            return _succeed(own, Pinned(log=entry.log.hex(), keys=[PinnedKey(sign=keys.sign)]))
    if strangers:
        raise OtherServerError("the reply brings the keys of another server than the one that the code names")
    raise NoHeadError("the reply brings no keys of a server")


def read_reply(data: bytes, pinned: Pinned) -> tuple[Reply, Pinned]:
    """Verify a reply or a USB file; also gives whom to believe from now on.

    Raises:
        NotABundleError: not a bundle at all.
        NoHeadError: no HEAD for this kiosk that the newest key signed.
    """
    entries, reader = read_bundle(data)
    own = [entry for entry in entries if entry.log == pinned.log_id]
    after = _succeed(own, pinned)
    head: StatedHead | None = None
    kept: list[Entry] = []
    transient: list[Entry] = []
    skipped = reader.malformed + len(entries) - len(own)
    # A server that has just changed its key may sign the HEAD of that reply with either.
    heads = {key.sign for key in after.keys[len(pinned.keys) - 1 :]}
    for entry in own:
        try:
            if entry.kind == Kind.HEAD:
                _verify_any(entry, heads)
                head = read_stated(entry)
            elif entry.kind in TRANSIENT:
                _verify_any(entry, heads)
                transient.append(entry)
            else:
                _verify_any(entry, [_key_at(after, entry.seq)])
                kept.append(entry)
        except ProtocolError:
            skipped += 1
    if head is None:
        raise NoHeadError("the reply holds no HEAD of the pinned server")
    return Reply(head=head, entries=kept, transient=transient, skipped=skipped), after


def _succeed(entries: list[Entry], pinned: Pinned) -> Pinned:
    """Follow the KEYS entries that name a successor of the newest key."""
    for entry, keys in sorted(_keys_entries(entries), key=lambda pair: pair[0].seq):
        newest = pinned.keys[-1]
        is_new = keys.sign not in {key.sign for key in pinned.keys}
        if is_new and entry.seq >= newest.since_seq and _is_signed(entry, newest.sign):
            successor = PinnedKey(sign=keys.sign, since_seq=entry.seq + 1)
            pinned = Pinned(log=pinned.log, keys=[*pinned.keys, successor])
    return pinned


def _key_at(pinned: Pinned, seq: int) -> str:
    """The key that signed at that place of the server's log."""
    return next(key.sign for key in reversed(pinned.keys) if seq >= key.since_seq)


def _keys_entries(entries: Iterable[Entry]) -> list[tuple[Entry, Keys]]:
    """The KEYS entries whose body is well formed and whose keys can be used. Proves nothing."""
    found = []
    for entry in entries:
        if entry.kind == Kind.KEYS:
            try:
                found.append((entry, read_keys(entry)))
            except ProtocolError:
                continue
    return found


def _is_signed(entry: Entry, sign: str) -> bool:
    try:
        verify_entry(entry, _load(sign))
    except ProtocolError:
        return False
    return True


@lru_cache(maxsize=16)
def _load(sign: str) -> Ed25519PublicKey:
    return sign_key(bytes.fromhex(sign))


def _verify_any(entry: Entry, signs: Iterable[str]) -> None:
    if not any(_is_signed(entry, sign) for sign in signs):
        raise BadSignatureError(f"entry {entry.id.hex()} is not signed by the key of its log")


def read_keys(entry: Entry) -> Keys:
    """Decode a KEYS entry, and refuse keys that section 2 does not allow. Proves nothing about who wrote it.

    Raises:
        WeakKeyError: one of the three keys cannot be used.
        ProtocolError: its body is not a KEYS'.
    """
    body = decode_body(Kind.KEYS, unpack(entry.body))
    if not isinstance(body, Keys):
        raise FieldError("not a KEYS")
    sign_key(bytes.fromhex(body.sign))
    seal_key(bytes.fromhex(body.intake))
    seal_key(bytes.fromhex(body.duty))
    return body


def read_stated(entry: Entry) -> StatedHead:
    """Decode a HEAD whose signature was verified.

    Raises:
        ProtocolError: its body is not a HEAD's.
    """
    body = decode_body(Kind.HEAD, unpack(entry.body))
    if not isinstance(body, Head):
        raise NoHeadError("not a HEAD")
    return StatedHead(raw=entry.raw, stands=Position(entry.seq, entry.prev), body=body)
