"""Two logs, of a device and of the server for it, with branches: what the vectors of exchanges name entries of.

d1 to d8 is the device's log and d9 says that d4 has rotted; d5b and d6b are what a clone of its disk wrote after d4.
s1 to s210 is the server's log; s4b and s5b are what it wrote after s3 once it was restored from a backup of that time.
"""

from scripts.vectors.setting import (
    DEVICE_KEY,
    DEVICE_SEAL,
    SERVER_KEY,
    LogWriter,
    device_writer,
    keys_body,
    secret,
    server_writer,
)
from sync_protocol import bodies
from sync_protocol.bundle import write_bundle
from sync_protocol.entry import NO_PREV, Entry
from sync_protocol.kinds import Kind

LAST_DOWN = 210
LARGE = 5
"""Which entry of each log is larger than the others."""


def _device_log() -> dict[str, Entry]:
    writer = device_writer()
    key = bodies.Key(sign=DEVICE_KEY.hex(), seal=DEVICE_SEAL.hex(), name="Kios Liliba")
    found = {"d1": writer.write(Kind.KEY, key.encode(), sealed=False)}
    for seq in range(2, 9):
        body = bodies.Complaint(
            category="PJU", kelurahan="", pin="402913", text=secret("large").hex() * 10 if seq == LARGE else ""
        )
        found[f"d{seq}"] = writer.write(Kind.COMPLAINT, body.encode())
    lost = found["d4"]
    found["d9"] = writer.write(
        Kind.LOST, bodies.Lost(seq=4, id=lost.id.hex(), prev=lost.prev.hex()).encode(), sealed=False
    )
    return found | _branch(device_writer(), lost, "d5b", "d6b")


def _server_log() -> dict[str, Entry]:
    writer = server_writer()
    found = {"s1": writer.write(Kind.KEYS, keys_body(SERVER_KEY), sealed=False)}
    for seq in range(2, LAST_DOWN + 1):
        settings = {"note": secret("large").hex() * 10} if seq == LARGE else {}
        found[f"s{seq}"] = writer.write(Kind.CONFIG, bodies.Config(unit="K", settings=settings).encode(), sealed=False)
    return found | _branch(server_writer(), found["s3"], "s4b", "s5b")


def _branch(writer: LogWriter, after: Entry, *names: str) -> dict[str, Entry]:
    """Other entries after this one, by the same writer."""
    writer.seq, writer.prev = after.seq, after.id
    kind = Kind.CLOCK if names[0].startswith("d") else Kind.CONFIG
    body = b'{"reason":"boot"}' if kind is Kind.CLOCK else b'{"unit":"K2"}'
    return {name: writer.write(kind, body, sealed=False) for name in names}


ENTRIES = _device_log() | _server_log()


def names(prefix: str, first: int, last: int) -> list[str]:
    """Names of entries in a row, upwards or downwards."""
    step = 1 if first <= last else -1
    return [f"{prefix}{seq}" for seq in range(first, last + step, step)]


def entry_id(name: str | None) -> str | None:
    """The id of a named entry, for a HEAD."""
    return None if name is None else ENTRIES[name].id.hex()


def head(
    writer: LogWriter,
    stands: str | None,
    *,
    have: str | None,
    root: str | None,
    want: list[str] | None = None,
    **more: object,
) -> Entry:
    """A HEAD that names entries by these names."""
    at = ENTRIES[stands] if stands else None
    want_ids = [ENTRIES[name].id.hex() for name in want or []]
    body = bodies.Head(have=entry_id(have), root=entry_id(root), want=want_ids, **more)  # type: ignore[arg-type]
    return writer.write_at(Kind.HEAD, body.encode(), at.seq if at else 0, at.id if at else NO_PREV, sealed=False)


def bundle_of(*entries: Entry | str) -> bytes:
    """A bundle of entries, some of them by name."""
    return write_bundle((ENTRIES[one] if isinstance(one, str) else one).raw for one in entries)
