"""`unit list`: the codes that other commands ask for."""

from pathlib import Path

import click

from server.cli.group import IndonesianGroup, data_option, json_option, say, tell
from server.errors import UnknownUnitError
from server.store.centre import DATABASE, Reader
from server.store.city import City, load_city
from server.store.keys import load_keys


@click.group(cls=IndonesianGroup)
def unit() -> None:
    """Unit kota: kelurahan, puskesmas, kecamatan dan OPD."""


@unit.command("list")
@data_option
@click.option("--kind", default=None, metavar="JENIS", help="Satu jenis saja, misalnya puskesmas atau kelurahan.")
@json_option
def list_(data: Path, kind: str | None, *, as_json: bool) -> None:
    """Daftar kode unit, namanya, jenisnya, dan unit atasannya."""
    load_keys(data)
    reader = Reader(data / DATABASE)
    try:
        city: City = reader.read(load_city)
    finally:
        reader.close()
    found = [unit for unit in city.units.values() if kind in {None, unit.kind}]
    if not found:
        kinds = ", ".join(sorted({unit.kind for unit in city.units.values()}))
        raise UnknownUnitError(f"tidak ada unit berjenis {kind}; yang ada: {kinds}")
    if as_json:
        facts = [{"code": unit.code, "name": unit.name, "kind": unit.kind, "parent": unit.parent} for unit in found]
        say({"units": facts})
        return
    for row in found:
        tell(f"{row.code:20}  {row.kind:15}  {row.name}" + (f"  (di bawah {row.parent})" if row.parent else ""))
