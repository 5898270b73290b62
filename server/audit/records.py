"""Small tables whose rows follow from events: codes, sessions, phones that want no news, backups, master data.

Events of an earlier version do not name the code, the session or the master data: of those is compared what they say.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from server.actions.answer_sms import STARTED, STOPPED
from server.actions.issue_code import code_name
from server.audit.finding import Finding
from server.audit.state import Audit
from server.store import audited, master
from server.store.events import read_data
from server.store.ledger import get_entry

_CODES: Final = "kode pendaftaran"
_SESSIONS: Final = "sesi"
_STOPS: Final = "berhenti SMS"
_BACKUPS: Final = "cadangan"
_MASTER: Final = "data induk"


def check(state: Audit) -> Iterator[Finding]:
    """Compare each table with the events that have filled it."""
    yield from _check_codes(state)
    yield from _check_sessions(state.connection)
    yield from _check_stops(state.connection)
    yield from _check_backups(state)
    yield from _check_master(state.connection)


def _check_codes(state: Audit) -> Iterator[Finding]:
    issued: set[tuple[str, ...]] = set()
    used: dict[str, str] = {}
    for event, data in _events(state.connection, "code-issued", "device-active"):
        if event["type"] == "device-active":
            used[str(data.get("code"))] = str(data.get("log"))
        else:
            name = str(data["code"]) if "code" in data else f"at {event['at']}"
            issued.add((name, str(data.get("unit")), str(data.get("until"))))
    for row in audited.all_codes(state.connection):
        name = code_name(state.keys, row["secret"])
        if issued.isdisjoint((said, row["unit"], str(row["expires_at"])) for said in (name, f"at {row['made_at']}")):
            yield Finding(_CODES, f"nomor {row['id']}", "code", "tidak ada dalam peristiwa, atau unitnya lain")
        if name in used and (row["used_by"] is None or used[name] != row["used_by"].hex()):
            yield Finding(_CODES, f"nomor {row['id']}", "code-used", "sudah dipakai kios lain menurut peristiwa")


def _check_sessions(connection: sqlite3.Connection) -> Iterator[Finding]:
    begun = {
        (event["actor"], str(data["session"]) if "session" in data else event["at"])
        for event, data in _events(connection, "signed-in", "password-changed")
    }
    for row in audited.all_sessions(connection):
        if begun.isdisjoint({(row["name"], row["token_hash"].hex()), (row["name"], row["made_at"])}):
            yield Finding(_SESSIONS, str(row["name"]), "session-extra", "tidak ada yang masuk untuk sesi ini")


def _check_stops(connection: sqlite3.Connection) -> Iterator[Finding]:
    said: dict[str, int] = {}
    for event, data in _events(connection, STOPPED, STARTED):
        phone = str(data.get("phone"))
        if event["type"] == STOPPED:
            said[phone] = event["at"]
        else:
            said.pop(phone, None)
    for phone, at in sorted(said.items() ^ audited.all_stops(connection).items()):
        yield Finding(_STOPS, f"{phone[:12]} ({at})", "sms-stop", "tidak cocok dengan BERHENTI dan MULAI")


def _check_backups(state: Audit) -> Iterator[Finding]:
    made, safe_upto = set(), 0
    for event, data in _events(state.connection, "backup-made", "restored"):
        upto = data["upto"] if isinstance(data.get("upto"), int) else 0
        safe_upto = max(safe_upto, upto)
        if event["type"] == "backup-made":
            made.add((event["at"], upto, str(data.get("sha256"))))
    for at, _, sha256 in sorted(made ^ audited.all_backups(state.connection)):
        yield Finding(_BACKUPS, f"{sha256[:12]} ({at})", "backup", "tidak cocok dengan peristiwanya")
    for log, device in state.devices.items():
        entry = get_entry(state.connection, device["safe_id"]) if device["safe_id"] is not None else None
        is_safe = entry is not None and entry["log"] == log and entry["rooted"] and entry["n"] <= safe_upto
        if device["safe_id"] is not None and not is_safe:
            yield Finding("kios", log.hex()[:12], "safe", "yang disebut aman tidak ada dalam cadangan mana pun")


def _check_master(connection: sqlite3.Connection) -> Iterator[Finding]:
    stored, stated, compared = master.digests(connection), dict[str, str](), set[str]()
    for event, data in _events(connection, "centre-founded", master.CHANGED):
        said = data.get("master")
        if isinstance(said, dict):
            stated.update(said)
            compared.update(said, stored if event["type"] == "centre-founded" else ())
    for name in sorted(compared):
        if stored.get(name) != stated.get(name):
            yield Finding(_MASTER, name, "master", "isinya bukan yang tercatat dalam peristiwa")


def _events(connection: sqlite3.Connection, *types: str) -> Iterator[tuple[sqlite3.Row, dict[str, Any]]]:
    for row in audited.events_of(connection, types):
        yield row, read_data(row["data"])
