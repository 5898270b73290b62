"""What the centre writes in an SMS: templates of the table `sms`, filled so that each fits one segment of GSM-7.

Pure: the rows are arguments. Never a word of a report goes into one.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from server.domain.deadlines import wita
from server.domain.lifecycle import Step

MAX_NAME: Final = 13
"""Characters of a unit or a status in an SMS."""
CENTRE: Final = "Pusat Kasih"
"""Who has a report that no unit has yet."""
A_UNIT: Final = "unit terkait"
"""In place of a unit's name where a report is secret: who else reads the phone must not learn what it is about."""
NO_DATE: Final = "tidak ada"
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("^{}\\[~]|€")


class Template(StrEnum):
    """Rows of the table that the centre fills."""

    ROUTED = "S03"
    STATUS = "S09"
    NOT_FOUND = "S10"
    REOPENED = "S15"
    RATE = "S16"
    HELP = "S21"
    STOPPED = "S22"
    NEW_PIN = "S23"
    STARTED = "S24"
    NOTED = "S25"


NEWS: Final[dict[Step, Template]] = {Step.VERIFIED: Template.ROUTED}
"""What a resident is told of a step without having asked."""
WORDS: Final[dict[str, str]] = {
    Template.ROUTED: "diteruskan",
    Template.STATUS: "keadaan laporan",
    Template.NOT_FOUND: "nomor tidak ditemukan",
    Template.REOPENED: "dibuka kembali",
    Template.RATE: "selesai, minta nilai",
    Template.HELP: "cara memakai SMS",
    Template.STOPPED: "berhenti menerima kabar",
    Template.NEW_PIN: "PIN baru",
    Template.STARTED: "menerima kabar lagi",
    Template.NOTED: "pesan dicatat",
}
"""What each is about, for the story of a case."""


def fill(templates: Mapping[str, str], template: Template, **values: str) -> str:
    """The text of a template. What GSM-7 cannot write becomes a question mark, so that it stays one segment.

    Raises:
        KeyError: no such row, or it names a value that is not given.
    """
    text = templates[template].format_map(values)
    return "".join(sign if sign in _BASIC or sign in _EXTENDED else "?" for sign in text)


def short_name(names: Mapping[str, str], code: str, name: str) -> str:
    """A unit or status in at most 13 characters: from the table, else its name cut at a word, else its code.

    One word alone, such as "Puskesmas", tells none from another: there the code stands.
    """
    if code in names:
        return names[code][:MAX_NAME]
    if len(name) <= MAX_NAME:
        return name
    whole = name[: MAX_NAME + 1].rpartition(" ")[0].rstrip(" .,")
    return whole if " " in whole else code[:MAX_NAME]


def short_date(at_ms: int | None) -> str:
    """Such as 30 Nov 2026, by Kupang's clock."""
    if at_ms is None:
        return NO_DATE
    day = wita(at_ms)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
