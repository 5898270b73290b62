"""`user add`, `user password`, `user disable` and `user list`."""

from pathlib import Path
from typing import Any

import click

from server.cli.group import IndonesianGroup, data_option, json_option, say
from server.control import perform
from server.domain.roles import Role
from server.store import users
from server.store.centre import DATABASE, Reader
from server.store.keys import load_keys


@click.group(cls=IndonesianGroup)
def user() -> None:
    """Siapa yang boleh masuk ke halaman pusat."""


@user.command()
@click.argument("name")
@data_option
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="Perannya.")
@click.option("--unit", default="", metavar="KODE", help="Unitnya; wajib untuk peran opd.")
@click.option("--full-name", default="", metavar="NAMA", help="Nama lengkap, untuk ditampilkan.")
@json_option
def add(name: str, data: Path, role: str, unit: str, full_name: str, *, as_json: bool) -> None:
    """Tambahkan pengguna dan cetak kata sandi sekali pakai."""
    args = {"name": name, "role": role, "unit": unit, "full_name": full_name}
    _tell(perform(data, "user-add", args), as_json=as_json)


@user.command()
@click.argument("name")
@data_option
@json_option
def password(name: str, data: Path, *, as_json: bool) -> None:
    """Cetak kata sandi sekali pakai yang baru. Izin kunci tugas orang ini harus diberikan lagi."""
    _tell(perform(data, "user-password", {"name": name}), as_json=as_json)


@user.command()
@click.argument("name")
@data_option
@json_option
def disable(name: str, data: Path, *, as_json: bool) -> None:
    """Tutup akun: sesinya berakhir dan ia tidak dapat masuk lagi. Riwayatnya tetap."""
    facts = perform(data, "user-disable", {"name": name})
    if as_json:
        say(facts)
    else:
        click.echo(f"Akun {facts['user']} ditutup.")


@user.command("list")
@data_option
@json_option
def list_(data: Path, *, as_json: bool) -> None:
    """Daftar semua pengguna."""
    load_keys(data)
    reader = Reader(data / DATABASE)
    try:
        found = reader.read(users.list_users)
    finally:
        reader.close()
    if as_json:
        say({"users": found})
        return
    for row in found:
        state = "ditutup" if row["disabled"] else "kata sandi sekali pakai" if row["must_change"] else "aktif"
        click.echo(f"{row['name']:20}  {row['role']:8}  {row['unit']:20}  {state:24}  {row['full_name']}".rstrip())


def _tell(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say(facts)
        return
    click.echo(f"Pengguna           : {facts['user']}")
    click.echo(f"Kata sandi sekali  : {facts['password']}")
    click.echo("Serahkan langsung kepada orangnya; harus diganti saat pertama kali masuk.")
