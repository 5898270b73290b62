"""The texts that a kiosk answers an SMS with by itself, from the centre's table `sms`. Each fits one GSM-7 segment."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from kiosk_agent.intake.master import Master
from kiosk_agent.sms_desk.grammar import DEFAULT_PREFIX
from sync_protocol.bodies import Config

TABLE: Final = "sms"
SHORT_NAME: Final = 13
"""Characters of a unit's name in an SMS."""
_OWN: Final = "KASIH"
_LEAST, _MOST = 10, 20
"""Characters of a text's beginning by which it is known for ours."""


class Template(StrEnum):
    """Rows of the table that a kiosk fills."""

    RECEIVED = "S01"
    EMPTY = "S08"
    NOT_FOUND = "S10"
    EMERGENCY = "S11"
    SECRET = "S12"
    WAITING = "S13"
    CUT = "S17"
    HELD = "S18"
    HELP = "S21"


def fill(master: Master, template: Template, **values: object) -> str:
    """The text; empty where the centre sent no such row, or one that names what is not known."""
    row = next((row for row in master.rows.get(TABLE, ()) if row.get("id") == template), None)
    try:
        return row.get("templat", "").format_map(values) if row is not None else ""
    except (KeyError, ValueError, IndexError, AttributeError):
        return ""


def kiosk_name(config: Config | None) -> str:
    """What an SMS calls this kiosk's unit: as the centre's SMS call it, where the centre has said so."""
    if config is None:
        return "kios"
    return config.settings.get("sms_name", "")[:SHORT_NAME] or short_name(config.unit_name) or "kios"


def keyword(config: Config | None) -> str:
    """With what a report begins in this city."""
    return (config.settings.get("sms_prefix", "") if config is not None else "") or DEFAULT_PREFIX


def short_name(name: str) -> str:
    """The name of an office in at most 13 characters, whole words where that can be."""
    for long, short in (("Kelurahan ", "Kel. "), ("Puskesmas ", "Pusk. "), ("Kecamatan ", "Kec. ")):
        name = name.replace(long, short)
    if len(name) <= SHORT_NAME:
        return name
    whole = name[: SHORT_NAME + 1].rpartition(" ")[0].rstrip(" .,")
    return whole if len(whole) > SHORT_NAME // 2 else name[:SHORT_NAME].rstrip()


def choose(flags: Iterable[str], *, is_secret: bool, is_reached: bool) -> Template:
    """The one reply to a report: first what somebody must know at once."""
    said = set(flags)
    for flag, template in (
        ("emergency", Template.EMERGENCY),
        ("incomplete", Template.CUT),
        ("held", Template.HELD),
    ):
        if flag in said:
            return template
    if is_secret:
        return Template.SECRET
    return Template.RECEIVED if is_reached else Template.WAITING


def is_echo(master: Master, text: str) -> bool:
    """Whether it is one of our own texts come back, as forwarding and answering machines send them."""
    said = _plain(text)
    beginnings = (_plain(row.get("templat", "").partition("{")[0])[:_MOST] for row in master.rows.get(TABLE, ()))
    return said.startswith(f"{_OWN}:") or any(len(one) >= _LEAST and said.startswith(one) for one in beginnings)


def _plain(text: str) -> str:
    """Without what machines change on the way."""
    return " ".join(text.split()).upper()
