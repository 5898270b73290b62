"""Who may sign in and which kiosks are trusted, against the events that say who decided it."""

import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from server.audit.events import read_data
from server.audit.finding import Finding
from server.audit.state import Audit
from server.domain.roles import Role
from server.store.audited import all_users, user_events

_FOUNDER: Final = 1


def check(state: Audit) -> Iterator[Finding]:
    """Compare users and devices with the newest event about each."""
    users: dict[str, dict[str, Any]] = {}
    disabled: set[str] = set()
    for row in user_events(state.connection):
        data = read_data(row["data"])
        if row["type"] == "user-added":
            users[data.get("user", "")] = data
        elif row["type"] == "user-disabled":
            disabled.add(data.get("user", ""))
        elif row["type"] == "user-enabled":
            disabled.discard(data.get("user", ""))
    for user in all_users(state.connection):
        yield from _check_user(user, users, disabled)
    for log, device in state.devices.items():
        story = state.device_stories.get(log.hex())
        if story is None or (story.state, story.unit) != (device["state"], device["unit"]):
            yield Finding("kios", log.hex()[:12], "device-state", "keadaan atau unitnya tidak ada dalam peristiwa")
    for name in state.device_stories.keys() - {log.hex() for log in state.devices}:
        yield Finding("kios", name[:12], "device-missing", "pernah didaftarkan, sekarang tidak ada")


def _check_user(user: sqlite3.Row, added: dict[str, dict[str, Any]], disabled: set[str]) -> Iterator[Finding]:
    founder = {"role": Role.ADMIN.value, "unit": ""} if user["id"] == _FOUNDER else {}
    said = added.get(user["name"], founder)
    if (said.get("role"), said.get("unit")) != (user["role"], user["unit"]):
        yield Finding("pengguna", user["name"], "user-role", "peran atau unitnya tidak ada dalam peristiwa")
    if bool(user["disabled"]) != (user["name"] in disabled):
        yield Finding("pengguna", user["name"], "user-disabled", "keadaan nonaktif tidak ada dalam peristiwa")
