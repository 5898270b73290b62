"""The chain of what people did: no row changed, left out, slipped in or cut off at the end."""

from collections.abc import Iterator
from typing import Any, Final

from server.audit.finding import Finding
from server.audit.state import Audit, DeviceStory
from server.store.events import EVENT_HEAD, FIRST, HEAD_SEAL, all_events, case_event, event_hash, read_data
from server.store.troubles import get_meta

_TABLE: Final = "peristiwa"
_DEVICE: Final = "device-"


def check(state: Audit) -> Iterator[Finding]:
    """Recompute each hash from the one before it, as it is stored."""
    before, expected = FIRST, 1
    for row in all_events(state.connection):
        state.counts["events"] += 1
        where = f"n={row['n']}"
        if row["n"] != expected:
            yield Finding(_TABLE, where, "event-gap", f"sebelum ini hilang peristiwa (harusnya n={expected})")
        computed = event_hash(before, row["n"], row["at"], row["case_id"], row["type"], row["actor"], row["data"])
        if computed != row["hash"]:
            yield Finding(_TABLE, where, "event-hash", "isinya tidak cocok dengan rantai hash")
        before, expected = row["hash"], row["n"] + 1
        if row["type"].startswith(_DEVICE):
            _follow(state, row["type"].removeprefix(_DEVICE), read_data(row["data"]))
        if row["case_id"] is not None:
            state.case_events.setdefault(row["case_id"], []).append(case_event(row))
    if get_meta(state.connection, EVENT_HEAD) != (before.hex() if expected > 1 else None):
        yield Finding(_TABLE, f"sesudah n={expected - 1}", "event-end", "ujung rantai tidak cocok: ada yang dihapus")
    seal = state.keys.seal_head(before.hex() if expected > 1 else "")
    # Keys of an earlier version prove nothing; a seal beside them is of one whose key the disk did not take.
    if seal is not None and get_meta(state.connection, HEAD_SEAL) != seal:
        text = "segel ujung rantai bukan dari pusat ini: rantainya ditulis ulang"
        yield Finding(_TABLE, f"sesudah n={expected - 1}", "event-seal", text)


def _follow(state: Audit, what: str, data: dict[str, Any]) -> None:
    story = state.device_stories.setdefault(str(data.get("log", "")), DeviceStory())
    story.state, story.unit = what, str(data.get("unit", ""))
    story.was_active = story.was_active or what == "active"
    story.upto = data["upto"] if isinstance(data.get("upto"), int) else 0
