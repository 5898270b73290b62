"""The life of a case at the centre: one table of legal moves over the statuses of `server/data/status.csv`."""

from enum import StrEnum
from typing import Final

from server.domain.roles import Role
from server.errors import StepNotAllowedError


class Status(StrEnum):
    """Where a case stands; the codes are those of status.csv, where their labels stand too."""

    BARU = "BARU"
    BELUM_VERIFIKASI = "BELUM_VERIFIKASI"
    TUNDA = "TUNDA"
    BELUM_TL = "BELUM_TL"
    PROSES = "PROSES"
    DITANGGAPI = "DITANGGAPI"
    SELESAI = "SELESAI"
    DIBUKA_LAGI = "DIBUKA_LAGI"
    BUKAN_WEWENANG = "BUKAN_WEWENANG"
    GABUNG = "GABUNG"
    ARSIP = "ARSIP"


class Step(StrEnum):
    """What happens to a case; the value is the type of the event that says so."""

    VERIFIED = "verified"
    """Checked by sworn staff and handed over (disposisi) to the unit that is to act."""
    HELD = "held"
    AMENDED = "amended"
    NOT_OURS = "not-ours"
    ROUTED = "routed"
    RETURNED = "returned"
    STARTED = "started"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    DISPUTED = "disputed"
    MERGED = "merged"
    UNMERGED = "unmerged"
    ARCHIVED = "archived"
    REOPENED = "reopened"


_S = Status

FIRST_STATUS: Final = _S.BELUM_VERIFIKASI
"""Where a case stands that has just arrived."""
CLOSED: Final = frozenset({_S.SELESAI, _S.BUKAN_WEWENANG, _S.GABUNG, _S.ARSIP})
"""Nothing more is expected, unless it is opened again."""
OPEN: Final = tuple(status for status in Status if status not in CLOSED)
"""Somebody is still needed: all others (status.csv, column open311)."""
UNVERIFIED: Final = (_S.BARU, _S.BELUM_VERIFIKASI)
"""Nobody at the centre has checked it yet."""

TRANSITIONS: Final[dict[tuple[Status, Step], Status]] = {
    (_S.BARU, Step.VERIFIED): _S.BELUM_TL,
    (_S.BELUM_VERIFIKASI, Step.VERIFIED): _S.BELUM_TL,
    (_S.BARU, Step.HELD): _S.TUNDA,
    (_S.BELUM_VERIFIKASI, Step.HELD): _S.TUNDA,
    (_S.TUNDA, Step.AMENDED): _S.BELUM_VERIFIKASI,
    (_S.BARU, Step.NOT_OURS): _S.BUKAN_WEWENANG,
    (_S.BELUM_VERIFIKASI, Step.NOT_OURS): _S.BUKAN_WEWENANG,
    (_S.BELUM_TL, Step.ROUTED): _S.BELUM_TL,
    (_S.DIBUKA_LAGI, Step.ROUTED): _S.BELUM_TL,
    (_S.BELUM_TL, Step.RETURNED): _S.BELUM_VERIFIKASI,
    (_S.BELUM_TL, Step.STARTED): _S.PROSES,
    (_S.DIBUKA_LAGI, Step.STARTED): _S.PROSES,
    (_S.BELUM_TL, Step.ANSWERED): _S.DITANGGAPI,
    (_S.PROSES, Step.ANSWERED): _S.DITANGGAPI,
    (_S.DIBUKA_LAGI, Step.ANSWERED): _S.DITANGGAPI,
    (_S.DITANGGAPI, Step.CONFIRMED): _S.SELESAI,
    (_S.DITANGGAPI, Step.DISPUTED): _S.DIBUKA_LAGI,
    (_S.SELESAI, Step.DISPUTED): _S.DIBUKA_LAGI,
    (_S.GABUNG, Step.UNMERGED): _S.BELUM_VERIFIKASI,
    (_S.ARSIP, Step.REOPENED): _S.BELUM_VERIFIKASI,
    (_S.BUKAN_WEWENANG, Step.REOPENED): _S.BELUM_VERIFIKASI,
    **{(status, Step.MERGED): _S.GABUNG for status in OPEN},
    **{(status, Step.ARCHIVED): _S.ARSIP for status in OPEN},
    **{(status, Step.CLOSED): _S.SELESAI for status in (_S.PROSES, _S.DITANGGAPI, _S.DIBUKA_LAGI)},
}
"""(where it stands, what happens) -> where it stands then. What is not in here cannot happen."""

DOERS: Final[dict[Step, frozenset[Role]]] = {
    Step.VERIFIED: frozenset({Role.ADMIN, Role.PETUGAS}),
    Step.HELD: frozenset({Role.ADMIN, Role.PETUGAS}),
    Step.NOT_OURS: frozenset({Role.ADMIN, Role.PETUGAS}),
    Step.ROUTED: frozenset({Role.ADMIN, Role.PETUGAS}),
    Step.MERGED: frozenset({Role.ADMIN, Role.PETUGAS}),
    Step.UNMERGED: frozenset({Role.ADMIN, Role.PETUGAS}),
    Step.ARCHIVED: frozenset({Role.ADMIN, Role.PETUGAS}),
    Step.REOPENED: frozenset({Role.ADMIN}),
    Step.CLOSED: frozenset({Role.ADMIN}),
    Step.RETURNED: frozenset({Role.OPD}),
    Step.STARTED: frozenset({Role.OPD}),
    Step.ANSWERED: frozenset({Role.OPD}),
    Step.AMENDED: frozenset(),
    Step.CONFIRMED: frozenset(),
    Step.DISPUTED: frozenset(),
}
"""Who may take a step at the centre; nobody where only the resident can."""


def follow(status: Status, step: Step) -> Status:
    """Give the status that follows.

    Raises:
        StepNotAllowedError: the table has no such move.
    """
    try:
        return TRANSITIONS[status, step]
    except KeyError:
        raise StepNotAllowedError(
            "Langkah ini tidak dapat diambil: status laporan sudah berubah. Muat ulang halaman."
        ) from None


def legal_steps(status: Status, role: Role) -> list[Step]:
    """What this role may do with a case that stands here, the likely step first."""
    return [step for (at, step) in TRANSITIONS if at is status and role in DOERS[step]]


def days_allowed(status: Status, *, verify_days: int, act_days: int) -> int | None:
    """Working days that the centre has for the step that is due now; None where no clock of the centre runs."""
    if status in UNVERIFIED:
        return verify_days
    if status in {_S.BELUM_TL, _S.PROSES, _S.DIBUKA_LAGI}:
        return act_days
    return None
