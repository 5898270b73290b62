"""`kasih-kiosk bundle`: to the centre and back on a USB stick."""

from pathlib import Path

import click
from msgspec import to_builtins

from kiosk_agent.access import Access, access
from kiosk_agent.cli.group import data_option, json_option, say, tell
from kiosk_agent.errors import KioskError, StickError
from kiosk_agent.sync.usb import Imported, place_for, read_file, replies_in, write_file
from sync_protocol.states import Enrolment


@click.group()
def bundle() -> None:
    """Pertukaran lewat stik USB."""


@bundle.command("export")
@click.argument("path", metavar="FILE")
@data_option
@json_option
def export(path: str, data: Path, *, as_json: bool) -> None:
    """Tulis semua yang belum diterima pusat ke FILE (nama.kasih, atau sebuah folder)."""
    with access(data) as kiosk:
        exported = kiosk.export()
    target = place_for(path, exported.name)
    write_file(target, exported.bundle)
    if as_json:
        said = {"file": str(target), "entries": exported.entries, "pending": exported.pending}
        say(said | {"bytes": len(exported.bundle)})
    else:
        tell(f"{target}: {exported.entries} catatan, {len(exported.bundle)} byte.")


@bundle.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@data_option
@json_option
def import_(path: Path, data: Path, *, as_json: bool) -> None:
    """Baca balasan pusat dari FILE; di sebuah folder dicari yang untuk kios ini."""
    with access(data) as kiosk:
        was = kiosk.status().state
        file, imported = _take(kiosk, path)
        status = kiosk.status()
    if as_json:
        say({"file": str(file)} | to_builtins(imported))
        return
    tell(f"{file}: {in_words(imported)}")
    if status.state is Enrolment.ACTIVE and was is not Enrolment.ACTIVE:
        tell(f"Kios terdaftar di {status.unit_name or status.unit} ({status.unit}).")


def _take(kiosk: Access, path: Path) -> tuple[Path, Imported]:
    """Import the first file that is for this kiosk, and say which it was.

    Raises:
        StickError: none is; a single one is named, with what is wrong with it.
    """
    files, reason = replies_in(path, kiosk.status().log), ""
    for file in files:
        content = read_file(file)
        try:
            return file, kiosk.import_(content)
        except KioskError as error:
            if error.code != StickError.code:
                raise
            reason = str(error)
    if len(files) == 1:
        raise StickError(f"{files[0]}: {reason}")
    raise StickError(
        f"Di folder {path} ada {len(files)} berkas, tidak satu pun berisi balasan pusat untuk kios ini. "
        "Tidak ada yang disimpan."
    )


def in_words(imported: Imported) -> str:
    """What an import is told as, in one line, or two where the end is missing."""
    said = (
        f"Diterima {imported.received} catatan baru dari pusat; {imported.accepted} catatan kios ini terbukti sampai, "
        f"{imported.pending} belum."
    )
    if imported.rest:
        said += f"\nAkhir berkas hilang ({imported.rest} byte terakhir tidak utuh); catatan yang utuh sudah disimpan."
    return said
