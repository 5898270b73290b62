"""Bundles on a stick: a temporary name, flushed, read back, renamed; and what is worth keeping of a damaged one."""

import os
import secrets
import sys
from pathlib import Path
from typing import Final

from msgspec import Struct

from kiosk_agent.clock import Clock
from kiosk_agent.errors import EnrolError, StickError
from kiosk_agent.reasons import why
from kiosk_agent.store import Store
from kiosk_agent.sync.engine import count_frames, open_session
from kiosk_agent.sync.trust import pinned_of
from sync_protocol.bundle import read_bundle
from sync_protocol.errors import NoHeadError, NotABundleError, ProtocolError
from sync_protocol.reply import read_reply

MAX_FILE: Final = 256 * 1_048_576
"""Bytes: a stick's file may hold everything that the centre ever sent to one kiosk."""
SUFFIX: Final = ".kasih"
REPLY_SUFFIX: Final = ".reply.kasih"


class Exported(Struct, frozen=True):
    """A bundle for a stick."""

    bundle: bytes
    name: str
    """The file's name, where only a folder is given."""
    entries: int
    pending: int
    """Of them, how many the server has not received yet, as far as this kiosk knows."""


class Imported(Struct, frozen=True):
    """What a file brought."""

    received: int
    """Entries that were new here."""
    accepted: int
    """Own entries that the server has now and had not before."""
    pending: int
    skipped: int
    """Frames for others, malformed, or not signed by the centre."""
    rest: int
    """Bytes of a last frame that is cut: the end is missing."""


def export_bundle(store: Store, clock: Clock) -> Exported:
    """Everything that the server has not received yet, and the KEY, so that a restored server knows whose it is.

    Raises:
        NotEnrolledError: there are no keys yet.
        DiskError: the disk is at fault.
    """
    session = open_session(store)
    key = store.own_at(1)
    is_needed = session.cursor >= 1 and key is not None and key.raw is not None
    extra = [key.raw] if is_needed and key is not None and key.raw is not None else []
    bundle = session.request(clock.now_ms(), extra=extra, unlimited=True)
    return Exported(
        bundle=bundle,
        name=store.device.log.hex() + SUFFIX,
        entries=count_frames(bundle) - 1,
        pending=store.pending(),
    )


def import_bundle(store: Store, data: bytes) -> Imported:
    """Take a file that the centre wrote for this kiosk, as far as it is whole.

    Raises:
        StickError: not a bundle, or nothing in it is for this kiosk.
        NotSavedError: none of it is stored.
    """
    before = store.received_seq()
    try:
        _, reader = read_bundle(data)
        reply, pinned = read_reply(data, pinned_of(store, data))
    except NotABundleError:
        raise StickError("Berkas ini bukan berkas Kasih. Tidak ada yang disimpan.") from None
    except (NoHeadError, EnrolError):
        raise StickError("Berkas ini tidak berisi balasan pusat untuk kios ini. Tidak ada yang disimpan.") from None
    except ProtocolError as error:
        raise StickError(f"Berkas ini tidak bisa dibaca ({error.code}). Tidak ada yang disimpan.") from None
    stored = store.take(reply, pinned)
    return Imported(
        received=stored,
        accepted=max(0, store.received_seq() - before),
        pending=store.pending(),
        skipped=reply.skipped,
        rest=reader.rest,
    )


def place_for(given: str, name: str) -> Path:
    """Where to write what was asked for under this path: into the folder, under a name of ours, or as that very file.

    A stick that is not plugged in must not leave a file of its name on the kiosk's own disk, where nobody looks for it:
    a file is named by its ending, and whatever has another name is a folder.

    Raises:
        StickError: there is no such folder.
    """
    path = Path(given)
    if given and path.is_dir():
        return path / name
    is_file = path.suffix == SUFFIX and not given.endswith(("/", os.sep))
    folder = path.parent if is_file else given
    if not is_file or not path.parent.is_dir():
        hint = "" if is_file else f" (Nama berkas harus berakhiran {SUFFIX}.)"
        raise StickError(f"Folder {folder} tidak ada. Periksa apakah stiknya sudah terpasang.{hint}")
    return path


def write_file(path: Path, data: bytes) -> None:
    """Write a file so that a stick pulled out at any moment holds the whole of it, or not the name.

    Raises:
        StickError: it could not be written, or does not read back the same.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if _read_back(temporary) != data:
                raise StickError(f"Berkas {path} tidak terbaca kembali dengan benar. Pakai stik lain.")
            temporary.replace(path)
            _sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise StickError(f"Berkas {path} tidak bisa ditulis: {why(error)}.") from error


def replies_in(path: Path, log: str) -> list[Path]:
    """The file itself, or what a folder holds for the kiosk with this log, the likeliest first.

    A stick may serve many kiosks: the reply under the kiosk's own name comes before those of others, newer before
    older, and files that are named otherwise come last.

    Raises:
        StickError: there is none, or the folder cannot be read.
    """
    if not path.is_dir():
        return [path]
    try:
        files = [(file, file.stat()) for file in path.glob(f"*{SUFFIX}") if file.name != log + SUFFIX]
    except OSError as error:
        raise StickError(f"Folder {path} tidak bisa dibaca: {why(error)}.") from error
    found = [(file, stat.st_mtime) for file, stat in files if stat.st_size <= MAX_FILE]
    if not found:
        raise StickError(f"Di folder {path} tidak ada berkas balasan (*{REPLY_SUFFIX}).")
    own = log + REPLY_SUFFIX
    found.sort(key=lambda one: (one[0].name != own, not one[0].name.endswith(REPLY_SUFFIX), -one[1], one[0].name))
    return [file for file, _ in found]


def read_file(path: Path) -> bytes:
    """Read a file from a stick.

    Raises:
        StickError: it cannot be read, or is none that the centre wrote.
    """
    try:
        if path.stat().st_size > MAX_FILE:
            raise StickError(f"Berkas {path} terlalu besar (lebih dari {MAX_FILE >> 20} MB): ini bukan balasan pusat.")
        return path.read_bytes()
    except OSError as error:
        raise StickError(f"Berkas {path} tidak bisa dibaca: {why(error)}.") from error


def _read_back(path: Path) -> bytes:
    with path.open("rb") as file:
        if sys.platform == "linux":
            # Else the answer would come from memory, whatever the stick holds.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return file.read()


def _sync_folder(folder: Path) -> None:
    if sys.platform != "win32":  # There a folder cannot be opened, and needs no sync.
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
