"""The kiosk's settings: `kiosk.toml` in the data folder, then KASIH_* variables, then flags; the last one wins.

KASIH_KIOSK_* is read by the kiosk alone, and wins over KASIH_*, which a centre on the same machine reads too.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from kiosk_agent.errors import SettingsError
from kiosk_agent.reasons import why

FILE: Final = "kiosk.toml"
_PREFIXES: Final = ("KASIH_", "KASIH_KIOSK_")

Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Count = Annotated[int, Meta(ge=0, le=100_000)]


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What can be set at a kiosk. What the centre decides comes with CONFIG instead."""

    server: str = ""
    """Another address of the centre than the one given at enrolment."""
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8180
    """Of the local pages; 0: any free one."""
    poll_s: Annotated[float, Meta(ge=0, le=86_400)] = 0
    """Seconds between exchanges when there is nothing new; 0: as the centre says."""
    backoff_s: Seconds = 60
    """Wait after the first failure; it doubles with each further one."""
    backoff_max_s: Seconds = 3_600
    connect_timeout_s: Seconds = 20
    stall_timeout_s: Seconds = 60
    """Silence after which a connection counts as cut."""
    exchange_timeout_s: Seconds = 600
    """For one exchange as a whole, however slowly it goes on."""
    wait_s: Annotated[float, Meta(ge=0, le=600)] = 10
    """How long a command waits for a data folder that is in use."""

    modem: str = ""
    """Ports of SMS modems, with spaces between them, for a kiosk that `run` is given none for."""
    sim_pin: Annotated[str, Meta(pattern=r"^([0-9]{4,8})?\Z")] = ""
    """Of the SIM card; one that a card refused is never tried on it again."""
    balance_code: Annotated[str, Meta(pattern=r"^([*#][0-9*#]{1,30})?\Z")] = ""
    """Such as *888#; empty: the balance is never asked for."""
    sms_sweep_s: Seconds = 20
    """How often the SIM is looked through even if nothing was indicated."""
    sms_incomplete_s: Seconds = 1_800
    """How long the missing parts of a message are waited for before it is filed without them."""
    sms_resend_s: Annotated[float, Meta(ge=0, le=86_400)] = 60
    """How long a delivery report is waited for before a message without an answer is sent once more."""
    sms_retry_s: Seconds = 30
    """Wait after a message that did not leave; it doubles with each further failure."""
    sms_per_hour: Count = 240
    """Parts that one SIM sends in an hour, at most."""
    sms_per_day: Count = 2_000
    sms_reports_per_hour: Count = 5
    """Of one sender; what comes above is filed and held."""
    sms_reports_per_day: Count = 20
    sms_replies_per_hour: Count = 10
    """To one number, whatever they say: an answering machine never sends the same report number back."""
    sms_replies_per_day: Count = 30
    sms_same_per_day: Count = 5
    """Replies to one number with the very same words."""
    sms_quiet_from: Annotated[int, Meta(ge=0, le=24)] = 21
    """The hour of WITA from which nothing goes out but answers."""
    sms_quiet_until: Annotated[int, Meta(ge=0, le=24)] = 6
    """And the hour until which; the same one: there are no quiet hours."""


def load_settings(folder: Path, flags: Mapping[str, Any] | None = None) -> Settings:
    """Read the settings of a data folder.

    Args:
        flags: given on the command line; None as a value means "not given".

    Raises:
        SettingsError: a setting is unknown or out of bounds; the message names it.
    """
    values = _from_file(folder / FILE)
    for name in Settings.__struct_fields__:
        for prefix in _PREFIXES:
            given = os.environ.get(prefix + name.upper())
            if given is not None:
                values[name] = given
    values |= {name: value for name, value in (flags or {}).items() if value is not None}
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(_in_words(str(error))) from None


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{path} tidak terbaca: {why(error)}.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        line = re.search(r"at line (\d+)", str(error))
        where = f", lihat baris {line[1]}" if line else ""
        raise SettingsError(f"{path} tidak terbaca: bukan TOML yang benar{where}.") from None


def _in_words(reason: str) -> str:
    """Name the setting that is wrong."""
    found = re.search(r"`\$\.(\w+)", reason)
    if found:
        return f"Setelan {found[1]} tidak benar: jenis atau besarnya tidak diterima."
    found = re.search(r"unknown field `([^`]*)`", reason)
    return f"Setelan {found[1]} tidak dikenal." if found else "Setelan tidak benar."
