"""Receipts."""

from base64 import b32encode
from collections.abc import Iterator
from hashlib import sha256

from scripts.vectors.setting import (
    OTHER,
    Vector,
    device_writer,
    flip,
    sample_complaint,
    typed,
)
from sync_protocol import number
from sync_protocol.kinds import Kind
from sync_protocol.receipt import PREFIX, write_receipt


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
