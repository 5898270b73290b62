"""`backup` and `restore`."""

from pathlib import Path

import click

from server.cli.group import data_option, iso, json_option, moment, say, tell
from server.control import perform


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@data_option
@click.option("--force", is_flag=True, help="Gantikan BERKAS yang sudah ada.")
@json_option
def backup(file: Path, data: Path, *, force: bool, as_json: bool) -> None:
    """Cadangkan pusat ke BERKAS, juga saat ia berjalan. Simpan seperti kunci: isinya memuat kunci pusat."""
    facts = perform(data, "backup", {"file": str(file.absolute()), "replace": force})
    if as_json:
        say(facts)
        return
    tell(f"{facts['file']}: {facts['entries']} entri dari {facts['devices']} kios, {facts['size']} byte.")
    tell(f"SHA-256 {facts['sha256']}")
    tell("Berkas ini memuat kunci pusat: sandikan dulu, lalu simpan terkunci di luar gedung ini.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@data_option
@click.option("--force", is_flag=True, help="Pindahkan isi FOLDER yang ada ke samping (tidak dihapus).")
@json_option
def restore(file: Path, data: Path, *, force: bool, as_json: bool) -> None:
    """Pulihkan pusat dari cadangan. Yang masuk sesudahnya dikirim ulang oleh kios dengan sendirinya."""
    from server.actions.restore_backup import restore_backup  # noqa: PLC0415  Not needed by the other commands.

    restored = restore_backup(file, data, force=force)
    if as_json:
        say(
            {
                "made_at": iso(restored.made_at),
                "entries": restored.entries,
                "devices": restored.devices,
                "moved_to": restored.moved_to,
            }
        )
        return
    tell(f"Pulih: cadangan {moment(restored.made_at)}, {restored.entries} entri.")
    if restored.moved_to:
        tell(f"Folder lama ada di {restored.moved_to}")
    tell("Jalankan pusat; setiap kios mengirim ulang kekurangannya pada kontak berikut.")
