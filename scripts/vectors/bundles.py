"""Bundles as rows of bytes."""

import struct
from collections.abc import Iterable, Iterator

from scripts.vectors.setting import (
    Vector,
    device_writer,
    flip,
    sample_complaint,
    vector,
)
from sync_protocol.bundle import MAGIC, write_bundle
from sync_protocol.entry import Entry, parse_entry
from sync_protocol.kinds import Kind


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
