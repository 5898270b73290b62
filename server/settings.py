"""The centre's settings: `server.toml` in the data folder, `KASIH_*` variables, flags, in rising order.

`KASIH_CENTRE_*` is read by the centre alone, and wins over `KASIH_*`, which a kiosk on the same machine reads too.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from server.errors import SettingError
from server.reasons import why

FILE_NAME: Final = "server.toml"
_PREFIXES = ("KASIH_", "KASIH_CENTRE_")

Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Positive = Annotated[int, Meta(ge=1, le=1_000_000)]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an administrator may change. Each field is also the variable KASIH_<FIELD IN CAPITALS>."""

    city: str = "Kota Kupang"
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8000
    poll_s: Annotated[int, Meta(ge=1, le=86_400)] = 600
    """How often a kiosk asks when it has nothing to send; goes down in CONFIG at enrolment."""
    code_hours: Annotated[int, Meta(ge=0, le=24 * 365)] = 72
    """How long an enrolment code is good."""
    body_idle_s: Seconds = 30.0
    """How long a request's body may stand still before what came of it is processed as if it had been cut."""
    max_syncs: Positive = 64
    """Bundles in work at a time; who comes next is asked to come again."""
    max_bodies_mb: Positive = 64
    """Memory for the bodies of all exchanges together, in MiB; beyond it only the beginning of a body is taken."""
    retry_after_s: Annotated[int, Meta(ge=1, le=86_400)] = 30
    wait_s: Seconds = 10.0
    """How long a command waits for another one that uses the data folder."""
    sms_prefix: Annotated[str, Meta(pattern=r"^[A-Z]{3,20}\Z")] = "KOTKUPANG"
    """The keyword with which a report by SMS begins in this city; goes down in CONFIG, and stands in the texts."""
    sms_replies_per_day: Positive = 30
    """Answers to one phone."""
    sms_same_per_day: Positive = 5
    """Answers with the very same words: two machines that answer each other end here."""
    sms_pins_per_day: Positive = 3
    """New PINs of one number."""
    reopen_days: Positive = 30
    """How long after its end a resident opens a case again by BELUM."""
    lock_after: Positive = 5
    """Wrong PINs for a number, or from a device, after which it is locked."""
    lock_s: Annotated[int, Meta(ge=1, le=86_400)] = 3600


def load_settings(data: Path, flags: Mapping[str, Any] | None = None) -> Settings:
    """Read the settings of a data folder; flags that are None do not count.

    Raises:
        SettingError: the file is no TOML, or a value cannot be used.
    """
    values: dict[str, Any] = {}
    file = data / FILE_NAME
    try:
        values.update(tomllib.loads(file.read_text("utf-8")) if file.exists() else {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"{file} bukan TOML yang benar{_place(str(error))}") from None
    except OSError as error:
        raise SettingError(f"{file} tidak dapat dibaca: {why(error)}") from None
    for name in Settings.__struct_fields__:
        for prefix in _PREFIXES:
            variable = os.environ.get(prefix + name.upper())
            if variable is not None:
                values[name] = variable
    values.update({name: value for name, value in (flags or {}).items() if value is not None})
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingError(_complaint(str(error), values)) from None


def _place(said: str) -> str:
    """Where in the file; the parser says it in English."""
    found = re.search(r"line (\d+), column (\d+)", said)
    return f" (baris {found[1]}, kolom {found[2]})" if found else ""


def _complaint(said: str, values: Mapping[str, Any]) -> str:
    """Which setting has a value that it cannot have, or does not exist."""
    found = re.search(r"unknown field `([^`]*)`|at `\$\.([^`]*)`", said)
    if found is None:
        return "pengaturan tidak dapat dipakai"
    if found[1] is not None:
        return f"pengaturan {found[1]} tidak dikenal"
    return f"pengaturan {found[2]} tidak dapat bernilai {values.get(found[2])!r}"
