"""`bundle import` and `bundle export`: the exchange by USB stick."""

from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import click
from msgspec import Struct, to_builtins

from server.bundle_file import REPLY_SUFFIX, SUFFIX, folder_or_file, read_pieces, write_file
from server.cli.devices_of import chosen_devices
from server.cli.group import IndonesianGroup, data_option, json_option, say, tell
from server.control import perform
from server.errors import BadBundleError, FileError
from server.store.beside import check_outside
from sync_protocol.bundle import MAGIC


@click.group(cls=IndonesianGroup)
def bundle() -> None:
    """Pertukaran lewat stik USB."""


class Imported(Struct):
    """What came of a file."""

    file: str
    stored: int = 0
    known: int = 0
    unsigned: int = 0
    foreign: int = 0
    malformed: int = 0
    cut: bool = False
    replies: list[str] = []

    def add(self, facts: dict[str, Any]) -> None:
        """Count a piece of it."""
        for name in ("stored", "known", "unsigned", "foreign", "malformed"):
            setattr(self, name, getattr(self, name) + facts[name])


@bundle.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=False))
@data_option
@json_option
def import_(file: Path, data: Path, *, as_json: bool) -> None:
    """Masukkan berkas dari stik (atau semua berkas dalam satu folder), dan tulis balasannya di sebelahnya."""
    files = _bundles_in(file)
    problems: list[BadBundleError | FileError] = []
    for path in files:
        try:
            imported, replies = _import_file(data, path)
        except (BadBundleError, FileError) as error:
            problems.append(error)
        else:
            if not as_json:
                tell(f"{imported.file}: {imported.stored} entri baru disimpan, {imported.known} sudah ada.")
            problems += _write_replies(imported, replies)
            _tell(imported, as_json=as_json)
    if problems:
        for problem in problems[:-1]:
            tell(f"kasih-server: {problem}", err=True)
        raise problems[-1]


@bundle.command("export")
@click.argument("file")
@data_option
@click.option("--device", default=None, metavar="LOG", help="Satu kios (awal namanya cukup).")
@click.option("--unit", default=None, metavar="KODE", help="Semua kios satu unit.")
@json_option
def export(file: str, data: Path, device: str | None, unit: str | None, *, as_json: bool) -> None:
    """Tulis kabar untuk kios ke stik: satu berkas, atau satu berkas per kios bila BERKAS sebuah folder."""
    place = folder_or_file(file)
    logs = [row["log"].hex() for row in chosen_devices(data, device, unit)]
    check_outside(place, data)
    bundles = {log: b64decode(perform(data, "bundle-export", {"log": log})["data"]) for log in logs}
    if place.is_dir():
        written = {place / f"{log}{REPLY_SUFFIX}": content for log, content in bundles.items()}
    else:
        written = {place: MAGIC + b"".join(content.removeprefix(MAGIC) for content in bundles.values())}
    for path, content in written.items():
        write_file(path, content)
    if as_json:
        say({"files": [str(path) for path in written], "devices": logs})
    else:
        tell(f"{len(logs)} kios, {len(written)} berkas ditulis.")


def _bundles_in(file: Path) -> list[Path]:
    if not file.is_dir():
        return [file]
    found = sorted(path for path in file.glob(f"*{SUFFIX}") if not path.name.endswith(REPLY_SUFFIX))
    if not found:
        raise FileError(f"tidak ada berkas *{SUFFIX} di {file}")
    return found


def _import_file(data: Path, path: Path) -> tuple[Imported, dict[Path, bytes]]:
    """Store what a file holds and fold it; give what came of it, and the replies that are to be written."""
    imported = Imported(str(path))
    replies: dict[Path, bytes] = {}
    is_ours = False
    for piece in read_pieces(path):
        facts = perform(data, "bundle-receive", {"data": b64encode(piece.data).decode()})
        imported.add(facts | {"malformed": piece.malformed})
        is_ours = is_ours or facts["known_log"]
        imported.cut = imported.cut or piece.rest > 0
        if facts["reply"] is not None:
            replies[path.with_name(facts["log"] + REPLY_SUFFIX)] = b64decode(facts["reply"])
    is_cut_at_once = imported.cut and not imported.foreign and not imported.malformed
    if not is_ours and not is_cut_at_once:
        raise BadBundleError(f"{path}: tidak ada isi dari kios yang dikenal; tidak ada yang disimpan")
    perform(data, "fold", {})
    return imported, replies


def _write_replies(imported: Imported, replies: dict[Path, bytes]) -> list[FileError]:
    """Write the replies beside the file; what was stored stays stored where the stick does not take them."""
    problems = []
    for path, content in replies.items():
        try:
            write_file(path, content)
        except FileError as error:
            problems.append(FileError(f"balasan untuk kios tidak tertulis: {error}"))
        else:
            imported.replies.append(str(path))
    return problems


def _tell(imported: Imported, *, as_json: bool) -> None:
    if as_json:
        say(to_builtins(imported))
    else:
        for reply in imported.replies:
            tell(f"Balasan: {reply}")
    if imported.cut:
        whole = imported.stored + imported.known
        tell(f"{imported.file} terpotong: {whole} entri utuh tersimpan, akhir berkas hilang.", err=True)
