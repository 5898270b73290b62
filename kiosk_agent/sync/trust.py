"""Whom a kiosk believes, from its enrolment code on (sections 4, 5 and 8 of docs/protocol.md).

The code's fingerprint names the server's first sign key, and KEYS entries bring the key itself: until one has, nothing
in a reply counts. A later KEYS entry, signed by the newest key, names that key's successor. From then on the successor
signs, and entries of the time before, when they are sent again, still count under the key of their time.
The name of the server's log follows from its first key and stays.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk_agent.errors import CodeSpentError, OtherCentreError
from kiosk_agent.store import Store, facts
from kiosk_agent.store.pinned import Pinned, PinnedKey
from sync_protocol.agent_session import Reply, StatedHead, read_stated
from sync_protocol.bodies import Keys, decode_body
from sync_protocol.bundle import read_bundle, write_bundle
from sync_protocol.entry import Entry, verify_entry
from sync_protocol.errors import BadSignatureError, NoHeadError, ProtocolError
from sync_protocol.keys import EnrolmentCode, server_log, sign_key
from sync_protocol.kinds import Kind
from sync_protocol.packing import unpack

CODE_SPENT: Final = (
    "Kode pendaftaran sudah pernah dipakai atau sudah kedaluwarsa. Minta admin pusat mengesahkan kios ini, lalu "
    "jalankan `kasih-kiosk sync`; atau minta kode baru dan jalankan `kasih-kiosk enrol` lagi."
)


def pin_first(data: bytes, device: bytes, fingerprint: bytes) -> Pinned:
    """Find the server's first key in a reply, as the enrolment code's fingerprint names it.

    Raises:
        NotABundleError: something else answered.
        NoHeadError: the reply brings no keys at all.
        OtherCentreError: it brings those of another centre.
        CodeSpentError: it brings no keys, so the centre waits for an admin (as far as an unproven reply tells).
    """
    entries, _ = read_bundle(data)
    strangers = False
    for entry, keys in _keys_entries(entries):
        sign = bytes.fromhex(keys.sign)
        if not EnrolmentCode(secret=b"", fingerprint=fingerprint).matches(sign):
            strangers = True
        elif entry.log == server_log(sign, device) and _is_signed(entry, keys.sign):
            return _succeed(entries, Pinned(log=entry.log.hex(), keys=[PinnedKey(sign=keys.sign)]))
    if strangers:
        raise OtherCentreError("Yang menjawab bukan pusat yang mencetak kode pendaftaran ini.")
    if any(entry.kind == Kind.HEAD for entry in entries):
        raise CodeSpentError(CODE_SPENT)
    raise NoHeadError("the reply brings no keys of a server")


def pinned_of(store: Store, data: bytes) -> Pinned:
    """Whom the kiosk believes already, else whom this reply brings.

    Raises:
        NotABundleError, NoHeadError, OtherCentreError, CodeSpentError: as for `pin_first`.
    """
    pinned = store.pinned
    if pinned is not None:
        return pinned
    device, fingerprint = store.device.log, store.fact(facts.FINGERPRINT) or b""
    stored = store.in_force(Kind.KEYS)  # Some are there where only the note of them has rotted.
    return pin_first(write_bundle(entry.raw for entry in stored) if stored else data, device, fingerprint)


def read_trusted(data: bytes, pinned: Pinned) -> tuple[Reply, Pinned]:
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
            elif entry.kind == Kind.ANSWER:
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
    """The KEYS entries whose body is well formed. Proves nothing."""
    found = []
    for entry in entries:
        if entry.kind == Kind.KEYS:
            try:
                body = decode_body(Kind.KEYS, unpack(entry.body))
                if isinstance(body, Keys):
                    sign_key(bytes.fromhex(body.sign))
                    found.append((entry, body))
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
