"""`device list`, `device confirm` and `device revoke`."""

import json
from pathlib import Path
from sqlite3 import Connection, Row
from typing import Any

import click

from server.cli.devices_of import full_log
from server.cli.group import IndonesianGroup, data_option, iso, json_option, moment, say, tell
from server.control import perform
from server.store import codes, devices
from server.store.centre import DATABASE, Reader
from server.store.keys import load_keys

_STATES = {"active": "aktif", "pending": "menunggu", "revoked": "dicabut"}


@click.group(cls=IndonesianGroup)
def device() -> None:
    """Kios yang terdaftar."""


@device.command("list")
@data_option
@json_option
def list_(data: Path, *, as_json: bool) -> None:
    """Daftar semua kios, juga yang mengetuk tanpa kode."""
    load_keys(data)
    reader = Reader(data / DATABASE)
    try:
        known, knocking = reader.read(_all)
    finally:
        reader.close()
    if as_json:
        say({"devices": [_facts(row) for row in known], "knocking": [_knock(row) for row in knocking]})
        return
    if not known and not knocking:
        tell("Belum ada kios.")
    for row in known:
        tell(_line(row))
    for row in knocking:
        knocked = f"mengetuk {row['times']} kali, terakhir {moment(row['last_at'])}"
        tell(f"{row['log'].hex()}  {knocked}  {row['name']}")


@device.command()
@click.argument("log")
@data_option
@click.option("--unit", default=None, metavar="KODE", help="Unit tempat kios berdiri; wajib untuk yang mengetuk.")
@json_option
def confirm(log: str, data: Path, unit: str | None, *, as_json: bool) -> None:
    """Terima kios yang menunggu, dicabut, atau mengetuk tanpa kode. LOG: namanya di `device list`; awalnya cukup."""
    full = full_log(data, log, with_knocks=True)
    facts = perform(data, "device-confirm", {"log": full, "unit": unit})
    if as_json:
        say(facts | {"log": full})
    else:
        tell(f"Kios {full} aktif. {facts['released']} entri keluar dari karantina.")


@device.command()
@click.argument("log")
@data_option
@json_option
def revoke(log: str, data: Path, *, as_json: bool) -> None:
    """Cabut kepercayaan pada kios, misalnya karena dicuri. LOG: namanya di `device list`; awalnya cukup.

    Yang masih dikirimnya disimpan terpisah.
    """
    full = full_log(data, log)
    perform(data, "device-revoke", {"log": full})
    if as_json:
        say({"log": full, "state": "revoked"})
    else:
        tell(f"Kios {full} dicabut.")


def _all(connection: Connection) -> tuple[list[Row], list[Row]]:
    return devices.list_devices(connection), codes.list_knocks(connection)


def _facts(row: Row) -> dict[str, Any]:
    return {
        "log": row["log"].hex(),
        "name": row["name"],
        "unit": row["unit"],
        "state": row["state"],
        "enrolled_at": iso(row["enrolled_at"]),
        "last_contact_at": iso(row["last_contact_at"]),
        "stated_seq": row["stated_seq"],
        "held_seq": row["held_seq"] or 0,
        "holes": row["holes"],
        "lost": row["lost"],
        "forked": bool(row["forked"]),
        "regressed": bool(row["regressed"]),
        "quarantined": row["quarantined"],
        "troubles": row["troubles"],
        "unsealed": row["unsealed"],
        "unsigned": row["skipped"],
        "clock_offset_ms": row["clock_offset_ms"],
        "health": json.loads(row["health"]),
    }


def _knock(row: Row) -> dict[str, Any]:
    return {
        "log": row["log"].hex(),
        "name": row["name"],
        "first_at": iso(row["first_at"]),
        "last_at": iso(row["last_at"]),
        "times": row["times"],
    }


def _line(row: Row) -> str:
    notes = [
        word
        for word, is_so in (
            (f"{row['holes']} hilang di tengah", row["holes"]),
            (f"{row['lost']} rusak di kios", row["lost"]),
            ("BERCABANG", row["forked"]),
            ("PUSAT MUNDUR", row["regressed"]),
            (f"{row['quarantined']} di karantina", row["quarantined"]),
        )
        if is_so
    ]
    return "  ".join(
        [
            row["log"].hex(),
            f"{_STATES[row['state']]:8}",
            f"{row['unit']:20}",
            f"kontak {moment(row['last_contact_at']) if row['last_contact_at'] else 'belum pernah'}",
            f"entri {row['held_seq'] or 0}/{row['stated_seq']}",
            *notes,
        ]
    )
