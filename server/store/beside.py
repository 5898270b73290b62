"""Where a file may be written for people: never in the data folder itself, whose files it would replace or crowd."""

import re
import shutil
import tempfile
from pathlib import Path
from typing import Final

from server.errors import FileError
from server.reasons import why

_RANDOM: Final = re.compile(r"[a-z0-9_]{8}")
"""What `tempfile.mkdtemp` puts into a name."""


def check_outside(target: Path, data: Path) -> None:
    """Refuse a place in the data folder, also behind a link, or one that is a file of the centre by another name.

    Raises:
        FileError: it lies there, or nobody may look where it lies.
    """
    try:
        places = {target.resolve(), target.parent.resolve() / target.name}
        is_ours = any(_is_same(folder, data) for place in places for folder in (place, *place.parents))
        is_ours = is_ours or any(_is_same(target, own) for own in data.iterdir())
    except OSError as error:
        raise FileError(f"{target} tidak dapat ditulis: {why(error)}") from None
    if is_ours:
        raise FileError(f"{target} ada di dalam folder data pusat {data}, yang bisa rusak karenanya; pilih folder lain")


def check_new(target: Path, *, replace: bool) -> None:
    """Refuse a place where a file is already, unless it is to be replaced.

    Raises:
        FileError: something lies there.
    """
    if target.exists() and not replace:
        raise FileError(f"{target} sudah ada; pakai nama lain, atau --force untuk menggantinya")


def work_folder(beside: Path, suffix: str) -> Path:
    """A folder beside a file or folder, for its owner alone; what a power cut left of an earlier one goes.

    It holds keys, so nothing of it may stay; and nothing but it may go, such as a neighbour's work in progress.

    Raises:
        OSError: nobody can write there.
    """
    for found in beside.parent.iterdir():
        if is_leftover(found, beside, suffix):
            shutil.rmtree(found, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f".{beside.name}.", suffix=suffix, dir=beside.parent))


def is_leftover(found: Path, beside: Path, suffix: str) -> bool:
    """Whether this is a work folder that `work_folder` once made there."""
    begin, name = f".{beside.name}.", found.name
    is_named = name.startswith(begin) and name.endswith(suffix)
    return is_named and _RANDOM.fullmatch(name[len(begin) : -len(suffix)]) is not None


def _is_same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)
