"""What is peculiar to a make of modem, as data: quirks.json. `docs/modem.md` shows it to people."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

_ALWAYS_BOOT: Final = ("RDY", "+PBREADY", "^SYSSTART", "Call Ready", "SMS Ready", "PB DONE", "SMS DONE", "^BOOT")


class Quirk(Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of quirks.json: for whom it holds, why, and what differs."""

    name: str
    """As `kasih-modem probe` tells it, in Bahasa Indonesia."""
    manufacturer: str
    """A pattern, looked for in what the modem says, in any case; so are the next two."""
    why: str
    model: str = ""
    revision: str = ""
    setup: tuple[str, ...] = ()
    """Commands that it wants besides; whether it takes them does not matter."""
    boot: tuple[str, ...] = ()
    """What it says by itself after a restart."""
    chatter: tuple[str, ...] = ()
    """What it says by itself and means nothing to us."""
    indications: tuple[str, ...] = ()
    """Values of AT+CNMI, the best first."""
    storages: tuple[str, ...] = ()
    """Storages to sweep, instead of all that AT+CPMS=? names."""
    storage_names: Literal[0, 1, 2, 3] = 0
    """How many names AT+CPMS wants; 0: try."""
    listing: Literal["", "list", "slots"] = ""
    """How messages are found: by AT+CMGL, or place by place with AT+CMGR."""
    first_slot: int | None = None
    ussd: Literal["", "text", "packed"] = ""
    """How a code is given to AT+CUSD."""
    reset: str = ""


class Quirks(Struct, frozen=True, kw_only=True):
    """All that holds for one modem."""

    names: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    boot: tuple[str, ...] = _ALWAYS_BOOT
    chatter: tuple[str, ...] = ()
    indications: tuple[str, ...] = ("2,1,0,1,0", "1,1,0,1,0", "2,1,0,2,0", "2,1,0,0,0", "1,1,0,0,0")
    storages: tuple[str, ...] = ()
    storage_names: int = 0
    listing: str = "list"
    first_slot: int = 1
    ussd: str = "text"
    reset: str = "AT+CFUN=1,1"

    def is_boot(self, line: str) -> bool:
        """If a line says that the modem has just started."""
        return line.startswith(self.boot) and not self.is_chatter(line)

    def is_chatter(self, line: str) -> bool:
        return bool(self.chatter) and line.startswith(self.chatter)


@cache
def known() -> tuple[Quirk, ...]:
    """The entries of quirks.json."""
    text = files("firmware_bridge").joinpath("quirks.json").read_bytes()
    return msgspec.json.decode(text, type=tuple[Quirk, ...])


def quirks_of(manufacturer: str, model: str, revision: str, entries: Sequence[Quirk] | None = None) -> Quirks:
    """What holds for a modem: of several entries the later one wins, and their lists of lines are joined."""
    merged: dict[str, Any] = {}
    defaults = Quirks()
    for quirk in known() if entries is None else entries:
        told = ((quirk.manufacturer, manufacturer + " " + model), (quirk.model, model), (quirk.revision, revision))
        if not all(re.search(pattern, words, re.IGNORECASE) for pattern, words in told):
            continue
        merged["names"] = (*merged.get("names", ()), quirk.name)
        for name in ("setup", "boot", "chatter"):
            merged[name] = tuple(dict.fromkeys((*merged.get(name, getattr(defaults, name)), *getattr(quirk, name))))
        for name in ("indications", "storages", "storage_names", "listing", "first_slot", "ussd", "reset"):
            if (value := getattr(quirk, name)) or (name == "first_slot" and value is not None):
                merged[name] = value
    return msgspec.structs.replace(defaults, **merged)
