# ruff: noqa: E501 - a vector stands on one line
"""Exchanges: what a server replies and what a device asks, from stated logs (sections 4 and 5)."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from scripts.vectors.logs import ENTRIES, LAST_DOWN, bundle_of, head, names
from scripts.vectors.setting import (
    DEVICE_SEAL,
    NOON_MS,
    OTHER,
    OTHER_LOG,
    OTHER_SERVER_LOG,
    SERVER,
    SERVER_LOG,
    LogWriter,
    Vector,
    device_writer,
    flip,
    secret,
    server_writer,
    vector,
)
from sync_protocol import bodies
from sync_protocol.bundle import frame, write_bundle
from sync_protocol.entry import NO_PREV, Entry
from sync_protocol.kinds import Kind
from sync_protocol.vocabulary import DeviceState

NONCE = secret("nonce")[:16].hex()
UP_TO_5, UP_TO_8 = names("d", 1, 5), names("d", 1, 8)


def cost(*listed: str) -> int:
    """Bytes of a budget that entries take."""
    return sum(len(frame(ENTRIES[name].raw)) for name in listed)


def _served(
    name: str,
    comment: str,
    data: bytes,
    *,
    holds: list[str],
    log: list[str] | None = None,
    state: DeviceState = DeviceState.ACTIVE,
    status: int = 200,
    **reply: Any,
) -> Vector:
    """A request to a server. What is not said of the reply to it is none, none, nothing and no."""
    log = names("s", 1, 3) if log is None else log
    expected: dict[str, Any] = {
        "have": None,
        "root": None,
        "want": [],
        "entries": [],
        "answers": [],
        "regressed": False,
    }
    told = expected | {"stands": log[-1] if log else None} | reply if status == 200 else None
    return vector(name, data, "ok", comment, state=state.value, holds=holds, log=log, status=status, reply=told)


def _up(stands: str | None, have: str | None = "s3", root: str | None = "s3", **more: Any) -> Entry:
    """A device's HEAD."""
    return head(device_writer(), stands, have=have, root=root, **more)


def exchanges() -> Iterator[Vector]:
    """Requests to a server that knows the device, and its reply. Names are those of `logs.json`.

    Before: the device's `state`, the entries that the server `holds` of the device's log, and its own `log` for it.
    The `status` over HTTP and, for 200, the `reply`: its HEAD's `stands` (the entry that its header states), `have`,
    `root` and `want` (in any order); the `entries` after it, in this order; the nonces of `answers`; and whether the
    server finds itself `regressed`.
    """
    yield from _have_and_root()
    yield from _wanted_of_the_device()
    yield from _budgets()
    yield from _wanted_by_the_device()
    yield from _standing()
    yield from _what_is_no_request()


# fmt: off
def _have_and_root() -> Iterator[Vector]:
    yield _served("nothing new", "two HEADs and no more", bundle_of(_up("d3")), holds=names("d", 1, 3), have="d3", root="d3")
    yield _served("one more", "stored, and stated", bundle_of(_up("d4"), "d4"), holds=names("d", 1, 3), have="d4", root="d4")
    yield _served("empty logs", "seq 0 and zeros", bundle_of(_up(None, None, None)), holds=[], log=[])
    yield _served("have: the stated head, not rooted", "it is stored, so it is stated; the hole is in want", bundle_of(_up("d5"), "d5"), holds=names("d", 1, 3), have="d5", root="d3", want=["d4"])
    yield _served("have: the newest of the bundle", "the stated head has not come", bundle_of(_up("d8"), "d4", "d3"), holds=["d1", "d2"], have="d4", root="d4")
    yield _served("have: the newest of the bundle, not rooted", "of two the one with the higher seq", bundle_of(_up("d8"), "d5", "d6"), holds=names("d", 1, 3), have="d6", root="d3", want=["d4"])
    yield _served("have: the newest of the bundle, known already", "an entry that comes again is of this bundle too", bundle_of(_up("d8"), "d3"), holds=names("d", 1, 6), have="d3", root="d6")
    greater = max("d5", "d5b", key=lambda name: ENTRIES[name].id)
    yield _served("have: two of one seq", "then the greater id", bundle_of(_up("d8"), "d5", "d5b"), holds=names("d", 1, 4), have=greater, root=greater)
    yield _served("have: the newest rooted", "the stated head has not come, nor anything else", bundle_of(_up("d8")), holds=[*names("d", 1, 4), "d6"], have="d4", root="d4", want=["d5"])
    yield _served("root: highest seq of two branches", "both are whole", bundle_of(_up("d5")), holds=[*UP_TO_5, "d5b", "d6b"], have="d5", root="d6b")
    yield _served("a branch of a clone", "a fork is stored like anything else", bundle_of(_up("d6b"), "d5b", "d6b"), holds=UP_TO_5, have="d6b", root="d6b")
    yield _served("a hole is filled", "what was stored after it is rooted too", bundle_of(_up("d8"), "d4"), holds=[*names("d", 1, 3), *names("d", 5, 8)], have="d8", root="d8")
    yield _served("an entry twice", "stored once", bundle_of(_up("d4"), "d4", "d4"), holds=names("d", 1, 3), have="d4", root="d4")
    yield _served("the HEAD last", "the order of entries has no meaning", bundle_of("d4", _up("d4")), holds=names("d", 1, 3), have="d4", root="d4")
    yield _served("two HEADs", "the last one counts", bundle_of(_up("d3", max=1), _up("d4", max=0), "d4"), holds=names("d", 1, 3), log=names("s", 1, 5), have="d4", root="d4")


def _wanted_of_the_device() -> Iterator[Vector]:
    without_4 = [*names("d", 1, 3), *names("d", 5, 8)]
    yield _served("a hole", "its parent is wanted", bundle_of(_up("d8")), holds=without_4, have="d8", root="d3", want=["d4"])
    yield _served("two holes", "the parent of each", bundle_of(_up("d8")), holds=["d1", "d3", "d5", "d8"], have="d8", root="d1", want=["d2", "d4", "d7"])
    yield _served("LOST", "what is lost counts as held and is wanted nevertheless: a clone may have it", bundle_of(_up("d9"), "d9"), holds=without_4, have="d9", root="d9", want=["d4"])
    yield _served("LOST, and its parent is missing", "the parent stands in the LOST", bundle_of(_up("d9"), "d9"), holds=["d1", "d2", *names("d", 5, 8)], have="d9", root="d2", want=["d3", "d4"])
    yield _served("a clone has what was LOST", "no longer wanted", bundle_of(_up("d9"), "d4"), holds=[*without_4, "d9"], have="d9", root="d9")
    yield _served("LOST after the entry itself", "it is held, so there is nothing to want", bundle_of(_up("d9"), "d9"), holds=UP_TO_8, have="d9", root="d9")


def _budgets() -> Iterator[Vector]:
    state: dict[str, Any] = {"holds": ["d1"], "log": names("s", 1, 8), "have": "d1", "root": "d1"}
    two, small = cost("s4", "s5"), cost("s4", "s6")
    yield _served("max 0", "the HEAD alone", bundle_of(_up("d1", max=0)), **state)
    yield _served("max 1", "the first entry goes along whatever its size", bundle_of(_up("d1", max=1)), **state, entries=["s4"])
    yield _served("max of two entries", "a frame counts with the two bytes of its length", bundle_of(_up("d1", max=two)), **state, entries=["s4", "s5"])
    yield _served("one byte less", "the second does not fit", bundle_of(_up("d1", max=two - 1)), **state, entries=["s4"])
    yield _served("a smaller one behind one that does not fit", "from the first that does not fit none follows", bundle_of(_up("d1", max=small)), **state, entries=["s4"])
    yield _served("max 1, wanted", "a wanted entry may be that first one", bundle_of(_up("d1", "s6", "s2", want=["s4"], max=1)), **state, entries=["s4"])
    yield _served("max of a wanted entry and its parent", "the wanted entry, then its parent, then no more", bundle_of(_up("d1", "s6", "s1", want=["s4"], max=cost("s4", "s3"))), **state, entries=["s4", "s3"])
    yield _served("a smaller wanted one behind one that does not fit", "none follows", bundle_of(_up("d1", "s8", "s2", want=["s6", "s4"], max=cost("s6", "s4"))), **state, entries=["s6"])
    yield _served("the default of max", "262,144 where HEAD does not say", bundle_of(_up("d1")), **state, entries=names("s", 4, 8))


def _wanted_by_the_device() -> Iterator[Vector]:
    state: dict[str, Any] = {"holds": ["d1"], "log": names("s", 1, 8), "have": "d1", "root": "d1"}
    yield _served("what is new", "the entries after have", bundle_of(_up("d1", "s5", "s5")), **state, entries=["s6", "s7", "s8"])
    yield _served("have is null", "from seq 1", bundle_of(_up("d1", None, None)), **state, entries=names("s", 1, 8))
    yield _served("wanted", "it goes before its ancestors, down to root; then what is new; each once", bundle_of(_up("d1", "s2", "s2", want=["s4"])), **state, entries=["s4", "s3", "s5", "s6", "s7", "s8"])
    yield _served("two wanted", "in the order of want; walks that meet send nothing twice", bundle_of(_up("d1", "s8", "s2", want=["s6", "s4"])), **state, entries=["s6", "s5", "s4", "s3"])
    yield _served("two wanted, the other way round", "in the order of want", bundle_of(_up("d1", "s8", "s2", want=["s4", "s6"])), **state, entries=["s4", "s3", "s6", "s5"])
    yield _served("wanted, no root", "down to seq 1", bundle_of(_up("d1", "s8", None, want=["s3"])), **state, entries=["s3", "s2", "s1"])
    yield _served("wanted, root above it", "the walk does not meet root: what the device holds goes along once more", bundle_of(_up("d1", "s8", "s8", want=["s3"])), **state, entries=["s3", "s2", "s1"])
    yield _served("wanted, not held", "passed over, and the others go", bundle_of(_up("d1", "s8", "s2", want=["d8", "s3"])), **state, entries=["s3"])
    most = state | {"log": names("s", 1, LAST_DOWN)}
    yield _served("wanted with 200 ancestors", "207 lie above root: the wanted one goes, and 200 of them", bundle_of(_up("d1", "s209", "s1", want=["s209"])), **most, entries=[*names("s", 209, 9), "s210"])
    yield _served("REGRESSED", "the server does not hold have: it was restored, and sends from seq 1", bundle_of(_up("d1", "s5b", "s5b")), **state, entries=names("s", 1, 8), regressed=True)
    yield _served("REGRESSED, wanted", "the wanted first, then from seq 1", bundle_of(_up("d1", "s5b", "s2", want=["s4"])), **state, entries=["s4", "s3", "s1", "s2", *names("s", 5, 8)], regressed=True)


def _standing() -> Iterator[Vector]:
    more = names("s", 1, 8)
    yield _served("REVOKED", "the HEAD alone, whatever is new or wanted; what came is stored", bundle_of(_up("d4", "s2", "s2", want=["s4"]), "d4"), holds=names("d", 1, 3), log=more, state=DeviceState.REVOKED, have="d4", root="d4")
    yield _served("PENDING", "its log at the server is empty yet; what came is stored", bundle_of(_up("d4", None, None), "d4"), holds=names("d", 1, 3), log=[], state=DeviceState.PENDING, have="d4", root="d4")
    question = bodies.Query(number="7KQM9-XD4TF", pin="402913", nonce=NONCE)
    query = device_writer().write_at(Kind.QUERY, question.encode(), 0, NO_PREV)
    yield _served("QUERY", "an ANSWER with its nonce; here the case is unknown", bundle_of(_up("d1"), query), holds=["d1"], have="d1", root="d1", answers=[NONCE])
    yield _served("QUERY, max 0", "an ANSWER counts for no budget", bundle_of(_up("d1", max=0), query), holds=["d1"], have="d1", root="d1", answers=[NONCE])
    many = [
        device_writer().write_at(
            Kind.QUERY, bodies.Query(number="7KQM9-XD4TF", pin="1", nonce=f"{at:032x}").encode(), 0, NO_PREV
        )
        for at in range(6)
    ]
    yield _served("six QUERYs", "the first four are answered", bundle_of(_up("d1"), *many), holds=["d1"], have="d1", root="d1", answers=[f"{at:032x}" for at in range(4)])
    yield _served("QUERY, REVOKED", "none but an ACTIVE device is answered", bundle_of(_up("d1"), query), holds=["d1"], state=DeviceState.REVOKED, have="d1", root="d1")


def _what_is_no_request() -> Iterator[Vector]:
    device, stranger = device_writer(), LogWriter(OTHER, OTHER_LOG, DEVICE_SEAL)
    known = names("d", 1, 3)
    clock = stranger.write(Kind.CLOCK, b'{"reason":"boot"}', sealed=False)
    yield _served("no HEAD", "stored: a courier brought it", bundle_of("d4"), holds=known, status=204)
    yield _served("an unreadable HEAD", "as no HEAD", write_bundle([device.raw(Kind.HEAD, bytes(4), b"\0{"), ENTRIES["d4"].raw]), holds=known, status=204)
    yield _served("a HEAD with a wrong signature", "as no HEAD", write_bundle([flip(_up("d4").raw, 70), ENTRIES["d4"].raw]), holds=known, status=204)
    yield _served("a sealed HEAD", "a HEAD is plain", bundle_of(device.write_at(Kind.HEAD, bodies.Head().encode(), 3, ENTRIES["d3"].id)), holds=known, status=204)
    yield _served("an unreadable HEAD after a good one", "the last that can be read counts", write_bundle([_up("d3").raw, device.raw(Kind.HEAD, bytes(4), b"\0{")]), holds=known, have="d3", root="d3")
    yield _served("nothing of a known log", "refused, and not stored", bundle_of(clock), holds=known, status=403)
    yield _served("an empty bundle", "nothing of a known log", bundle_of(), holds=known, status=403)
    yield _served("a stranger's entry between", "skipped", bundle_of(_up("d4"), clock, "d4"), holds=known, have="d4", root="d4")
    yield _served("an entry with a wrong signature", "skipped, and what follows it is stored", write_bundle([_up("d5").raw, flip(ENTRIES["d4"].raw, 100), ENTRIES["d5"].raw]), holds=known, have="d5", root="d3", want=["d4"])
    yield _served("the server's own entry sent back", "of no device's log", bundle_of(_up("d3"), "s2"), holds=known, have="d3", root="d3")
    yield _served("cut in the last entry", "what is whole counts", bundle_of(_up("d5"), "d4") + frame(ENTRIES["d5"].raw)[:-1], holds=known, have="d4", root="d4")
    yield _served("not a bundle", "no magic", b"<html></html>", holds=known, status=400)


def requests() -> Iterator[Vector]:
    """What a device asks for and sends next. Names are those of `logs.json`.

    Before: its `own` log and what of it has `rotted`; the entries that it has `down` of the server's log, and the newest
    rooted one of the `last_reply`; the server's last committed HEAD (`input`, empty where there is none); its `budget`;
    and what came `after` its last request: nothing, `cut`, or 403. Its HEAD then has this `have`, `root`, `want` (in any
    order) and `max`, and states the entry `stands` (null: a LOST that was written just now); the `entries` follow it, in
    this order, and then a LOST for each of `lost`.
    """

    def asked(
        name: str, comment: str, stated: Entry | None = None, *, own: list[str] = UP_TO_8, rotted: list[str] | None = None, down: list[str] | None = None,
        last_reply: str | None = None, budget: int = 262_144, after: str | None = None, entries: list[str] | None = None, lost: list[str] | None = None, **body: Any,
    ) -> Vector:  # fmt: skip
        told = {"have": None, "root": None, "want": [], "max": budget, "stands": None if lost else own[-1]} | body
        return vector(
            name, write_bundle([stated.raw]) if stated else b"", "ok", comment, own=own, rotted=rotted or [], down=down or [], last_reply=last_reply,
            budget=budget, after=after, head=told, entries=entries or [], lost=lost or [],
        )  # fmt: skip

    def said(have: str | None, root: str | None = None, stands: str | None = None, **more: Any) -> Entry:
        return head(server_writer(), stands, have=have, root=root, now=NOON_MS, state=DeviceState.ACTIVE, **more)

    yield asked("nothing was ever received", "everything from seq 1", entries=UP_TO_8)
    yield asked("cursor: have", "what lies after it", said("d5", "d2"), entries=["d6", "d7", "d8"])
    yield asked("cursor: nothing lies after it", "a HEAD alone", said("d8", "d8"))
    yield asked("cursor: root", "have is of another disk's branch", said("d6b", "d4"), entries=names("d", 5, 8))
    yield asked("cursor: root, no have", "have is null", said(None, "d4"), entries=names("d", 5, 8))
    yield asked("cursor: 0", "neither is held here", said("d6b", "d5b"), entries=UP_TO_8)
    yield asked("cursor: 0, both null", "the server has nothing", said(None), entries=UP_TO_8)

    three = names("s", 1, 3)
    yield asked("have: the server's head", "held and rooted", said("d8", "d8", "s3"), down=three, last_reply="s2", have="s3", root="s3")
    yield asked("have: the last reply", "the server's head is not held", said("d8", "d8", "s5"), down=three, last_reply="s2", have="s2", root="s3")
    yield asked("have: the last reply, of a shorter branch", "else a restored server would send from seq 1 for ever", said("d8", "d8", "s8"), down=[*names("s", 1, 6), "s4b"], last_reply="s4b", have="s4b", root="s6")
    yield asked("have: the server's head is not rooted", "it counts as not held; its parent is wanted", said("d8", "d8", "s5"), down=[*three, "s5"], last_reply="s3", have="s3", root="s3", want=["s4"])
    yield asked("have: the newest rooted", "no reply brought any that is", said("d8", "d8", "s5"), down=three, have="s3", root="s3")
    yield asked("a HEAD and nothing of the log", "have and root are null", said("d8", "d8", "s5"))
    yield asked("root: highest seq of two branches", "both are whole", said("d8", "d8", "s4b"), down=[*names("s", 1, 6), "s4b"], last_reply="s4b", have="s4b", root="s6")

    yield asked("wanted", "it goes before its ancestors, down to the server's root", said("d8", "d2", want=["d6"]), entries=["d6", "d5", "d4", "d3"])
    yield asked("wanted, and something new", "the wanted first", said("d6", "d2", want=["d4"]), entries=["d4", "d3", "d7", "d8"])
    yield asked("wanted, not held", "passed over", said("d6", "d2", want=["d5b"]), entries=["d7", "d8"])
    yield asked("wanted, no root", "down to seq 1", said("d8", None, want=["d3"]), entries=["d3", "d2", "d1"])
    yield asked("rotted", "it cannot go: a LOST does, once all else has", said("d3", "d3"), rotted=["d5"], entries=["d4", "d6", "d7", "d8"], lost=["d5"])
    yield asked("wanted and rotted", "a LOST, and its ancestors do not go", said("d8", "d2", want=["d5"]), rotted=["d5"], lost=["d5"])
    yield asked("wanted, an ancestor rotted", "the walk ends there", said("d8", "d2", want=["d6"]), rotted=["d5"], entries=["d6"], lost=["d5"])
    yield asked("wanted and reported lost", "no second LOST", said("d9", "d9", want=["d4"]), own=[*UP_TO_8, "d9"], rotted=["d4"])

    yield asked("budget", "HEAD asks for as much as it sends", said("d3"), budget=cost("d4", "d5"), entries=["d4", "d5"])
    yield asked("budget, one byte less", "from the first that does not fit none follows", said("d3"), budget=cost("d4", "d5") - 1, entries=["d4"])
    yield asked("after a cut", "the HEAD alone, and max 0", said("d3"), after="cut", max=0)
    yield asked("after 403", "from seq 1, where the KEY stands; nothing that was wanted", said("d8", "d2", want=["d6"]), after="403", entries=UP_TO_8)


def answers() -> Iterator[Vector]:
    """Replies to `POST /v1/status` for a device that waits for the ANSWER with this `nonce`: what it takes, or null."""

    def given(name: str, comment: str, *entries: Entry, status: str | None = None) -> Vector:
        return vector(name, bundle_of(*entries), "ok", comment, nonce=NONCE, answer=status)

    def answered(nonce: str, status: str, writer: LogWriter | None = None) -> Entry:
        body = bodies.Answer(nonce=nonce, found=True, status=status)
        return (writer or server_writer()).write_at(Kind.ANSWER, body.encode(), 0, NO_PREV)

    ours, others = answered(NONCE, "PROSES"), answered(sha256(b"other").hexdigest()[:32], "SELESAI")
    yield given("ours", "the nonce that is waited for", ours, status="PROSES")
    yield given("ours behind another", "one with another nonce is passed over", others, ours, status="PROSES")
    yield given("another nonce", "passed over", others)
    yield given("nothing", "no ANSWER at all")
    yield given("signed by another key", "anyone can write one", answered(NONCE, "SELESAI", LogWriter(OTHER, SERVER_LOG, DEVICE_SEAL)))
    yield given("in the log for another device", "meant for another device", answered(NONCE, "SELESAI", LogWriter(SERVER, OTHER_SERVER_LOG, DEVICE_SEAL)))
    yield given("sealed to another key", "not to be opened here", answered(NONCE, "SELESAI", LogWriter(SERVER, SERVER_LOG, secret("nobody"))))
# fmt: on
