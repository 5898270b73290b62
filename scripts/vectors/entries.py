"""Entries and packed bodies."""

import zlib
from collections.abc import Iterator
from hashlib import sha256

from scripts.vectors.setting import (
    DEVICE,
    DEVICE_KEY,
    DEVICE_SEAL,
    INTAKE,
    OTHER,
    OTHER_LOG,
    Vector,
    deflate,
    device_writer,
    flip,
    sample_complaint,
    seal_key,
    secret,
    vector,
)
from sync_protocol import bodies
from sync_protocol.dictionary import DICTIONARY_1
from sync_protocol.entry import DOMAIN
from sync_protocol.kinds import Kind
from sync_protocol.packing import pack
from sync_protocol.seal import key_tag, seal_info
from tests.hpke_reference import seal_with

ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of the base point of edwards25519 (RFC 8032, section 5.1)."""


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
