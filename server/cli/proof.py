"""`verify`, `keys` and `verify-receipt`: what can be checked, by whom, and with what."""

import time
from itertools import chain
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import click
import msgspec

from server.audit import audit
from server.audit.finding import Finding
from server.audit.state import Audit
from server.bundle_file import write_file
from server.cli.group import data_option, escaped, fail, iso, json_option, moment, put, say, tell
from server.control import perform
from server.domain.published_keys import FORMAT, CentreKeySet, DeviceKey, Proven, PublishedKeys, check_receipt
from server.errors import CentreError, FileError, FolderInUseError, NotACentreError, SettingError
from server.reasons import why
from server.settings import load_settings
from server.store.beside import check_new, check_outside
from server.store.centre import DATABASE, Reader, wall_clock
from server.store.devices import list_devices
from server.store.keys import CentreKeys, load_keys
from server.store.master import unit_names


@click.command()
@data_option
@json_option
def verify(data: Path, *, as_json: bool) -> None:
    """Hitung ulang semua sidik, tanda tangan, rantai dan kasus; sebut satu baris untuk setiap yang tidak cocok."""
    unfolded = _fold(data)
    keys = load_keys(data)
    reader = Reader(data / DATABASE)
    begun = time.monotonic()
    try:
        findings, counts = reader.read(lambda connection: _audit(connection, keys, unfolded, as_json=as_json))
    finally:
        reader.close()
    seconds = round(time.monotonic() - begun, 1)
    if as_json:
        say({"ok": not findings, "findings": findings, "seconds": seconds, **counts})
    else:
        tell(
            f"{counts['entries']} entri kios, {counts['down']} entri pusat, {counts['events']} peristiwa,"
            f" {counts['cases']} kasus diperiksa dalam {seconds} detik."
        )
        tell("Semuanya cocok." if not findings else f"{findings} hal tidak cocok.")
    if findings:
        raise SystemExit(1)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@data_option
@click.option("--force", is_flag=True, help="Gantikan BERKAS yang sudah ada.")
@json_option
def keys(file: Path | None, data: Path, *, force: bool, as_json: bool) -> None:
    """Tulis kunci publik pusat dan semua kios ke BERKAS (tanpa BERKAS: ke keluaran), untuk siapa saja."""
    own = load_keys(data)
    if file is not None:
        check_outside(file, data)
        check_new(file, replace=force)
    reader = Reader(data / DATABASE)
    try:
        published = reader.read(lambda connection: _published(connection, own, load_settings(data).city))
    finally:
        reader.close()
    content = escaped(msgspec.json.format(msgspec.json.encode(published), indent=1).decode() + "\n").encode()
    if file is None:
        put(content, nl=False)
        return
    write_file(file, content)
    if as_json:
        say({"file": str(file), "devices": len(published.devices)})
    else:
        tell(f"{file}: kunci pusat dan {len(published.devices)} kios.")


@click.command("verify-receipt")
@click.option(
    "--keys",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="BERKAS",
    help="Kunci publik.",
)
@click.argument("text", nargs=-1, required=True)
@json_option
def verify_receipt(file: Path, text: tuple[str, ...], *, as_json: bool) -> None:
    """Periksa kartu bukti tanpa jaringan: TEKS isi QR-nya, BERKAS kunci yang diumumkan pusat."""
    proven = check_receipt(_read_keys(file), "".join(text))
    facts = _facts(proven)
    if as_json:
        say(facts)
        return
    tell("SAH: ditandatangani kios ini dan tidak diubah sejak itu.")
    tell(f"Nomor : {facts['number']}")
    tell(f"Kios  : {facts['unit_name']} ({facts['kiosk']})")
    filed_ms = proven.receipt.time_ms
    tell(f"Waktu : {moment(filed_ms) if filed_ms else 'tidak diketahui (jam kios salah)'}")
    if proven.device.state == "revoked":
        tell("Perhatian: kios ini kemudian dicabut.", err=True)


def _fold(data: Path) -> list[Finding]:
    """Finish the fold; what stops it is one more thing that does not hold, and no reason not to look for the others.

    Raises:
        NotACentreError, FolderInUseError, SettingError: nobody gets at the folder.
    """
    try:
        perform(data, "fold", {})
    except (NotACentreError, FolderInUseError, SettingError):
        raise
    except Exception as error:  # noqa: BLE001  Whatever was altered: to find out what is why the audit was called.
        reason = str(error) if isinstance(error, CentreError) else type(error).__name__
        return [Finding("lipatan", "terakhir", "fold", f"tidak selesai: {reason}")]
    return []


def _audit(
    connection: Connection, keys: CentreKeys, before: list[Finding], *, as_json: bool
) -> tuple[int, dict[str, Any]]:
    state = Audit(connection, keys)
    number = 0
    for finding in chain(before, audit(state)):
        number += 1
        if as_json:
            say(msgspec.to_builtins(finding))
        else:
            tell(finding.line())
    return number, dict(state.counts)


def _published(connection: Connection, own: CentreKeys, city: str) -> PublishedKeys:
    names = unit_names(connection)
    return PublishedKeys(
        format=FORMAT,
        city=city,
        made_at=iso(wall_clock()) or "",
        centre=CentreKeySet(own.sign_public.hex(), own.intake_public.hex(), own.duty_public.hex()),
        devices=[
            DeviceKey(
                log=row["log"].hex(),
                sign=row["sign"].hex(),
                name=row["name"],
                unit=row["unit"],
                unit_name=names.get(row["unit"], row["unit"]),
                state=row["state"],
            )
            for row in list_devices(connection)
        ],
    )


def _read_keys(file: Path) -> PublishedKeys:
    try:
        published = msgspec.json.decode(file.read_bytes(), type=PublishedKeys)
    except OSError as error:
        raise FileError(f"{file} tidak dapat dibaca: {why(error)}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise FileError(f"{file} bukan daftar kunci Kasih") from None
    if published.format != FORMAT:
        fail(f"{file} dari versi yang tidak dikenal")
    return published


def _facts(proven: Proven) -> dict[str, Any]:
    receipt, device = proven.receipt, proven.device
    return {
        "number": receipt.number,
        "entry": receipt.id.hex(),
        "log": device.log,
        "seq": receipt.seq,
        "kiosk": device.name,
        "unit": device.unit,
        "unit_name": device.unit_name,
        "state": device.state,
        "filed_at": iso(receipt.time_ms),
    }
