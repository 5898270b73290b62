"""Bundles as files on a stick: read in pieces whatever their size, written so that no half file is ever left."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from server.errors import BadBundleError, FileError
from server.reasons import why
from server.store.keys import sync_folder
from sync_protocol.bundle import BundleReader, write_bundle
from sync_protocol.entry import Entry
from sync_protocol.errors import NotABundleError
from sync_protocol.kinds import Kind

REPLY_SUFFIX = ".reply.kasih"
SUFFIX = ".kasih"
_READ = 262_144


class Piece(Struct, frozen=True):
    """A part of a file, as a bundle of its own."""

    data: bytes
    malformed: int
    rest: int
    """Bytes of an incomplete last frame; known at the last piece."""


def read_pieces(path: Path) -> Iterator[Piece]:
    """Give a bundle file in pieces; the HEADs come last, each alone, so that they are answered when all is stored.

    Raises:
        FileError: it cannot be read.
        BadBundleError: it does not start as a bundle does.
    """
    reader = BundleReader()
    heads: dict[bytes, Entry] = {}
    counted = 0
    try:
        with path.open("rb") as file:
            while data := file.read(_READ):
                entries = reader.feed(data)
                heads.update({entry.log: entry for entry in entries if entry.kind == Kind.HEAD})
                others = [entry.raw for entry in entries if entry.kind != Kind.HEAD]
                yield Piece(write_bundle(others), reader.malformed - counted, 0)
                counted = reader.malformed
    except OSError as error:
        raise FileError(f"{path} tidak dapat dibaca: {why(error)}") from None
    except NotABundleError:
        raise BadBundleError(f"{path} bukan berkas Kasih; tidak ada yang disimpan") from None
    if not reader.started:
        raise BadBundleError(f"{path} bukan berkas Kasih; tidak ada yang disimpan")
    for head in heads.values():
        yield Piece(write_bundle([head.raw]), 0, 0)
    yield Piece(write_bundle([]), reader.malformed - counted, reader.rest)


def folder_or_file(given: str) -> Path:
    """A folder that is there, or a `.kasih` file in one: a stick that is not plugged in must not become a file here.

    Raises:
        FileError: there is no such folder.
    """
    path = Path(given)
    if given and path.is_dir():
        return path
    is_file = path.suffix == SUFFIX and not given.endswith("/")
    if not is_file or not path.parent.is_dir():
        folder = path.parent if is_file else given
        hint = "" if is_file else f" (nama berkas harus berakhiran {SUFFIX})"
        raise FileError(f"folder {folder} tidak ada; periksa apakah stiknya sudah terpasang{hint}")
    return path


def write_file(path: Path, data: bytes) -> None:
    """Write to a temporary name, flush, read back, rename.

    Raises:
        FileError: the stick is full, gone, or gives back something else.
    """
    temporary = path.with_name(path.name + ".new")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if _read_back(temporary) != data:
            raise FileError(f"{path} tidak terbaca kembali dengan benar; pakai stik lain")
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise FileError(f"{path} tidak dapat ditulis: {why(error)}") from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _read_back(path: Path) -> bytes:
    with path.open("rb") as file:
        if sys.platform == "linux":
            # Else the answer would come from memory, whatever the stick holds.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return file.read()
