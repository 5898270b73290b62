"""`kasih-kiosk bundle`: to the centre and back on a USB stick."""

import json
from pathlib import Path

import click
import msgspec

from kiosk_agent.access import access
from kiosk_agent.cli.group import data_option, json_option
from kiosk_agent.sync.usb import Imported, place_for, read_file, reply_in, write_file


@click.group()
def bundle() -> None:
    """Pertukaran lewat stik USB."""


@bundle.command("export")
@click.argument("path", metavar="FILE")
@data_option
@json_option
def export(path: str, data: Path, *, as_json: bool) -> None:
    """Tulis semua yang belum diterima pusat ke FILE; FILE boleh sebuah folder."""
    with access(data) as kiosk:
        exported = kiosk.export()
    target = place_for(path, exported.name)
    write_file(target, exported.bundle)
    if as_json:
        said = {"file": str(target), "entries": exported.entries, "pending": exported.pending}
        click.echo(json.dumps(said | {"bytes": len(exported.bundle)}))
    else:
        click.echo(f"{target}: {exported.entries} catatan, {len(exported.bundle)} byte.")


@bundle.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@data_option
@json_option
def import_(path: Path, data: Path, *, as_json: bool) -> None:
    """Baca balasan pusat dari FILE; FILE boleh sebuah folder."""
    content = read_file(reply_in(path))
    with access(data) as kiosk:
        imported = kiosk.import_(content)
    click.echo(msgspec.json.encode(imported) if as_json else in_words(imported))


def in_words(imported: Imported) -> str:
    """What an import is told as, in one line, or two where the end is missing."""
    said = (
        f"Diterima {imported.received} catatan baru dari pusat; {imported.accepted} catatan kios ini terbukti sampai, "
        f"{imported.pending} belum."
    )
    if imported.rest:
        said += f"\nAkhir berkas hilang ({imported.rest} byte terakhir tidak utuh); catatan yang utuh sudah disimpan."
    return said
