"""`user add`, `user password`, `user grant`, `user disable`, `user enable` and `user list`."""

import sys
from pathlib import Path
from typing import Any

import click

from server.cli.group import IndonesianGroup, data_option, json_option, say, tell
from server.control import perform
from server.domain.recovery_key import read_recovery_key
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
    facts = perform(data, "user-add", args)
    _tell(facts, as_json=as_json)
    if role == Role.PETUGAS and not unit and not as_json:
        tell(
            "Untuk membuka laporan RAHASIA ia perlu kunci tugas. Sesudah ia mengganti kata sandinya:",
            f"  kasih-server user grant {facts['user']} --data {data} --by NAMA-PEMEGANG-KUNCI",
        )


@user.command()
@click.argument("name")
@data_option
@json_option
def password(name: str, data: Path, *, as_json: bool) -> None:
    """Cetak kata sandi sekali pakai yang baru. Izin kunci tugas orang ini harus diberikan lagi."""
    facts = perform(data, "user-password", {"name": name})
    _tell(facts, as_json=as_json)
    if facts["closed"] and not as_json:
        tell(f"Akun ini masih ditutup. Buka lagi dengan: kasih-server user enable {facts['user']} --data {data}")
    if facts["duty_ended"] and not as_json:
        tell("Kunci tugasnya berakhir. Sesudah petugas mengganti kata sandi, beri lagi dengan: kasih-server user grant")
        _tell_keyless(facts, data)


@user.command()
@click.argument("name")
@data_option
@click.option("--by", default=None, metavar="NAMA", help="Pemegang kunci tugas; kata sandinya ditanyakan.")
@click.option("--recovery", is_flag=True, help="Tanpa pemegang: dengan kunci pemulihan, yang ditanyakan.")
@json_option
def grant(name: str, data: Path, by: str | None, *, recovery: bool, as_json: bool) -> None:
    """Beri petugas kunci tugas, supaya ia dapat membuka laporan RAHASIA.

    Kata sandi dan kunci pemulihan ditanyakan tanpa tampil di layar, atau dibaca dari masukan standar.
    """
    if recovery == (by is not None):
        raise click.UsageError("Sebutkan salah satu: --by NAMA atau --recovery.")
    args = {"name": name}
    if by is None:
        args["recovery"] = "".join(_ask(f"Kunci pemulihan, baris {line}") for line in (1, 2))
        read_recovery_key(args["recovery"])
    else:
        args |= {"by": by, "password": _ask(f"Kata sandi {by}")}
        if not args["password"]:
            raise click.ClickException(f"Kata sandi {by} kosong: ketik, atau beri sebaris di masukan standar")
    facts = perform(data, "user-grant", args)
    if as_json:
        say(facts)
    else:
        tell(f"{facts['user']} sekarang memegang kunci tugas.")


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
        tell(f"Akun {facts['user']} ditutup.")
        _tell_keyless(facts, data)


@user.command()
@click.argument("name")
@data_option
@json_option
def enable(name: str, data: Path, *, as_json: bool) -> None:
    """Buka lagi akun yang ditutup. Kata sandinya yang lama berlaku lagi."""
    facts = perform(data, "user-enable", {"name": name})
    if as_json:
        say(facts)
    else:
        tell(f"Akun {facts['user']} dibuka lagi, dengan kata sandinya yang terakhir.")


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
        duty = "kunci tugas" if row["duty"] else ""
        line = f"{row['name']:20}  {row['role']:8}  {row['unit']:20}  {state:24}  {duty:11}  {row['full_name']}"
        tell(line.rstrip())


def _ask(question: str) -> str:
    """A secret line: typed without being shown, or the next one of standard input."""
    try:
        if sys.stdin.isatty():
            typed: str = click.prompt(question, hide_input=True, err=True)
        else:
            typed = sys.stdin.readline().rstrip("\r\n")
        typed.encode()
    except UnicodeError:
        raise click.ClickException(f"{question}: masukan bukan teks UTF-8; tidak ada yang diubah") from None
    return typed


def _tell_keyless(facts: dict[str, Any], data: Path) -> None:
    if facts["duty_ended"] and not facts["holders"]:
        tell(
            "Sekarang tidak ada lagi yang memegang kunci tugas: laporan RAHASIA tidak dapat dibuka."
            " Beri lagi dengan kunci pemulihan dari kertas:",
            f"  kasih-server user grant NAMA --data {data} --recovery",
        )


def _tell(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say(facts)
        return
    tell(f"Pengguna           : {facts['user']}")
    tell(f"Kata sandi sekali  : {facts['password']}")
    tell("Serahkan langsung kepada orangnya; harus diganti saat pertama kali masuk.")
