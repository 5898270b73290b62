# ruff: noqa: E501 - a vector stands on one line
"""Build the test vectors of the protocol: python scripts/build_vectors.py [--check].

Each file of tests/vectors holds vectors with one failure each: `input` in hex (or `text` where a person types or scans it),
`expect` ("ok", or the `code` of the error), and `comment`, which says where a reader must stop and why.
Keys and ephemeral keys are SHA-256 of their names, so that the same script gives the same bytes. The exception is zlib:
another implementation may pack in other bytes that unpack to the same, so `zlib` stands in each file.
"""

import argparse
import json
import struct
import sys
import zlib
from base64 import b32encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync_protocol import base32, bodies, keys, number
from sync_protocol.bundle import MAGIC, frame, write_bundle
from sync_protocol.dictionary import DICTIONARY_1
from sync_protocol.entry import DOMAIN, NO_PREV, Entry, parse_entry, write_entry
from sync_protocol.kinds import Kind
from sync_protocol.packing import pack
from sync_protocol.receipt import PREFIX, write_receipt
from sync_protocol.seal import duty_info, key_tag, seal_info
from sync_protocol.vocabulary import DeviceState, Identity
from tests.hpke_reference import seal_with

VECTORS = PROJECT / "tests" / "vectors"
NOON_MS = 1_767_240_000_000
"""2026-01-01, 12.00 in Kupang."""
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of the base point of edwards25519 (RFC 8032, section 5.1)."""

Vector = dict[str, Any]


def secret(name: str) -> bytes:
    """The 32 bytes that a name stands for."""
    return sha256(b"kasih vectors: " + name.encode()).digest()


def sign_key(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret(f"{name} sign"))


def seal_key(name: str) -> bytes:
    """The X25519 public key of this name."""
    return X25519PrivateKey.from_private_bytes(secret(f"{name} seal")).public_key().public_bytes_raw()


DEVICE, OTHER, SERVER, SUCCESSOR = map(sign_key, ("device", "other device", "server", "the server's next key"))
DEVICE_KEY, OTHER_KEY, SERVER_KEY, SUCCESSOR_KEY = (
    key.public_key().public_bytes_raw() for key in (DEVICE, OTHER, SERVER, SUCCESSOR)
)
DEVICE_LOG, OTHER_LOG = keys.device_log(DEVICE_KEY), keys.device_log(OTHER_KEY)
SERVER_LOG, OTHER_SERVER_LOG = keys.server_log(SERVER_KEY, DEVICE_LOG), keys.server_log(SERVER_KEY, OTHER_LOG)
INTAKE, DUTY, DEVICE_SEAL = seal_key("intake"), seal_key("duty"), seal_key("device")


class LogWriter:
    """Writes one log with a deterministic sealer."""

    def __init__(self, signer: Ed25519PrivateKey, log: bytes, recipient: bytes) -> None:
        self.signer, self.log, self.recipient = signer, log, recipient
        self.seq, self.prev = 0, NO_PREV

    def _seal(self, recipient: bytes, info: bytes, plaintext: bytes) -> bytes:
        return seal_with(sha256(b"ephemeral" + info).digest(), recipient, info, plaintext)

    def write(self, kind: int, body: bytes, *, sealed: bool = True, time_ms: int | None = None) -> Entry:
        """The next entry of the log."""
        self.seq += 1
        entry = self.write_at(kind, body, self.seq, self.prev, sealed=sealed, time_ms=time_ms)
        self.prev = entry.id
        return entry

    def write_at(
        self, kind: int, body: bytes, seq: int, prev: bytes, *, sealed: bool = True, time_ms: int | None = None
    ) -> Entry:
        """An entry anywhere."""
        return write_entry(
            kind=kind,
            time_ms=NOON_MS + 60_000 * seq if time_ms is None else time_ms,
            seq=seq,
            log=self.log,
            prev=prev,
            body=body,
            signer=self.signer,
            recipient=self.recipient if sealed else None,
            seal=self._seal,
        )

    def raw(self, kind: int, to: bytes, body: bytes, *, seq: int = 7, log: bytes | None = None) -> bytes:
        """An entry whose body is these very bytes, validly signed."""
        header = struct.pack(">BBHIII16s32s", 1, kind, 0, 0, seq, int.from_bytes(to), log or self.log, secret("prev"))
        return header + body + self.signer.sign(DOMAIN + header + sha256(body).digest())

    def header(self, kind: int, to: bytes, *, seq: int = 7) -> bytes:
        """The header that `raw` writes."""
        return self.raw(kind, to, b"", seq=seq)[:64]


def device_writer() -> LogWriter:
    return LogWriter(DEVICE, DEVICE_LOG, INTAKE)


def server_writer() -> LogWriter:
    return LogWriter(SERVER, SERVER_LOG, DEVICE_SEAL)


def flip(data: bytes, at: int, bit: int = 0) -> bytes:
    """The bytes with one bit turned over."""
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def vector(name: str, data: bytes, expect: str, comment: str, **more: object) -> Vector:
    return {"name": name, "expect": expect, "comment": comment, **more, "input": data.hex()}


def typed(name: str, text: str, expect: str, comment: str, **more: object) -> Vector:
    return {"name": name, "expect": expect, "comment": comment, **more, "text": text}


def deflate(data: bytes, dictionary: bytes | None = None) -> bytes:
    """Raw DEFLATE."""
    if dictionary is None:
        stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    else:
        stream = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, dictionary)
    return stream.compress(data) + stream.flush()


def sample_complaint() -> bodies.Complaint:
    """The complaint of docs/protocol.md."""
    return bodies.Complaint(
        category="PJU",
        kelurahan="53.71.04.1010",
        pin="402913",
        text="Lampu jalan mati dekat jembatan Liliba.",
        place="RT 07 RW 02",
        name="Maria Tefa",
        phone="081200000001",
        sms_ok=True,
    )


def entries() -> Iterator[Vector]:
    """One entry, read in this order: envelope, signature, recipient, seal, codec, JSON, fields."""
    writer = device_writer()
    key = bodies.Key(sign=DEVICE_KEY.hex(), seal=DEVICE_SEAL.hex(), name="Kios Liliba")
    first = writer.write(Kind.KEY, key.encode(), sealed=False)
    entry = writer.write(Kind.COMPLAINT, sample_complaint().encode())
    raw, tag, json_body = entry.raw, key_tag(INTAKE), sample_complaint().encode()
    yield vector(
        "a plain entry", first.raw, "ok", "seq 1, prev zeros, to zeros", id=first.id.hex(), body=key.encode().decode()
    )
    yield vector(
        "a complaint", raw, "ok", "the example of docs/protocol.md", id=entry.id.hex(), body=json_body.decode()
    )

    yield vector("127 bytes", raw[:64] + raw[-63:], "malformed-entry", "envelope: shorter than header and signature")
    yield vector(
        "128 bytes",
        writer.raw(Kind.CLOCK, bytes(4), b""),
        "unknown-codec",
        "envelope and signature hold; an empty body has no codec",
    )
    yield vector(
        "cut by one byte", raw[:-1], "bad-signature", "signature: the last 64 bytes are others, as is the body"
    )
    yield vector("one byte more", raw + b"\0", "bad-signature", "signature: as above, the other way")
    yield vector("empty", b"", "malformed-entry", "envelope")

    fields = {
        "kind": 1,
        "time": 7,
        "seq": 11,
        "to": 15,
        "log": 31,
        "prev": 63,
        "body, first byte": 64,
        "body, last byte": len(raw) - 65,
    }
    yield vector(
        "flipped bit in version",
        flip(raw, 0, 1),
        "unknown-version",
        "envelope: version 3 is not known, so nothing else is looked at",
    )
    yield vector("version 0", b"\0" + raw[1:], "unknown-version", "envelope")
    yield vector("version 2", b"\2" + raw[1:], "unknown-version", "envelope")
    for name, at in fields.items():
        yield vector(
            f"flipped bit in {name}", flip(raw, at), "bad-signature", "signature, before any attempt to open the body"
        )
    yield vector("flipped bit in R", flip(raw, len(raw) - 64), "bad-signature", "signature")
    yield vector("flipped bit in S", flip(raw, len(raw) - 32), "bad-signature", "signature")
    for name, at in {"kind": 1, "time": 2, "seq": 8, "to": 12, "log": 16, "prev": 32}.items():
        yield vector(
            f"flipped high bit in {name}",
            flip(raw, at, 7),
            "bad-signature",
            "signature: the first bit of the field counts too",
        )

    s = int.from_bytes(raw[-32:], "little")
    yield vector(
        "S plus the group order",
        raw[:-32] + (s + ORDER).to_bytes(32, "little"),
        "bad-signature",
        "signature: RFC 8032 wants S below L, else anyone can make a second signature of an entry",
    )
    yield vector("zero signature", raw[:-64] + bytes(64), "bad-signature", "signature")
    yield vector("S is zero", raw[:-32] + bytes(32), "bad-signature", "signature")
    yield vector(
        "signature of the entry before", raw[:-64] + first.signature, "bad-signature", "signature: of another message"
    )
    yield vector(
        "signed without the domain",
        raw[:-64] + DEVICE.sign(entry.message.removeprefix(DOMAIN)),
        "bad-signature",
        "signature: the message begins with 'kasih entry v1' and a line feed",
    )
    yield vector(
        "signed over the body itself",
        raw[:-64] + DEVICE.sign(DOMAIN + raw[:-64]),
        "bad-signature",
        "signature: the message holds SHA-256 of the body",
    )
    yield vector(
        "signed by another device",
        raw[:-64] + OTHER.sign(entry.message),
        "bad-signature",
        "signature: the log names the first device",
    )
    yield vector(
        "log of nobody",
        writer.raw(Kind.CLOCK, bytes(4), pack(b'{"reason":"boot"}'), log=secret("nobody")[:16]),
        "bad-signature",
        "signature: no key is known for this log, whoever signed",
    )
    yield vector(
        "log of another device",
        writer.raw(Kind.CLOCK, bytes(4), pack(b'{"reason":"boot"}'), log=OTHER_LOG),
        "bad-signature",
        "signature: the key of the log that is named did not sign",
    )

    other, intake_info = seal_key("somebody"), seal_info(writer.header(Kind.COMPLAINT, tag))
    packed, ephemeral = pack(json_body), secret("ephemeral")
    yield vector(
        "sealed to another key",
        writer.raw(
            Kind.COMPLAINT,
            key_tag(other),
            seal_with(ephemeral, other, seal_info(writer.header(Kind.COMPLAINT, key_tag(other))), packed),
        ),
        "wrong-recipient",
        "recipient: the header names a key that is not at hand",
    )
    yield vector(
        "sealed to another key under our tag",
        writer.raw(Kind.COMPLAINT, tag, seal_with(ephemeral, other, intake_info, packed)),
        "unseal",
        "seal: the tag is a hint, not a proof",
    )
    yield vector(
        "sealed body moved to another header",
        writer.raw(Kind.COMPLAINT, tag, entry.body),
        "unseal",
        "seal: the header is in the info, so a body belongs to one entry alone; the signature holds",
    )
    yield vector(
        "sealed body moved to another kind",
        writer.raw(Kind.NOTE, tag, seal_with(ephemeral, INTAKE, intake_info, packed)),
        "unseal",
        "seal: the kind is part of the header",
    )
    yield vector(
        "sealed without the domain",
        writer.raw(Kind.COMPLAINT, tag, seal_with(ephemeral, INTAKE, intake_info[14:], packed)),
        "unseal",
        "seal: the info begins with 'kasih seal v1' and a line feed",
    )
    sealed = seal_with(ephemeral, INTAKE, intake_info, packed)
    yield vector(
        "sealed, seq 7",
        writer.raw(Kind.COMPLAINT, tag, sealed),
        "ok",
        "the same as the others here, unaltered",
        body=json_body.decode(),
    )
    yield vector(
        "sealed, altered, signed again",
        writer.raw(Kind.COMPLAINT, tag, flip(sealed, 40)),
        "unseal",
        "seal: the tag of the AEAD",
    )
    yield vector("sealed, other encapsulated key", writer.raw(Kind.COMPLAINT, tag, flip(sealed, 0)), "unseal", "seal")
    yield vector("sealed, cut by one byte", writer.raw(Kind.COMPLAINT, tag, sealed[:-1]), "unseal", "seal")
    yield vector(
        "sealed, 47 bytes",
        writer.raw(Kind.COMPLAINT, tag, sealed[:47]),
        "unseal",
        "seal: shorter than encapsulated key and tag",
    )
    yield vector("sealed, no body", writer.raw(Kind.COMPLAINT, tag, b""), "unseal", "seal")
    yield vector(
        "encapsulated key of small order",
        writer.raw(Kind.COMPLAINT, tag, bytes(32) + sealed[32:]),
        "unseal",
        "seal: X25519 gives zeros, which a reader must refuse (RFC 7748, section 6.1)",
    )
    yield vector(
        "plain body under a recipient",
        writer.raw(Kind.COMPLAINT, tag, packed),
        "unseal",
        "seal: a header that names a recipient has a sealed body",
    )
    yield vector(
        "sealed body under to zero",
        writer.raw(Kind.COMPLAINT, bytes(4), b"\x77" + sealed[1:]),
        "unknown-codec",
        "codec: to zero means not sealed, so the first byte is taken as the codec",
    )

    for name, body in {
        "codec 0": b"\0" + json_body,
        "codec 1": b"\1" + deflate(json_body),
        "codec 2": b"\2" + deflate(json_body, DICTIONARY_1),
    }.items():
        yield vector(
            name,
            writer.raw(Kind.COMPLAINT, bytes(4), body),
            "ok",
            "all three codecs are read; not sealed here, to show the bytes",
            body=json_body.decode(),
        )
    yield vector(
        "kind 200",
        writer.raw(200, bytes(4), b'\0{"x":1}'),
        "ok",
        "an unknown kind is kept, sent on and acknowledged; its body is checked as JSON alone",
    )
    yield vector(
        "kind 200 without JSON",
        writer.raw(200, bytes(4), b"\0{"),
        "json",
        "JSON: stored raw and flagged, as any unreadable body",
    )
    yield vector(
        "kind 8 without JSON", writer.raw(Kind.BLOB, bytes(4), b"\0\xff\xd8"), "ok", "a BLOB's body is no JSON"
    )
    yield vector(
        "time zero",
        writer.raw(Kind.CLOCK, bytes(4), pack(b'{"reason":"boot"}')),
        "ok",
        "the writer knows its clock to be wrong",
    )
    yield vector(
        "greatest time and seq",
        writer.write_at(
            Kind.CLOCK, b'{"reason":"boot"}', 2**32 - 1, secret("prev"), sealed=False, time_ms=2**48 - 1
        ).raw,
        "ok",
        "48 and 32 bits, unsigned",
    )
    yield vector(
        "complaint of wrong fields",
        writer.raw(Kind.COMPLAINT, bytes(4), b'\0{"category":"PJU"}'),
        "field",
        "fields: kelurahan and pin are missing",
    )


def packed() -> Iterator[Vector]:
    """Packed bodies: a codec byte and data."""
    body = sample_complaint().encode()
    most, too_much = b'{"text":"' + b"a" * (65_536 - 11) + b'"}', b'{"text":"' + b"a" * (65_537 - 11) + b'"}'

    def ok(name: str, data: bytes, unpacked: bytes, comment: str) -> Vector:
        return vector(name, data, "ok", comment, size=len(unpacked), sha256=sha256(unpacked).hexdigest())

    yield ok("codec 0", b"\0" + body, body, "as it is")
    yield ok("codec 1", b"\1" + deflate(body), body, "raw DEFLATE, without zlib's header and checksum")
    yield ok("codec 2", b"\2" + deflate(body, DICTIONARY_1), body, "raw DEFLATE with dictionary 1")
    yield ok("codec 2 that does not use the dictionary", b"\2" + deflate(body), body, "a writer may do so")
    yield ok(
        "codec 1, stored block",
        b"\1\x01\x02\x00\xfd\xff{}",
        b"{}",
        "any DEFLATE stream, not only what one packer makes",
    )
    yield ok(
        "codec 1, two blocks",
        b"\1\x00\x01\x00\xfe\xff{\x01\x01\x00\xfe\xff}",
        b"{}",
        "the last block alone is marked as final",
    )
    yield ok("codec 0, nothing", b"\0", b"", "unpacks to nothing; JSON refuses it later")
    yield ok("65,536 bytes, codec 1", b"\1" + deflate(most), most, "the most that a body may be")
    yield ok("65,536 bytes, codec 2", b"\2" + deflate(most, DICTIONARY_1), most, "the most that a body may be")
    yield vector("65,537 bytes, codec 1", b"\1" + deflate(too_much), "inflate", "one byte more than the limit")
    yield vector(
        "65,537 bytes, codec 2", b"\2" + deflate(too_much, DICTIONARY_1), "inflate", "one byte more than the limit"
    )
    yield vector(
        "bomb",
        b"\1" + deflate(bytes(4_000_000)),
        "inflate",
        "4 MB of zeros: a reader stops at 65,536 bytes and never holds the rest",
    )
    yield vector("nothing", b"", "unknown-codec", "not even a codec")
    for codec in (3, 0x7B, 255):
        yield vector(
            f"codec {codec}",
            bytes([codec]) + body,
            "unknown-codec",
            "a codec that version 1 does not know" if codec != 0x7B else "JSON without a codec byte",
        )
    cut = deflate(body, DICTIONARY_1)
    yield vector("cut by one byte", b"\2" + cut[:-1], "inflate", "the stream does not end")
    yield vector("cut in half", b"\2" + cut[: len(cut) // 2], "inflate", "the stream does not end")
    yield vector("no stream", b"\2", "inflate", "the stream does not end")
    yield vector(
        "trailing zero byte",
        b"\2" + cut + b"\0",
        "inflate",
        "data after the end of the stream: two texts of one entry must not exist",
    )
    yield vector("a second stream", b"\2" + cut + cut, "inflate", "data after the end of the stream")
    yield vector("zlib header", b"\1" + zlib.compress(body, 9), "inflate", "zlib's format instead of raw DEFLATE")
    yield vector(
        "gzip",
        b"\1" + bytes.fromhex("1f8b080000000000000203") + deflate(body),
        "inflate",
        "gzip instead of raw DEFLATE",
    )
    yield vector("reserved block type", b"\1\x07", "inflate", "BTYPE 11 (RFC 1951, section 3.2.3)")
    yield vector("stored block, wrong complement", b"\1\x01\x02\x00\xfd\xfe{}", "inflate", "LEN and NLEN do not fit")
    yield vector(
        "distance before the start",
        b"\1" + cut,
        "inflate",
        "packed with the dictionary, named as without: it points to what is not there",
    )


def sign_keys() -> Iterator[Vector]:
    """Ed25519 public keys, at enrolment and wherever else a key comes in."""
    yield vector("a key", DEVICE_KEY, "ok", "the device of these vectors")
    yield vector("31 bytes", DEVICE_KEY[:31], "weak-key", "length")
    yield vector("33 bytes", DEVICE_KEY + b"\0", "weak-key", "length")
    yield vector("nothing", b"", "weak-key", "length")
    y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
    small = {"0, order 4": 0, "1, order 1": 1, "-1, order 2": P - 1, "y of order 8": y8, "-y of order 8": P - y8}
    for name, y in small.items():
        for sign in (0, 1):
            yield vector(
                f"small order: y = {name}, sign {sign}",
                (y | sign << 255).to_bytes(32, "little"),
                "weak-key",
                "a signature under it proves nothing",
            )
    for y in (P, P + 1, 2**255 - 1):
        yield vector(
            f"not canonical: y = 2^255 - {2**255 - y}",
            y.to_bytes(32, "little"),
            "weak-key",
            "y is not below 2^255 - 19: a second name for one key",
        )
    yield vector("no point", (2).to_bytes(32, "little"), "weak-key", "no x fits y = 2 (RFC 8032, section 5.1.3)")


def seal_keys() -> Iterator[Vector]:
    """X25519 public keys."""
    yield vector("a key", INTAKE, "ok", "the intake key of these vectors")
    yield vector("base point", (9).to_bytes(32, "little"), "ok", "u = 9")
    yield vector("31 bytes", INTAKE[:31], "weak-key", "length")
    yield vector("33 bytes", INTAKE + b"\0", "weak-key", "length")
    u8 = (
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
    )
    for name, u in {"0": 0, "1": 1, "-1": P - 1, "of order 8": u8[0], "of order 8, the other": u8[1]}.items():
        yield vector(
            f"small order: u = {name}",
            u.to_bytes(32, "little"),
            "weak-key",
            "the shared secret is zeros whatever the private key (RFC 7748, section 6.1)",
        )
    for u in (P, P + 1, P + 9, 2**255 - 1):
        yield vector(
            f"not canonical: u = 2^255 - {2**255 - u}",
            u.to_bytes(32, "little"),
            "weak-key",
            "u is not below 2^255 - 19: a second name for one key",
        )
    yield vector(
        "high bit set",
        flip(INTAKE, 31, 7),
        "weak-key",
        "RFC 7748 ignores the bit, so it would be a second name for one key",
    )
    yield vector(
        "tag of zeros",
        b"kasih: its tag is zero. " + 0x10CE01B97.to_bytes(8, "little"),
        "weak-key",
        "SHA-256 begins with four zero bytes, which would say that the body is not sealed; found by search",
    )


def numbers() -> Iterator[Vector]:
    """Numbers as people type them; `number` is the written form."""
    sample = bytes(range(32))
    for name, entry_id in {
        "00 01 02 ... 1f": sample,
        "zeros": bytes(32),
        "ones": b"\xff" * 32,
        "a hash": secret("a complaint"),
    }.items():
        written = number.number_of(entry_id)
        yield typed(
            f"id {name}", written, "ok", "45 bits of the id and a check symbol", id=entry_id.hex(), number=written
        )
    good = "7KQM9-XD4TF"
    for name, text in {
        "lower case": "7kqm9-xd4tf", "no hyphen": "7KQM9XD4TF", "spaces": " 7KQM9 XD4TF ", "hyphens anywhere": "7-K-Q-M-9X-D4TF",
        "typographic hyphen": "7KQM9\u2011XD4TF", "full stop": "7KQM9.XD4TF", "line break": "7KQM9\nXD4TF",
    }.items():  # fmt: skip
        yield typed(name, text, "ok", "case, spaces, hyphens, full stops and line breaks do not matter", number=good)
    yield typed("O for 0, I and l for 1", "OOOG4-OR4oY", "ok", "O is read as 0", number="000G4-0R40Y")
    one = base32.text([*[1] * 9, base32.check_symbol([1] * 9)])
    yield typed("I and l for 1", one.replace("1", "I", 4).replace("1", "l"), "ok", "I and L are read as 1", number=one)
    for name, text in {
        "nine symbols": "7KQM9-XD4T", "eleven symbols": "7KQM9-XD4TFF", "nothing": "", "the letter U": "7KQM9-XD4TU", "a Greek letter": "7KQM9-XD4T\u03a6",
        "a full-width digit": "\uff17KQM9-XD4TF", "a slash": "7KQM9/XD4TF",
    }.items():  # fmt: skip
        yield typed(name, text, "number", "not ten symbols of the alphabet")
    for at in range(10):
        symbols = base32.symbols(good) or []
        for value in range(32):
            if value != symbols[at]:
                wrong = base32.text([*symbols[:at], value, *symbols[at + 1 :]])
                yield typed(
                    f"symbol {at + 1} as {base32.ALPHABET[value]}", wrong, "number", "check symbol: one wrong symbol"
                )
    for left in range(10):
        for right in range(left + 1, 10):
            symbols = base32.symbols(good) or []
            symbols[left], symbols[right] = symbols[right], symbols[left]
            yield typed(
                f"symbols {left + 1} and {right + 1} swapped",
                base32.text(symbols),
                "number",
                "check symbol: two symbols swapped",
            )


def pins() -> Iterator[Vector]:
    """PINs from the 128 random bits of a form."""
    for name, ref in {
        "zeros": bytes(16),
        "ones": b"\xff" * 16,
        "00 01 ... 0f": bytes(range(16)),
        "a leading zero": secret("pin 3")[:16],
    }.items():
        yield vector(
            f"ref {name}",
            ref,
            "ok",
            "HMAC-SHA256(ref, 'pin') as one big-endian integer, its last decimal digits",
            pin=number.pin_of(ref),
            long_pin=number.pin_of(ref, 16),
        )


def codes() -> Iterator[Vector]:
    """Enrolment codes: 60 bits of a secret, 60 bits of SHA-256 of the server's sign key, a check symbol."""
    code = keys.new_code(secret("code"), SERVER_KEY)
    text = keys.write_code(code)
    parts = {
        "secret": code.secret.hex(),
        "fingerprint": code.fingerprint.hex(),
        "mac": code.mac(DEVICE_KEY, DEVICE_SEAL).hex(),
    }
    yield typed("a code", text, "ok", "for the server key of these vectors; mac is that of its device's KEY", **parts)
    yield typed("lower case without hyphens", text.lower().replace("-", ""), "ok", "as numbers are typed", **parts)
    yield typed("24 symbols", text[:-1], "code", "length")
    yield typed("26 symbols", text + "0", "code", "length")
    yield typed("the letter U", "U" + text[1:], "code", "not of the alphabet")
    symbols = base32.symbols(text) or []
    for at in (0, 11, 12, 23, 24):
        wrong = [*symbols[:at], symbols[at] ^ 1, *symbols[at + 1 :]]
        yield typed(f"symbol {at + 1} wrong", base32.text(wrong), "code", "check symbol")
    yield typed(
        "symbols 1 and 25 swapped", base32.text([symbols[24], *symbols[1:24], symbols[0]]), "code", "check symbol"
    )
    yield typed("nothing", "", "code", "length")


def receipts() -> Iterator[Vector]:
    """Receipts: header, SHA-256 of the body, signature, in base32; verified with the key of the device alone."""
    writer = device_writer()
    entry = writer.write(Kind.COMPLAINT, sample_complaint().encode())
    text = write_receipt(entry)
    data = entry.header + sha256(entry.body).digest() + entry.signature

    def made(altered: bytes) -> str:
        return PREFIX + b32encode(altered).decode().rstrip("=")

    yield typed("a receipt", text, "ok", "264 characters", number=number.number_of(entry.id), id=entry.id.hex())
    yield typed(
        "lower case with line breaks",
        "\n".join(text.lower()[at : at + 40] for at in range(0, 264, 40)),
        "ok",
        "as a scanner or a typist gives it",
        number=number.number_of(entry.id),
        id=entry.id.hex(),
    )
    yield typed("no prefix", text.removeprefix(PREFIX), "receipt", "prefix")
    yield typed("other prefix", "KASIH2R:" + text.removeprefix(PREFIX), "receipt", "prefix")
    yield typed("cut by one character", text[:-1], "receipt", "length")
    yield typed("one byte more", made(data + b"\0"), "receipt", "length")
    yield typed("the digit 1", text[:-1] + "1", "receipt", "not base32 of RFC 4648")
    yield typed("a letter with an accent", text[:-1] + "\u00c9", "receipt", "not base32 of RFC 4648")
    yield typed("nothing after the prefix", PREFIX, "receipt", "length")
    yield typed("version 2", made(b"\2" + data[1:]), "unknown-version", "envelope")
    for name, at in {
        "kind": 1,
        "time": 7,
        "seq": 11,
        "to": 15,
        "log": 31,
        "prev": 63,
        "hash of the body": 64,
        "R": 96,
        "S": 130,
    }.items():
        yield typed(f"flipped bit in {name}", made(flip(data, at)), "bad-signature", "signature")
    yield typed("signed by another device", made(data[:-64] + OTHER.sign(entry.message)), "bad-signature", "signature")


def json_rules() -> Iterator[tuple[str, int, bytes, str, str]]:
    """(name, kind, body, expect, comment) of section 9's rules, which hold for every kind that is JSON."""
    health = int(Kind.HEALTH)
    yield "empty object", health, b"{}", "ok", "all fields of HEALTH may be left out"
    yield "unknown field", health, b'{"colour":{"of":["x"]}}', "ok", "unknown fields are skipped"
    yield "white space", health, b' {\n"queue" : 1\t}\r\n', "ok", "as JSON allows"
    yield "escapes", health, b'{"modem":"\\u0041\\n\\ud83d\\ude00"}', "ok", "escapes, also of a pair of surrogates"
    yield "escaped key", health, b'{"\\u0071ueue":1}', "ok", "the key is queue"
    yield "escaped backslash before u0000", health, b'{"modem":"\\\\u0000"}', "ok", "no NUL: a backslash and letters"
    yield "depth 32", health, b'{"x":' + b"[" * 31 + b"]" * 31 + b"}", "ok", "an object and 31 lists"
    yield "depth 33", health, b'{"x":' + b"[" * 32 + b"]" * 32 + b"}", "json", "nested deeper than 32"
    yield "depth 33 of objects", health, b'{"x":' * 33 + b"1" + b"}" * 33, "json", "nested deeper than 32"
    yield "depth 6,000", health, b"[" * 6_000, "json", "nested deeper than 32: refused before a parser recurses"
    yield "40 brackets in a text", health, b'{"modem":"' + b"[" * 40 + b'"}', "ok", "brackets in a text are no nesting"
    yield (
        "40 brackets after an escaped quote",
        health,
        b'{"modem":"\\"' + b"[" * 40 + b'"}',
        "ok",
        "the quote does not end the text",
    )
    yield "40 lists side by side", health, b'{"x":[' + b"[]," * 39 + b"[]]}", "ok", "many, but not deep"
    yield (
        "unclosed text of escaped quotes",
        health,
        b"[" * 33 + b'"' + b'\\"' * 3_000,
        "json",
        "refused in time that grows with the length alone",
    )
    yield "duplicate key", health, b'{"queue":1,"queue":2}', "json", "duplicate keys"
    yield (
        "duplicate key, one escaped",
        health,
        b'{"queue":1,"\\u0071ueue":2}',
        "json",
        "duplicate keys: compared after unescaping",
    )
    yield "duplicate unknown key", health, b'{"x":1,"x":1}', "json", "duplicate keys, also where the field is unknown"
    yield "duplicate key within", health, b'{"x":{"y":1,"y":1}}', "json", "duplicate keys at any depth"
    yield (
        "NUL as it is",
        health,
        b'{"modem":"a\0b"}',
        "json",
        "a control character must be escaped, and NUL may not stand at all",
    )
    yield "NUL escaped", health, b'{"modem":"a\\u0000b"}', "json", "NUL"
    yield "NUL in an unknown field", health, b'{"x":["\\u0000"]}', "json", "NUL anywhere"
    yield "NUL in a key", health, b'{"\\u0000":1}', "json", "NUL anywhere"
    yield "control character", health, b'{"modem":"a\x01b"}', "json", "RFC 8259: to be escaped"
    yield "lone high surrogate", health, b'{"modem":"\\ud83d"}', "json", "no character"
    yield "lone low surrogate", health, b'{"modem":"\\uDE00"}', "json", "no character"
    yield "surrogates the wrong way round", health, b'{"modem":"\\ude00\\ud83d"}', "json", "no character"
    yield "lone surrogate in an unknown field", health, b'{"x":["\\uD83D"]}', "json", "no character, wherever it stands"
    yield "lone surrogate in a key", health, b'{"\\uDe00":1}', "json", "no character, wherever it stands"
    yield "surrogate as UTF-8", health, b'{"modem":"\xed\xa0\xbd"}', "json", "UTF-8 has no surrogates"
    yield "invalid UTF-8", health, b'{"modem":"\xff"}', "json", "not UTF-8"
    yield "overlong UTF-8", health, b'{"modem":"\xc0\x80"}', "json", "not UTF-8"
    yield "cut UTF-8", health, b'{"modem":"\xe2\x82"}', "json", "not UTF-8"
    yield "invalid UTF-8 in an unknown field", health, b'{"x":"\xff"}', "json", "not UTF-8, wherever it stands"
    yield "UTF-16", health, '{"queue":1}'.encode("utf-16-le"), "json", "UTF-8 alone"
    yield "byte order mark", health, b"\xef\xbb\xbf{}", "json", "none is allowed"
    yield "2^63 - 1 in an unknown field", health, b'{"x":9223372036854775807}', "ok", "the greatest integer"
    yield "2^63 in an unknown field", health, b'{"x":9223372036854775808}', "json", "beyond 64 bits, signed"
    yield "-2^63 in an unknown field", health, b'{"x":-9223372036854775808}', "ok", "the least integer"
    yield "-2^63 - 1 in an unknown field", health, b'{"x":-9223372036854775809}', "json", "beyond 64 bits, signed"
    yield (
        "an integer of 5,000 digits",
        health,
        b'{"x":' + b"9" * 5_000 + b"}",
        "json",
        "beyond 64 bits; refused by its length",
    )
    yield "NaN", health, b'{"x":NaN}', "json", "not JSON"
    yield "Infinity", health, b'{"x":-Infinity}', "json", "not JSON"
    yield "leading zero", health, b'{"queue":01}', "json", "not JSON"
    yield "comma at the end", health, b'{"queue":1,}', "json", "not JSON"
    yield "single quotes", health, b"{'queue':1}", "json", "not JSON"
    yield "comment", health, b"{}//", "json", "not JSON"
    yield "two values", health, b"{}{}", "json", "one value alone"
    yield "nothing", health, b"", "json", "no value"
    yield "cut", health, b'{"queue":1', "json", "the object does not end"
    yield "a list", health, b"[]", "field", "a body is an object"
    yield "null", health, b"null", "field", "a body is an object"
    yield "unknown kind, any JSON", 99, b"[1]", "ok", "no fields are known, so the JSON rules alone hold"
    yield "unknown kind, duplicate key", 99, b'{"a":1,"a":1}', "json", "and they hold"
    yield "unknown kind, lone surrogate", 99, b'{"a":"\\ud83d"}', "json", "and they hold"
    yield "unknown kind, NaN", 99, b'{"a":NaN}', "json", "and they hold"
    yield "unknown kind, Infinity", 99, b'{"a":-Infinity}', "json", "and they hold"
    yield "unknown kind, NUL", 99, b'{"a":"\\u0000"}', "json", "and they hold"


def with_field(base: dict[str, object], field: str, value: object) -> bytes:
    return json.dumps({**base, field: value}, ensure_ascii=False, separators=(",", ":")).encode()


def field_rules() -> Iterator[tuple[str, int, bytes, str, str]]:
    """(name, kind, body, expect, comment): bounds of fields, at the last allowed value and one beyond."""
    an_id = secret("id").hex()
    complaint: dict[str, object] = {"category": "PJU", "kelurahan": "53.71.04.1010", "pin": "402913"}
    bases: dict[Kind, dict[str, object]] = {
        Kind.HEAD: {}, Kind.KEY: {"sign": an_id, "seal": an_id}, Kind.COMPLAINT: complaint, Kind.NOTE: {"number": "7KQM9-XD4TF", "type": "amended"},
        Kind.SMS_IN: {"from": "+6281200000001"}, Kind.SMS_RESULT: {"key": an_id, "state": "sent"}, Kind.CLOCK: {"reason": "boot"},
        Kind.LOST: {"seq": 1, "id": an_id, "prev": an_id}, Kind.HEALTH: {}, Kind.QUERY: {"number": "7KQM9-XD4TF", "pin": "402913", "nonce": an_id[:32]},
        Kind.ANSWER: {"nonce": an_id[:32]}, Kind.STATUS: {"case": an_id, "status": "PROSES"}, Kind.SMS_OUT: {"key": an_id, "to": "+6281200000001", "text": "KASIH"},
        Kind.CONFIG: {"unit": "KEL-LILIBA"}, Kind.MASTER: {"table": "unit", "rows": []}, Kind.KEYS: {"sign": an_id, "intake": an_id, "duty": an_id},
        Kind.PRUNE: {"upto": an_id},
    }  # fmt: skip
    for kind, base in bases.items():
        name = kind.name
        yield f"{name}, least", kind, json.dumps(base).encode(), "ok", "the fields that must be there"
        for field in base:
            less = {key: value for key, value in base.items() if key != field}
            yield f"{name} without {field}", kind, json.dumps(less).encode(), "field", f"{field} is missing"
            yield f"{name}, {field} null", kind, with_field(base, field, None), "field", f"{field} is of another type"
        yield (
            f"{name}, unknown field",
            kind,
            with_field(base, "since_version_9", {"a": [1]}),
            "ok",
            "unknown fields are skipped",
        )

    def bound(
        kind: Kind, field: str, good: object, bad: object, why: str
    ) -> Iterator[tuple[str, int, bytes, str, str]]:
        yield (
            f"{kind.name}, {field}: {why}, just in",
            kind,
            with_field(bases[kind], field, good),
            "ok",
            f"{field}: {why}",
        )
        yield (
            f"{kind.name}, {field}: {why}, just out",
            kind,
            with_field(bases[kind], field, bad),
            "field",
            f"{field}: {why}",
        )

    yield from bound(Kind.HEAD, "have", an_id, an_id[:-1], "64 hex digits")
    yield from bound(Kind.HEAD, "root", an_id, an_id + "0", "64 hex digits")
    yield from bound(Kind.HEAD, "safe", an_id, an_id.upper(), "lower case")
    yield from bound(Kind.HEAD, "have", None, "g" * 64, "null where there is none")
    yield from bound(Kind.HEAD, "want", [an_id] * 32, [an_id] * 33, "32 ids at most")
    yield from bound(Kind.HEAD, "want", [], [an_id[:-1]], "ids")
    yield from bound(Kind.HEAD, "v", 1, 0, "1 or more")
    yield from bound(Kind.HEAD, "v", 255, 256, "255 at most")
    yield from bound(Kind.HEAD, "max", 0, -1, "0 or more")
    yield from bound(Kind.HEAD, "max", 2**31, 2**31 + 1, "2^31 at most")
    yield from bound(Kind.HEAD, "state", "revoked", "lost", "a known state")
    yield from bound(Kind.HEAD, "now", 2**53 - 1, 2**53, "below 2^53")
    yield from bound(Kind.KEY, "sign", an_id, an_id + "\n", "nothing after the digits")
    yield from bound(Kind.KEY, "mac", an_id, "", "64 hex digits or absent")
    yield from bound(Kind.KEY, "name", "x" * 200, "x" * 201, "200 characters at most")
    yield from bound(Kind.COMPLAINT, "text", "x" * 4_000, "x" * 4_001, "4,000 characters at most")
    yield from bound(
        Kind.COMPLAINT, "text", "\U0001f621" * 4_000, "\U0001f621" * 4_001, "characters are counted, not bytes"
    )
    yield from bound(Kind.COMPLAINT, "place", "x" * 200, "x" * 201, "200 characters at most")
    yield from bound(Kind.COMPLAINT, "name", "x" * 200, "x" * 201, "200 characters at most")
    yield from bound(Kind.COMPLAINT, "operator", "x" * 200, "x" * 201, "200 characters at most")
    yield from bound(Kind.COMPLAINT, "category", "x" * 40, "x" * 41, "40 characters at most")
    yield from bound(Kind.COMPLAINT, "kelurahan", "x" * 40, "x" * 41, "40 characters at most")
    yield from bound(Kind.COMPLAINT, "channel", "x" * 40, "x" * 41, "40 characters at most; an unknown channel is kept")
    yield from bound(Kind.COMPLAINT, "accused", "x" * 40, "x" * 41, "40 characters at most")
    yield from bound(Kind.COMPLAINT, "pin", "000000", "00000", "6 digits or more")
    yield from bound(Kind.COMPLAINT, "pin", "0" * 16, "0" * 17, "16 digits at most")
    yield from bound(Kind.COMPLAINT, "pin", "402913", "40291\u0663", "ASCII digits")
    yield from bound(Kind.COMPLAINT, "pin", "402913", 402913, "a text")
    yield from bound(Kind.COMPLAINT, "phone", "", "12", "empty, or 3 digits or more")
    yield from bound(Kind.COMPLAINT, "phone", "+" + "1" * 18, "1" * 19, "18 digits at most")
    yield from bound(
        Kind.COMPLAINT, "phone", "081200000001", "0812-0000-0001", "digits, with one plus sign before them at most"
    )
    yield from bound(Kind.COMPLAINT, "phone", "081200000001", "081200000001\n", "nothing after the digits")
    yield from bound(Kind.COMPLAINT, "identity", "unnamed", "hidden", "a known identity")
    yield from bound(Kind.COMPLAINT, "sms_ok", True, 1, "true or false")
    yield from bound(Kind.COMPLAINT, "row", 2**53 - 1, 2**53, "below 2^53")
    yield from bound(Kind.COMPLAINT, "row", 0, -1, "0 or more")
    yield from bound(Kind.COMPLAINT, "row", 5, "5", "a number")
    yield from bound(Kind.COMPLAINT, "row", 5, 5.0, "an integer, not 5.0")
    yield from bound(Kind.COMPLAINT, "sms", [an_id] * 255, [an_id] * 256, "255 parts at most")
    yield from bound(Kind.COMPLAINT, "flags", ["draft"] * 16, ["draft"] * 17, "16 flags at most")
    yield from bound(Kind.COMPLAINT, "secret", {"text": "AAAA", "person": ""}, {"text": "AAAA"}, "both seals")
    yield from bound(Kind.COMPLAINT, "secret", None, {"text": "A!AA", "person": ""}, "base64")
    yield from bound(Kind.NOTE, "rating", 5, 6, "5 at most")
    yield from bound(Kind.NOTE, "pin", "x" * 16, "x" * 17, "16 characters at most; a wrong PIN is still a note")
    yield from bound(Kind.SMS_IN, "flags", ["x"] * 16, ["x"] * 17, "16 flags at most")
    yield from bound(Kind.SMS_IN, "parts", [an_id], ["x"], "hashes")
    yield from bound(Kind.CLOCK, "offset_ms", -(2**53) + 1, -(2**53), "above -2^53")
    yield from bound(Kind.CLOCK, "jump_ms", 2**53 - 1, 2**53, "below 2^53")
    yield from bound(Kind.LOST, "seq", 0, -1, "0 or more")
    yield from bound(Kind.HEALTH, "modem", "x" * 200, "x" * 201, "200 characters at most")
    yield from bound(Kind.HEALTH, "queue", 0, -1, "0 or more")
    yield from bound(Kind.QUERY, "nonce", "0" * 32, "0" * 31, "32 hex digits")
    yield from bound(Kind.ANSWER, "answer", "x" * 4_000, "x" * 4_001, "4,000 characters at most")
    yield from bound(Kind.STATUS, "box", "AAAA", "AAA", "base64 with its padding")
    yield from bound(Kind.SMS_OUT, "priority", 0, -1, "0 or more")
    yield from bound(Kind.CONFIG, "poll_s", 1, 0, "1 or more")
    yield from bound(Kind.CONFIG, "poll_s", 86_400, 86_401, "a day at most")
    yield from bound(Kind.CONFIG, "settings", {"a": "b"}, {"a": 1}, "texts")
    yield from bound(Kind.MASTER, "rows", [{"kode": "A"}], [{"kode": 1}], "rows of texts")


def json_bodies() -> Iterator[Vector]:
    for name, kind, body, expect, comment in (*json_rules(), *field_rules()):
        yield vector(name, body, expect, comment, kind=int(kind))


def bundles() -> Iterator[Vector]:
    """Bundles: how many entries are read, how many frames skipped as malformed, how many bytes left of a cut frame."""
    writer = device_writer()
    first = writer.write(Kind.CLOCK, b'{"reason":"boot"}', sealed=False)
    second = writer.write(Kind.COMPLAINT, sample_complaint().encode())
    whole = write_bundle([first.raw, second.raw])

    def ok(name: str, data: bytes, read: Iterable[Entry], comment: str, malformed: int = 0, rest: int = 0) -> Vector:
        return vector(
            name, data, "ok", comment, entries=[entry.id.hex() for entry in read], malformed=malformed, rest=rest
        )

    yield ok("two entries", whole, [first, second], "magic, then frames in a row")
    yield ok("magic alone", MAGIC, [], "a bundle without entries")
    yield ok(
        "the same entry twice",
        write_bundle([first.raw, first.raw]),
        [first, first],
        "harmless: entries are known by their id",
    )
    yield ok("last frame cut", whole[:-1], [first], "an incomplete last frame is ignored", rest=len(second.raw) + 1)
    yield ok(
        "last frame cut after its length",
        whole[: len(MAGIC) + 2 + len(first.raw) + 2],
        [first],
        "an incomplete last frame is ignored",
        rest=2,
    )
    yield ok("one byte of a length", whole + b"\0", [first, second], "an incomplete last frame is ignored", rest=1)
    yield ok(
        "frame of length 0",
        write_bundle([b"", first.raw]),
        [first],
        "malformed: skipped and counted, what follows is read",
        1,
    )
    yield ok("frame of 127 bytes", write_bundle([first.raw[:127], second.raw]), [second], "malformed", 1)
    yield ok(
        "entry of version 2",
        write_bundle([b"\2" + first.raw[1:], second.raw]),
        [second],
        "malformed: a reader that does not know the layout skips the frame",
        1,
    )
    yield ok(
        "frame longer than the file",
        MAGIC + b"\xff\xff" + first.raw,
        [],
        "an incomplete last frame, however much its length claims",
        rest=2 + len(first.raw),
    )
    yield ok(
        "wrong signature",
        write_bundle([flip(first.raw, len(first.raw) - 1), second.raw]),
        [parse_entry(flip(first.raw, len(first.raw) - 1)), second],
        "reading a bundle proves nothing: the signature is checked next",
    )
    yield ok(
        "length one too small",
        MAGIC + struct.pack(">H", len(first.raw) - 1) + first.raw,
        [parse_entry(first.raw[:-1])],
        "the frames that follow are off by one; the signature finds out",
        rest=1,
    )
    yield vector("nothing", b"", "not-a-bundle", "no magic")
    yield vector("half the magic", MAGIC[:5], "not-a-bundle", "the magic is cut")
    yield vector("other magic", b"KASIH2\r\n" + whole[8:], "not-a-bundle", "another layout")
    yield vector("line ends changed", b"KASIH1\n" + whole[8:], "not-a-bundle", "something on the way took it for text")
    yield vector(
        "a captive portal", b"<html><title>Login</title></html>", "not-a-bundle", "HTTP 200 with a page proves nothing"
    )
    yield vector("frames without magic", whole[8:], "not-a-bundle", "no magic")
    yield vector("white space before", b"\n" + whole, "not-a-bundle", "the magic stands first")


def servers() -> Iterator[Vector]:
    """Whose keys a reply brings, for a device that knows nothing of its server but the code's fingerprint."""
    ours = server_writer()
    named = ours.write(Kind.KEYS, _keys_body(SERVER_KEY), sealed=False)
    theirs = LogWriter(OTHER, keys.server_log(OTHER_KEY, DEVICE_LOG), DEVICE_SEAL)
    strange = theirs.write(Kind.KEYS, _keys_body(OTHER_KEY), sealed=False)
    claimed = LogWriter(OTHER, SERVER_LOG, DEVICE_SEAL).write(Kind.KEYS, _keys_body(SERVER_KEY), sealed=False)
    misplaced = LogWriter(SERVER, OTHER_SERVER_LOG, DEVICE_SEAL).write(Kind.KEYS, _keys_body(SERVER_KEY), sealed=False)
    elsewhere = LogWriter(SERVER, OTHER_SERVER_LOG, DEVICE_SEAL).write(
        Kind.KEYS, _keys_body(SUCCESSOR_KEY), sealed=False
    )
    mark = keys.new_code(bytes(8), SERVER_KEY).fingerprint.hex()
    for name, entries, expect, comment in (
        ("our server", [named], "ok", "the fingerprint fits the key, and the key signed the entry"),
        ("two servers", [strange, named], "ok", "the stranger's keys are passed over"),
        ("another server", [strange], "other-server", "the fingerprint does not fit"),
        ("our key, not signed by it", [claimed], "no-head", "anyone can name a key"),
        ("our key, in the log of another device", [misplaced], "no-head", "the log is not ours"),
        (
            "a successor, in the log of another device",
            [named, elsewhere],
            "ok",
            "what it says of places is true of that log alone",
        ),
        ("no keys", [], "no-head", "a device that is pending gets none"),
    ):
        yield vector(name, write_bundle(one.raw for one in entries), expect, comment, fingerprint=mark)


def _keys_body(sign: bytes) -> bytes:
    return bodies.Keys(sign=sign.hex(), intake=secret("intake").hex(), duty=secret("duty").hex()).encode()


def replies() -> Iterator[Vector]:
    """What a device makes of a reply, holding the server's key and knowing the name of the server's log for it."""
    down = server_writer()
    config = down.write(Kind.CONFIG, bodies.Config(unit="KEL-LILIBA", poll_s=60).encode(), sealed=False)
    status = down.write(Kind.STATUS, bodies.Status(case=secret("case").hex(), status="PROSES").encode())
    new_kind = down.write(77, b"{}", sealed=False)
    answer = down.write_at(Kind.ANSWER, bodies.Answer(nonce=secret("n")[:16].hex()).encode(), 0, NO_PREV)
    body = bodies.Head(have=secret("have").hex(), state=DeviceState.ACTIVE, now=NOON_MS)

    def head(writer: LogWriter, have: bodies.Head = body, seq: int = 3) -> Entry:
        return writer.write_at(Kind.HEAD, have.encode(), seq, new_kind.id, sealed=False)

    good = head(down)
    later = head(down, bodies.Head(have=secret("later").hex(), state=DeviceState.ACTIVE, now=NOON_MS), seq=3)
    foreign = LogWriter(SERVER, OTHER_SERVER_LOG, DEVICE_SEAL)
    impostor = LogWriter(OTHER, SERVER_LOG, DEVICE_SEAL)
    device = device_writer()

    def ok(name: str, data: list[bytes], comment: str, stored: list[Entry], *, transient: int = 0, skipped: int = 0, have: str = body.have or "", rest: bytes = b"") -> Vector:  # fmt: skip
        return vector(
            name,
            write_bundle(data) + rest,
            "ok",
            comment,
            entries=[one.id.hex() for one in stored],
            transient=transient,
            skipped=skipped,
            have=have,
        )

    yield ok("HEAD alone", [good.raw], "the receipt, and nothing new", [])
    yield ok("HEAD and entries", [good.raw, config.raw, status.raw], "kept in the order received", [config, status])
    yield ok("HEAD last", [config.raw, good.raw], "a HEAD may stand anywhere", [config])
    yield ok("two HEADs", [good.raw, later.raw], "the last one counts", [], have=secret("later").hex())
    yield ok("unknown kind", [good.raw, new_kind.raw], "kept, for a later version to read", [new_kind])
    yield ok("ANSWER", [good.raw, answer.raw], "verified, but never stored", [], transient=1)
    query = down.write_at(Kind.QUERY, b"{}", 0, NO_PREV)
    yield ok("QUERY", [good.raw, query.raw], "no server asks, and it is never stored", [], transient=1)
    yield ok(
        "entry of another log of the same server",
        [good.raw, foreign.write(Kind.CONFIG, b'{"unit":"X"}', sealed=False).raw, config.raw],
        "skipped: it is meant for another device",
        [config],
        skipped=1,
    )
    yield ok(
        "entry signed by another key",
        [good.raw, impostor.write(Kind.CONFIG, b'{"unit":"X"}', sealed=False).raw, config.raw],
        "skipped: bad signature",
        [config],
        skipped=1,
    )
    yield ok(
        "the device's own entry",
        [good.raw, device.write(Kind.CLOCK, b'{"reason":"boot"}', sealed=False).raw],
        "skipped: of another log",
        [],
        skipped=1,
    )
    yield ok("malformed frame", [good.raw, b"x" * 20, config.raw], "skipped", [config], skipped=1)
    yield ok(
        "flipped bit in an entry",
        [good.raw, flip(config.raw, 70), status.raw],
        "that entry is skipped, the others count",
        [status],
        skipped=1,
    )
    yield ok("second HEAD of another key", [good.raw, head(impostor).raw], "skipped: the first counts", [], skipped=1)
    yield ok(
        "cut in the last entry", [good.raw, config.raw], "what is whole counts", [config], rest=frame(status.raw)[:-1]
    )
    named = down.write(Kind.KEYS, _keys_body(SUCCESSOR_KEY), sealed=False)
    late = down.write(Kind.CONFIG, b'{"unit":"LATE"}', sealed=False)
    successor = LogWriter(SUCCESSOR, SERVER_LOG, DEVICE_SEAL)
    new = successor.write_at(Kind.CONFIG, b'{"unit":"NEW"}', named.seq + 1, named.id, sealed=False)
    unproven = impostor.write_at(Kind.KEYS, _keys_body(SUCCESSOR_KEY), named.seq, new_kind.id, sealed=False)
    yield ok(
        "successor, HEAD by the new key",
        [head(successor).raw, config.raw, named.raw, new.raw],
        "KEYS names the successor; what stands before it counts under the old key, what follows under the new",
        [config, named, new],
    )
    yield ok(
        "successor, HEAD by the old key",
        [good.raw, named.raw, new.raw],
        "the HEAD of the reply that brings KEYS may be signed by either",
        [named, new],
    )
    yield ok(
        "successor, named last in the bundle",
        [head(successor).raw, new.raw, named.raw],
        "the order of entries in a bundle has no meaning",
        [new, named],
    )
    yield ok(
        "the old key after its successor was named",
        [good.raw, named.raw, late.raw],
        "skipped: from that place on the successor signs",
        [named],
        skipped=1,
    )
    yield ok(
        "the successor before it was named",
        [good.raw, successor.write_at(Kind.CONFIG, b'{"unit":"EARLY"}', 2, config.id, sealed=False).raw, named.raw],
        "skipped: at that place the old key signs",
        [named],
        skipped=1,
    )
    yield ok(
        "a successor that the server did not name",
        [good.raw, unproven.raw, new.raw],
        "skipped, both: KEYS counts under the key that is known already",
        [],
        skipped=2,
    )
    yield vector(
        "HEAD by a successor that nobody named",
        write_bundle([head(successor).raw, new.raw]),
        "no-head",
        "not signed by the pinned key",
    )
    yield vector("not a bundle", b"<html></html>", "not-a-bundle", "a captive portal")
    yield vector("nothing", b"", "not-a-bundle", "an empty body with HTTP 200 proves nothing")
    yield vector(
        "no HEAD", write_bundle([config.raw]), "no-head", "without a HEAD nothing was received, whatever else is there"
    )
    yield vector("no entries", MAGIC, "no-head", "without a HEAD nothing was received")
    yield vector("HEAD of another key", write_bundle([head(impostor).raw]), "no-head", "not signed by the pinned key")
    yield vector(
        "HEAD for another device",
        write_bundle([head(foreign).raw]),
        "no-head",
        "the right key, another log: a reply meant for another device",
    )
    yield vector(
        "the device's own HEAD sent back", write_bundle([head(device).raw]), "no-head", "an echo proves nothing"
    )
    yield vector("HEAD with a flipped bit", write_bundle([flip(good.raw, 80)]), "no-head", "bad signature")
    yield vector(
        "HEAD with an unreadable body",
        write_bundle([down.raw(Kind.HEAD, bytes(4), b"\0{")]),
        "no-head",
        "JSON: signed, but it states nothing",
    )
    yield vector(
        "HEAD with a field out of bounds",
        write_bundle([down.raw(Kind.HEAD, bytes(4), b'\0{"have":"00"}')]),
        "no-head",
        "field: signed, but it states nothing",
    )
    yield vector("HEAD cut", write_bundle([good.raw])[:-1], "no-head", "an incomplete last frame is ignored")


def sample() -> tuple[bytes, Vector]:
    """A bundle for other implementations, and what they need to read all of it."""
    writer = device_writer()
    code = keys.new_code(secret("code"), SERVER_KEY)
    key = bodies.Key(
        sign=DEVICE_KEY.hex(), seal=DEVICE_SEAL.hex(), name="Kios Liliba", mac=code.mac(DEVICE_KEY, DEVICE_SEAL).hex()
    )
    inner = bodies.SecretText(
        text="Pegawai meminta uang rokok untuk cap surat.", place="kantor lurah", accused="KEL-LILIBA"
    )
    person = bodies.SecretPerson(name="Yohanes Benu", phone="+6281200000002")
    seals = bodies.Secret(
        text=seal_with(secret("ephemeral text"), DUTY, duty_info(DEVICE_LOG, "text"), pack(inner.encode())),
        person=seal_with(secret("ephemeral person"), DUTY, duty_info(DEVICE_LOG, "person"), pack(person.encode())),
    )
    secret_report = bodies.Complaint(
        category="PGL", kelurahan="53.71.04.1010", pin="0000000000402913", identity=Identity.SECRET, secret=seals
    )
    written = [
        writer.write(Kind.KEY, key.encode(), sealed=False),
        writer.write(Kind.CLOCK, bodies.Clock(reason="boot").encode(), sealed=False, time_ms=0),
        writer.write(Kind.COMPLAINT, sample_complaint().encode()),
        writer.write(Kind.COMPLAINT, secret_report.encode()),
        writer.write(Kind.NOTE, bodies.Note(number="7KQM9-XD4TF", pin="402913", type="rated", rating=5).encode()),
        writer.write(77, b'{"x":"from a later version"}'),
    ]
    head = writer.write_at(Kind.HEAD, bodies.Head().encode(), writer.seq, writer.prev, sealed=False)
    stored = parse_entry(writer.raw(Kind.HEALTH, bytes(4), b"\1" + deflate(b'{"version":"codec 1"}'), seq=99))
    about = {
        "about": "sample.kasih: a device's log, all kinds of bodies, for readers in other languages",
        "log": DEVICE_LOG.hex(),
        "sign_key": DEVICE_KEY.hex(),
        "open_keys": {name: secret(f"{name} seal").hex() for name in ("intake", "duty")},
        "dictionary": "../../sync_protocol/dictionary_1.bin",
        "ids": [entry.id.hex() for entry in (head, *written, stored)],
    }
    return write_bundle([entry.raw for entry in (head, *written, stored)]), about


FILES = {
    "entries": entries, "packed": packed, "sign_keys": sign_keys, "seal_keys": seal_keys, "numbers": numbers, "pins": pins, "codes": codes,
    "receipts": receipts, "bodies": json_bodies, "bundles": bundles, "replies": replies,
    "servers": servers,
}  # fmt: skip
SETTING = {
    "device_sign_key": DEVICE_KEY.hex(),
    "device_log": DEVICE_LOG.hex(),
    "device_open_key": secret("device seal").hex(),
    "server_sign_key": SERVER_KEY.hex(),
    "server_log": SERVER_LOG.hex(),
    "intake_open_key": secret("intake seal").hex(),
    "zlib": zlib.ZLIB_RUNTIME_VERSION,
}


def build() -> dict[str, bytes]:
    """Every file's name and bytes."""
    files = {}
    for name, make in FILES.items():
        listed = list(make())
        doc = (make.__doc__ or "Bodies of entries after unpacking.").strip()
        lines = ",\n".join(json.dumps(one, ensure_ascii=True) for one in listed)
        head = json.dumps({"about": doc, "setting": SETTING}, indent=1)[:-2]
        files[f"{name}.json"] = f'{head},\n "vectors": [\n{lines}\n]}}\n'.encode()
        if len({one["name"] for one in listed}) != len(listed):
            raise ValueError(f"two vectors of {name} share a name")
    bundle, about = sample()
    files["sample.kasih"] = bundle
    files["sample.json"] = (json.dumps(about, indent=1) + "\n").encode()
    return files


def main() -> None:
    arguments = argparse.ArgumentParser(description="Build the protocol's test vectors.")
    arguments.add_argument("--check", action="store_true", help="write nothing; fail where a file is another")
    check: bool = arguments.parse_args().check
    VECTORS.mkdir(exist_ok=True)
    stale = []
    for name, data in build().items():
        path = VECTORS / name
        if not check:
            path.write_bytes(data)
        elif not path.exists() or path.read_bytes() != data:
            stale.append(name)
    if stale:
        sys.exit(f"stale: {', '.join(stale)}; run scripts/build_vectors.py")


if __name__ == "__main__":
    main()
