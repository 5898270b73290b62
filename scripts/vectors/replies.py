# ruff: noqa: E501 - a vector stands on one line
"""What a device makes of a reply."""

from collections.abc import Iterator

from scripts.vectors.setting import (
    DEVICE_LOG,
    DEVICE_SEAL,
    NOON_MS,
    OTHER,
    OTHER_KEY,
    OTHER_SERVER_LOG,
    SERVER,
    SERVER_KEY,
    SERVER_LOG,
    SUCCESSOR,
    SUCCESSOR_KEY,
    LogWriter,
    Vector,
    device_writer,
    flip,
    keys_body,
    secret,
    server_writer,
    vector,
)
from sync_protocol import bodies, keys
from sync_protocol.bundle import MAGIC, frame, write_bundle
from sync_protocol.entry import NO_PREV, Entry
from sync_protocol.kinds import Kind
from sync_protocol.vocabulary import DeviceState


def servers() -> Iterator[Vector]:
    """Whose keys a reply brings, for a device that knows nothing of its server but the code's fingerprint."""
    ours = server_writer()
    named = ours.write(Kind.KEYS, keys_body(SERVER_KEY), sealed=False)
    theirs = LogWriter(OTHER, keys.server_log(OTHER_KEY, DEVICE_LOG), DEVICE_SEAL)
    strange = theirs.write(Kind.KEYS, keys_body(OTHER_KEY), sealed=False)
    claimed = LogWriter(OTHER, SERVER_LOG, DEVICE_SEAL).write(Kind.KEYS, keys_body(SERVER_KEY), sealed=False)
    misplaced = LogWriter(SERVER, OTHER_SERVER_LOG, DEVICE_SEAL).write(Kind.KEYS, keys_body(SERVER_KEY), sealed=False)
    elsewhere = LogWriter(SERVER, OTHER_SERVER_LOG, DEVICE_SEAL).write(
        Kind.KEYS, keys_body(SUCCESSOR_KEY), sealed=False
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
    named = down.write(Kind.KEYS, keys_body(SUCCESSOR_KEY), sealed=False)
    late = down.write(Kind.CONFIG, b'{"unit":"LATE"}', sealed=False)
    successor = LogWriter(SUCCESSOR, SERVER_LOG, DEVICE_SEAL)
    new = successor.write_at(Kind.CONFIG, b'{"unit":"NEW"}', named.seq + 1, named.id, sealed=False)
    unproven = impostor.write_at(Kind.KEYS, keys_body(SUCCESSOR_KEY), named.seq, new_kind.id, sealed=False)
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
