"""Who may see and do what. Every page, list, count and export asks here; nothing else decides it.

Four roles: `admin` (central admin; runs the centre, is not sworn, opens no name), `petugas` (sworn intake staff),
`opd` (pejabat penghubung of an agency, who sees the agency's own cases alone) and `auditor` (Ombudsman: reads, changes
nothing, sees no names).
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from sync_protocol.vocabulary import Identity


class Role(StrEnum):
    """What a person is at the centre; held under a decree, at a unit."""

    ADMIN = "admin"
    PETUGAS = "petugas"
    OPD = "opd"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What a role allows, apart from which cases it concerns."""

    SEE_CASES = "see cases"
    VERIFY = "verify"
    UNMASK = "unmask"
    READ_REASONS = "read reasons"
    """Why somebody opened a name or a secret report. Officers write it, so it could hold words of the case."""
    OPEN_SECRET = "open secret"
    SEE_DEVICES = "see devices"
    MANAGE_DEVICES = "manage devices"


ALLOWED: Final[dict[Role, frozenset[Permission]]] = {
    Role.ADMIN: frozenset(
        {Permission.SEE_CASES, Permission.VERIFY, Permission.SEE_DEVICES, Permission.MANAGE_DEVICES},
    ),
    Role.PETUGAS: frozenset(
        {
            Permission.SEE_CASES,
            Permission.VERIFY,
            Permission.UNMASK,
            Permission.READ_REASONS,
            Permission.OPEN_SECRET,
            Permission.SEE_DEVICES,
        },
    ),
    Role.OPD: frozenset({Permission.SEE_CASES}),
    Role.AUDITOR: frozenset({Permission.SEE_CASES, Permission.READ_REASONS, Permission.SEE_DEVICES}),
}


class Viewer(Struct, frozen=True):
    """Who looks."""

    id: int
    name: str
    role: Role
    unit: str = ""
    full_name: str = ""

    def may(self, permission: Permission) -> bool:
        return permission in ALLOWED[self.role]

    @property
    def scope(self) -> "Scope":
        """Which cases exist for this person."""
        return Scope(handler=self.unit if self.role is Role.OPD else None, not_about=self.unit)


class Scope(Struct, frozen=True):
    """Which cases exist for somebody: the others are absent from lists, counts and pages alike."""

    handler: str | None
    """Only cases in the hands of this unit; None: of any."""
    not_about: str
    """No case about this unit: the accused office never sees its case. Empty: no such limit."""

    def holds(self, *, handler: str, accused: str) -> bool:
        """Whether a case lies within this scope."""
        if self.not_about and accused == self.not_about:
            return False
        return self.handler is None or (self.handler != "" and handler == self.handler)


class Shown(Struct, frozen=True):
    """Which fields of a case may be shown to somebody without further ado."""

    text: bool
    """What was reported and where."""
    name: bool
    phone: bool


def shown(viewer: Viewer, identity: Identity) -> Shown:
    """What a person sees of a case that exists for them.

    TERBUKA: the handling agency sees the name. ANONIM: sworn staff alone, and only on demand. RAHASIA: nobody sees
    text, name or phone before it was opened with the duty key. A phone number is never shown without a reason.
    """
    if identity is Identity.SECRET:
        return Shown(text=False, name=False, phone=False)
    return Shown(text=True, name=viewer.role is Role.OPD and identity is Identity.OPEN, phone=False)


def may_unmask(viewer: Viewer, identity: Identity) -> bool:
    """Whether name and phone may be opened with a reason, which is logged."""
    return viewer.may(Permission.UNMASK) and identity in {Identity.OPEN, Identity.ANONYMOUS}


def may_open(viewer: Viewer, identity: Identity) -> bool:
    """Whether a report is one that this person may open with the duty key; who holds the key is another matter."""
    return viewer.may(Permission.OPEN_SECRET) and identity is Identity.SECRET


def may_read_summary(viewer: Viewer, handler: str) -> bool:
    """Whether the summary of a secret report may be shown: to the unit that handles it, and to people of no unit.

    Whom the report is about lies in its seal, so nobody can tell whether it is about the unit of anyone else.
    """
    return viewer.unit in {"", handler}
