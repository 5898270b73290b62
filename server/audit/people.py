"""Who may sign in, who holds the duty key and which kiosks are trusted, against the events that say who decided it.

Events of an earlier version do not state the hash of a key pair or of a grant; then nothing is compared until the next
event that names it.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from server.actions.found_centre import ADMIN, DEMO_OFFICER, RECOVERY
from server.audit.finding import Finding
from server.audit.state import Audit
from server.domain.roles import Role
from server.store.audited import all_grants, all_users, user_events
from server.store.duty import grant_hash
from server.store.events import read_data
from server.store.passwords import UserKey, login_facts

_TABLE: Final = "pengguna"


class UserStory(Struct):
    """What the events say of a user, or of the recovery key."""

    role: str | None = None
    unit: str | None = None
    disabled: bool = False
    seal: str | None = None
    """The hash of the key pair, where it is stated."""
    login: str | None = None
    """The hash of the rest of the way in, where it is stated."""
    holds: bool = False
    grant: str | None = None
    """The hash of the grant, where it is stated."""


def check(state: Audit) -> Iterator[Finding]:
    """Compare users, grants and devices with the newest event about each."""
    stories: dict[str, UserStory] = {}
    for row in user_events(state.connection):
        _follow(stories, row["type"], row["actor"], read_data(row["data"]))
    users = {user["name"]: user for user in all_users(state.connection)}
    for name, user in users.items():
        yield from _check_user(user, stories.get(name, UserStory()))
    for name in sorted(name for name, story in stories.items() if story.role and name not in users):
        yield Finding(_TABLE, name, "user-missing", "pernah ditambahkan, sekarang tidak ada")
    grants = all_grants(state.connection)
    for name in sorted({name for name, _ in grants} | stories.keys()):
        held = [grant_hash(sealed) for holder, sealed in grants if holder == name]
        yield from _check_grants(name, held, stories.get(name, UserStory()))
    for log, device in state.devices.items():
        story = state.device_stories.get(log.hex())
        if story is None or (story.state, story.unit) != (device["state"], device["unit"]):
            yield Finding("kios", log.hex()[:12], "device-state", "keadaan atau unitnya tidak ada dalam peristiwa")
    for name in state.device_stories.keys() - {log.hex() for log in state.devices}:
        yield Finding("kios", name[:12], "device-missing", "pernah didaftarkan, sekarang tidak ada")


def _follow(stories: dict[str, UserStory], what: str, actor: str, data: dict[str, Any]) -> None:
    if what == "centre-founded":
        _found(stories, data)
        return
    story = stories.setdefault(str(data.get("user", actor)), UserStory())
    if what == "user-added":
        story.role, story.unit = data.get("role"), data.get("unit")
    elif what in {"user-disabled", "user-enabled"}:
        story.disabled = what == "user-disabled"
    elif what == "duty-granted":
        story.grant = data.get("grant")
    if what in {"user-added", "password-changed", "password-reset"}:
        story.seal, story.login = data.get("seal"), data.get("login")
    if what in {"user-disabled", "password-reset", "duty-granted"}:
        story.holds = what == "duty-granted"


def _found(stories: dict[str, UserStory], data: dict[str, Any]) -> None:
    """The first administrator, and the first grants; an earlier version did not list them."""
    first = [ADMIN, RECOVERY] + ([DEMO_OFFICER] if data.get("demo") else [])
    grants = data.get("grants")
    for name, grant in (grants if isinstance(grants, dict) else dict.fromkeys(first)).items():
        story = stories.setdefault(name, UserStory())
        story.holds, story.grant = True, grant
    admin = stories.setdefault(ADMIN, UserStory())
    admin.role, admin.unit, admin.seal, admin.login = Role.ADMIN.value, "", data.get("seal"), data.get("login")


def _check_user(user: sqlite3.Row, said: UserStory) -> Iterator[Finding]:
    name = user["name"]
    if (said.role, said.unit) != (user["role"], user["unit"]):
        yield Finding(_TABLE, name, "user-role", "peran atau unitnya tidak ada dalam peristiwa")
    if bool(user["disabled"]) != said.disabled:
        yield Finding(_TABLE, name, "user-disabled", "keadaan nonaktif tidak ada dalam peristiwa")
    key = UserKey(user["seal"], user["seal_private"])
    facts = login_facts(user["password"], key, must_change=bool(user["must_change"]))
    if said.login not in {None, facts["login"]}:
        yield Finding(_TABLE, name, "user-login", "kata sandi atau kunci pribadinya lain daripada dalam peristiwa")
    if said.seal not in {None, facts["seal"]}:
        yield Finding(_TABLE, name, "user-key", "kuncinya bukan yang tercatat dalam peristiwa")


def _check_grants(name: str, held: list[str], said: UserStory) -> Iterator[Finding]:
    who = name or "kunci pemulihan"
    if len(held) > int(said.holds):
        yield Finding("izin", who, "grant-extra", "izin kunci tugas tidak ada dalam peristiwa")
    elif len(held) < int(said.holds):
        yield Finding("izin", who, "grant-missing", "izin kunci tugas tercatat dalam peristiwa, sekarang tidak ada")
    elif held and said.grant not in {None, held[0]}:
        yield Finding("izin", who, "grant", "izin kunci tugas bukan yang tercatat dalam peristiwa")
