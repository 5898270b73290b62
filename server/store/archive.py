"""A backup as a file: one tar with the database, the keys and a manifest that says what they must be.

Nothing in it is believed before its SHA-256, SQLite's integrity check and the manifest agree, written or read.
It holds the centre's keys: whoever has the file can read every complaint that is not RAHASIA.
"""

import json
import os
import sqlite3
import tarfile
from contextlib import closing
from hashlib import file_digest
from io import BytesIO
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from server.errors import BackupError, NotACentreError
from server.reasons import why
from server.settings import FILE_NAME as SETTINGS
from server.store.centre import DATABASE
from server.store.keys import FILE_NAME as KEYS
from server.store.keys import load_keys, sync_folder

MANIFEST: Final = "manifest.json"
FORMAT: Final = "kasih-backup-1"
NEEDED: Final = (DATABASE, KEYS)
_MAX_MANIFEST = 16_000_000
_CHUNK = 1 << 20


class Member(Struct, frozen=True):
    """A file in the backup."""

    size: int
    sha256: str


class Manifest(Struct, frozen=True):
    """What a backup holds."""

    format: str
    made_at: int
    """Its maker's word: nothing else in the file says when."""
    centre: str
    """The centre's Ed25519 public key in hex."""
    upto: int
    """The newest entry of the ledger inside it."""
    devices: dict[str, str]
    """By log: the newest entry whose chain is complete, both in hex. Everything up to it is inside."""
    files: dict[str, Member]


def copy_database(connection: sqlite3.Connection, target: Path) -> None:
    """Copy a consistent snapshot, while others write, into a database of one file; nobody stays signed in there."""
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        connection.backup(copy)
        copy.execute("pragma journal_mode = delete")
        copy.execute("pragma secure_delete = on")
        copy.execute("delete from session")


def describe(folder: Path, made_at: int) -> Manifest:
    """Check a folder with a database and keys, and say what it holds.

    Raises:
        BackupError: the database or the keys are damaged.
    """
    try:
        with closing(sqlite3.connect(f"{(folder / DATABASE).resolve().as_uri()}?mode=ro", uri=True)) as connection:
            verdict = connection.execute("pragma integrity_check(1)").fetchone()[0]
            upto = connection.execute("select coalesce(max(n), 0) from entry").fetchone()[0]
            rooted = connection.execute("select log, rooted_id from device where rooted_id is not null").fetchall()
        keys = load_keys(folder)
    except NotACentreError as error:
        raise BackupError(f"isi cadangan rusak: {error}") from None
    except sqlite3.Error:
        raise BackupError("isi cadangan rusak: basis datanya tidak dapat dibaca") from None
    if verdict != "ok":
        raise BackupError("isi cadangan rusak: basis datanya tidak lulus pemeriksaan")
    return Manifest(
        format=FORMAT,
        made_at=made_at,
        centre=keys.sign_public.hex(),
        upto=upto,
        devices={log.hex(): entry.hex() for log, entry in rooted},
        files={name: _member(folder / name) for name in (*NEEDED, SETTINGS) if (folder / name).exists()},
    )


def pack(folder: Path, manifest: Manifest, target: Path) -> None:
    """Write the tar and make it durable."""
    note = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            tar.addfile(_info(MANIFEST, len(note), manifest.made_at), BytesIO(note))
            for name, member in manifest.files.items():
                with (folder / name).open("rb") as content:
                    tar.addfile(_info(name, member.size, manifest.made_at), content)
        file.flush()
        os.fsync(file.fileno())


def unpack(archive: Path, folder: Path) -> Manifest:
    """Take a backup apart into an empty folder and check everything.

    Raises:
        BackupError: it cannot be read, is no backup, or is damaged.
        OSError: the disk of the folder does not take it.
    """
    try:
        packed = archive.open("rb")
    except OSError as error:
        raise BackupError(f"{archive} tidak dapat dibaca: {why(error)}") from None
    try:
        with packed, tarfile.open(fileobj=packed, mode="r:") as tar:
            manifest = _read_manifest(tar)
            for name, member in manifest.files.items():
                _extract(tar, name, member, folder / name)
    except (tarfile.TarError, msgspec.MsgspecError, KeyError, ValueError, RecursionError):
        raise BackupError(f"{archive} bukan cadangan Kasih yang utuh") from None
    if describe(folder, manifest.made_at) != manifest:
        raise BackupError(f"{archive}: isinya tidak cocok dengan daftarnya")
    sync_folder(folder)
    return manifest


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _member(path: Path) -> Member:
    return Member(path.stat().st_size, digest(path))


def _info(name: str, size: int, made_at: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, made_at // 1000, 0o600
    return info


def _read_manifest(tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    content = tar.extractfile(first) if first is not None and first.isreg() and first.name == MANIFEST else None
    if content is None or first is None or first.size > _MAX_MANIFEST:
        raise BackupError("bukan cadangan Kasih")
    manifest = msgspec.convert(json.loads(content.read().decode("utf-8")), Manifest)
    if manifest.format != FORMAT or not set(NEEDED) <= set(manifest.files) <= {*NEEDED, SETTINGS}:
        raise BackupError("cadangan dari versi yang tidak dikenal")
    return manifest


def _extract(tar: tarfile.TarFile, name: str, member: Member, target: Path) -> None:
    """Copy one member under its own plain name: paths, links and sizes in the tar decide nothing."""
    info = tar.getmember(name)
    content = tar.extractfile(info) if info.isreg() and info.size == member.size else None
    if content is None:
        raise BackupError(f"{name} dalam cadangan tidak utuh")
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := content.read(_CHUNK):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if digest(target) != member.sha256:
        raise BackupError(f"{name} dalam cadangan rusak: sidik SHA-256 tidak cocok")
